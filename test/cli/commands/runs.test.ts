import { describe, expect, it } from "@jest/globals";
import { down, rebuild } from "../../../cli/commands/change.ts";
import { extend, freeze, status, statusOfAll, unfreeze } from "../../../cli/commands/environment.ts";
import { cancel, resume, runs, watch } from "../../../cli/commands/runs.ts";
import { exitCodes } from "../../../cli/exit-code.ts";
import { ProblemError, type RequestClient } from "../../../cli/request-client.ts";
import type { RequestBody, RunView } from "../../../functions/api.ts";
import { at, runView, step } from "../run-view.ts";
import { installationOf, keepTerminal } from "./installation.ts";

/** An installation that accepts everything, and whose runs end so. */
function accepting(ended: Partial<RunView>) {
  const asked: RequestBody[] = [];
  const request: RequestClient["request"] = async (body) => {
    asked.push(body);
    const about = { run: "run-1", environment: "users", action: body.action, status: "/v1/runs/run-1" };
    return { ...about, execution: "e", expectedSeconds: 10, approval: "not-required" };
  };
  return { asked, installation: installationOf({ request, getRun: async () => runView(ended) }) };
}

describe("rebuild and down", () => {
  it("ask for what the options say, and end as the run did", async () => {
    const { asked, installation } = accepting({ state: "succeeded", url: "https://u" });
    const options = { environment: "users", onBusy: "queue", plan: "2".repeat(64), reason: "demo" } as const;
    expect(await rebuild(installation, { ...options, level: "data" }, keepTerminal())).toBe(exitCodes.ok);
    await down(installation, options, keepTerminal());
    const how = { environment: "users", onBusy: "queue", plan: "2".repeat(64), reason: "demo" };
    expect(asked).toEqual([
      { action: "rebuild", level: "data", ...how },
      { action: "down", ...how },
    ]);
  });

  const blocked = (reason: string) => ({
    state: "failed" as const,
    failures: [{ step: "workflow" as const, code: "ABORTED", message: "no", reason }],
  });

  it.each([
    [{ state: "remaining" }, exitCodes.remaining],
    [{ state: "failed" }, exitCodes.failed],
    [blocked("BUSY"), exitCodes.busy],
    [blocked("FROZEN"), exitCodes.busy],
    [blocked("STALE_PLAN"), exitCodes.failed],
    [blocked("GONE"), exitCodes.unknown],
    [{ state: "rejected" }, exitCodes.rejected],
    [{ state: "cancelled" }, exitCodes.failed],
  ] as const)("tell by the exit code of %j", async (ended, exitCode) => {
    const { installation } = accepting(ended);
    expect(await down(installation, { environment: "users", onBusy: "fail" }, keepTerminal())).toBe(exitCode);
  });

  it("say on standard error what stopped them", async () => {
    const terminal = keepTerminal();
    const { installation } = accepting({ action: "down", state: "rejected", hasBegun: false });
    await down(installation, { environment: "users", onBusy: "fail" }, terminal);
    expect(terminal.complained).toContain("Nothing was changed, and nothing new is billed.");
    expect(terminal.said).toEqual(["down of users: run run-1"]);
  });
});

describe("resume and watch", () => {
  it("follow a run that somebody else asked for", async () => {
    const ended = runView({ state: "succeeded", url: "https://u", endedAt: at(60) });
    const installation = installationOf({ resumeRun: async () => runView(), getRun: async () => ended });
    const [resumed, watched] = [keepTerminal(), keepTerminal()];
    expect(await resume(installation, "run-1", resumed)).toBe(exitCodes.ok);
    expect(await watch(installation, "run-1", watched)).toBe(exitCodes.ok);
    expect(resumed.said).toEqual(["up of users: run run-1 goes on", ...watched.said]);
    expect(watched.answered).toEqual([ended]);
  });
});

describe("resume", () => {
  it("leads on from a run that another one has overtaken", async () => {
    const problem = { type: "about:blank", title: "OVERTAKEN", status: 400, detail: "run-2 has built users since" };
    const place = { project: "my-project", region: "asia-northeast1" };
    const overtaken = runView({ action: "rebuild", level: "data", state: "cancelled" });
    const installation = installationOf({
      resumeRun: () => Promise.reject(new ProblemError(problem, place)),
      getRun: async () => overtaken,
    });
    const terminal = keepTerminal();
    expect(await resume(installation, "run-1", terminal)).toBe(exitCodes.invalid);
    expect(terminal.complained.join(" ")).toMatch(
      /^OVERTAKEN: run-2 has built users since.*alloyrun rebuild users --level data --project my-project/,
    );
    expect(terminal.said).toEqual([]);
  });
});

describe("cancel", () => {
  it("says what is kept", async () => {
    const terminal = keepTerminal();
    const installation = installationOf({ cancelRun: async () => runView({ state: "cancelled" }) });
    expect(await cancel(installation, "run-1", terminal)).toBe(exitCodes.ok);
    expect(terminal.said).toContain("Go on: alloyrun resume run-1 --project my-project");
  });

  it("does not claim to have ended what had ended before", async () => {
    const terminal = keepTerminal();
    const installation = installationOf({ cancelRun: async () => runView({ state: "succeeded" }) });
    expect(await cancel(installation, "run-1", terminal)).toBe(exitCodes.failed);
    expect(terminal.complained.join()).toContain("had ended before (succeeded)");
  });
});

describe("runs and status", () => {
  const running = runView({ steps: [step({ state: "running", startedAt: at(0) }), step({ name: "peering" })] });
  const installation = installationOf({ getEnvironment: async () => ({ environment: "users", runs: [running] }) });

  it("list the runs", async () => {
    const terminal = keepTerminal();
    expect(await runs(installation, { environment: "users" }, terminal)).toBe(exitCodes.ok);
    expect(terminal.said.slice(1)).toEqual(["2030-01-01 00:00  up    running  0.2", "  run-1  ann@example.com"]);
  });

  it("show of a run that is under way the steps that have begun", async () => {
    const terminal = keepTerminal();
    await status(installation, "users", terminal);
    expect(terminal.said.slice(-2)).toEqual(["Newest run, run-1:", expect.stringMatching(/^▸ network/)]);
  });
});

describe("extend, freeze and unfreeze", () => {
  it("pass on what is wanted and tell how the environment stands then", async () => {
    const asked: unknown[] = [];
    const view = { environment: "users", url: "https://u", expiresAt: at(86_400), runs: [runView()] };
    const note = async (...what: unknown[]) => {
      asked.push(what);
      return view;
    };
    const installation = installationOf({ extend: note, freeze: note, unfreeze: note });
    const terminal = keepTerminal();
    await extend(installation, { environment: "users", by: "24h" }, terminal);
    await freeze(installation, { environment: "users", reason: "demo", for: "8h" }, keepTerminal());
    await unfreeze(installation, "users", keepTerminal());
    expect(asked).toEqual([["users", "24h"], ["users", { reason: "demo", duration: "8h" }], ["users"]]);
    expect(terminal.said).toContain("  lives until 2030-01-02 00:00 UTC (in 23 h 59 min)");
  });
});

describe("status of all", () => {
  const view = (environment: string) => ({ environment, url: `https://${environment}`, runs: [] });

  it("tells of each environment how it stands, for whoever has forgotten a name", async () => {
    const terminal = keepTerminal();
    const getEnvironment: RequestClient["getEnvironment"] = async (environment) => view(environment);
    const listEnvironments = async () => ({ environments: ["users", "orders"] });
    expect(await statusOfAll(installationOf({ getEnvironment, listEnvironments }), terminal)).toBe(exitCodes.ok);
    expect(terminal.said).toEqual(["users: https://users", "", "orders: https://orders"]);
    expect(terminal.answered).toEqual([{ environments: [view("users"), view("orders")] }]);
  });

  it("says that there is none", async () => {
    const terminal = keepTerminal();
    const listEnvironments = async () => ({ environments: [] });
    expect(await statusOfAll(installationOf({ listEnvironments }), terminal)).toBe(exitCodes.ok);
    expect(terminal.said).toEqual(["No environment stands in my-project."]);
  });
});
