import { describe, expect, it } from "@jest/globals";
import { type Screen, watchRun } from "../../cli/watch.ts";
import type { RunView } from "../../functions/api.ts";
import { ApiError } from "../../google/error.ts";
import { approvalView, at, planView, runView, step } from "./run-view.ts";

const place = { project: "my-project", region: "asia-northeast1" };

/** A request function that answers one view after the other, and a watcher that waits for nothing. */
function watching(views: readonly (RunView | Error)[], screen?: Partial<Screen>) {
  const written: string[] = [];
  const pauses: number[] = [];
  const asked: string[] = [];
  const left = [...views];
  const client = {
    async getRun(run: string): Promise<RunView> {
      asked.push(run);
      const view = left.shift();
      if (!view) throw new Error("asked once more after the end");
      if (view instanceof Error) throw view;
      return view;
    },
  };
  const stream = { write: (text: string) => written.push(text), columns: 100 };
  const outcome = watchRun(client, "run-1", {
    place,
    screen: screen && { stream, isLive: false, colour: false, ...screen },
    pause: async (ms) => void pauses.push(ms),
  });
  return { outcome, written, pauses, asked };
}

const waiting = step({ name: "network" });
const running = step({ name: "network", state: "running", startedAt: at(0), reason: "creating" });
const done = step({ name: "network", state: "done", startedAt: at(0), endedAt: at(9), changes: [] });

describe("watchRun", () => {
  it("asks until the run has ended and gives its last view", async () => {
    const last = runView({ state: "succeeded", readAt: at(3) });
    const { outcome, asked, pauses } = watching([runView({ state: "queued" }), runView({}), last]);
    expect(await outcome).toBe(last);
    expect(asked).toEqual(["run-1", "run-1", "run-1"]);
    expect(pauses).toHaveLength(2);
  });

  it.each(["succeeded", "remaining", "failed", "rejected", "cancelled"] as const)(
    "ends when the run is %s",
    async (state) => {
      const { outcome, pauses } = watching([runView({ state })]);
      expect((await outcome).state).toBe(state);
      expect(pauses).toEqual([]);
    },
  );

  it("looks again while nobody can be reached, for some minutes", async () => {
    const gone = new ApiError({ method: "GET", resource: "run-1", code: "UNAVAILABLE", text: "connection refused" });
    const last = runView({ state: "succeeded" });
    expect(await watching([runView(), ...Array<Error>(19).fill(gone), last]).outcome).toBe(last);
    const { outcome, pauses } = watching([runView(), ...Array<Error>(20).fill(gone)]);
    await expect(outcome).rejects.toBe(gone);
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(30_000);
  });

  it("gives up at once when it is refused", async () => {
    const refused = new Error("no such run");
    await expect(watching([runView(), refused]).outcome).rejects.toBe(refused);
  });

  it("asks often at first and at least every two seconds later", async () => {
    const views = [...Array<RunView>(60).fill(runView()), runView({ state: "failed" })];
    const { outcome, pauses } = watching(views);
    await outcome;
    expect(pauses[0]).toBe(400);
    expect(Math.max(...pauses)).toBe(2000);
    expect([...pauses].sort((a, b) => a - b)).toEqual(pauses);
  });

  it("writes one line a change where lines cannot be redrawn", async () => {
    const views = [[waiting], [running], [running], [{ ...running, reason: "still creating" }], [done]];
    const all = views.map((steps, index) =>
      runView({ steps, readAt: at(index), state: index === 4 ? "succeeded" : "running" }),
    );
    const { outcome, written } = watching(all, {});
    await outcome;
    expect(written.map((line) => line[0])).toEqual(["▸", "▸", "✓"]);
    expect(written.every((line) => line.endsWith("\n") && !line.includes("\u001b"))).toBe(true);
  });

  const holder = {
    ...{ run: "run-0", status: "/v1/runs/run-0", requestedBy: "bob@example.com", why: "rebuild at level data" },
    ...{ since: at(0), expectedSeconds: 600 },
  };

  it("tells once who holds the environment while it waits for its turn", async () => {
    const queued = (second: number) => runView({ state: "queued", queue: { ahead: 1, holder }, readAt: at(second) });
    const { outcome, written } = watching([queued(60), queued(61), runView({ state: "succeeded" })], {});
    await outcome;
    expect(written.join("")).toBe(
      [
        "Waits for its turn on users; 1 waits in front.",
        "  held by run-0: rebuild at level data, asked by bob@example.com",
        "  since 2030-01-01 00:00 UTC, 1 min so far, expected to take 10 min",
        "",
      ].join("\n"),
    );
  });

  it("goes on watching a run that awaits approval, and shows what it is about and how to decide", async () => {
    const asking = runView({
      state: "awaiting-approval",
      approval: approvalView(),
      plan: planView({ dataLoss: true }),
    });
    const { outcome, written } = watching([asking, asking, runView({ state: "succeeded" })], {});
    await outcome;
    expect(written.join("").split("\n")).toEqual([
      "Awaits approval until 2030-01-02 00:00 UTC (in 23 h 59 min), because",
      "  rows are lost",
      "What is to be done: 1 to create",
      "  data      rows are LOST",
      "  downtime  none: it answers throughout",
      "  cost      0.00 -> 10.21 USD a day (list prices of asia-northeast1, 2025-04)",
      "  time      about 14 min",
      "Anybody who may decide, but not who asked, says one of:",
      "  alloyrun approve run-1 --project my-project",
      '  alloyrun reject run-1 --reason "…" --project my-project',
      "",
    ]);
  });

  it("tells what a run is to do that needs nobody's approval, once", async () => {
    const working = runView({ plan: planView() });
    const { outcome, written } = watching([runView(), working, working, runView({ state: "succeeded" })], {});
    await outcome;
    expect(written.join("").split("\n")).toEqual([
      "What is to be done: 1 to create",
      "  data      no row is lost",
      "  downtime  none: it answers throughout",
      "  cost      0.00 -> 10.21 USD a day (list prices of asia-northeast1, 2025-04)",
      "  time      about 14 min",
      "",
    ]);
  });

  it("does not tell again what was approved when the run works", async () => {
    const asking = runView({ state: "awaiting-approval", approval: approvalView(), plan: planView() });
    const working = runView({ approval: approvalView({ state: "approved" }), plan: planView() });
    const { outcome, written } = watching([asking, working, runView({ state: "succeeded" })], {});
    await outcome;
    expect(written.filter((line) => line.startsWith("What is to be done"))).toHaveLength(1);
  });

  it("redraws all steps in place on a live terminal", async () => {
    const steps = [step({ name: "services" }), waiting];
    const { outcome, written } = watching([runView({ steps }), runView({ steps, readAt: at(11), state: "failed" })], {
      isLive: true,
    });
    await outcome;
    expect(written[0]?.startsWith("\u001b[2K·")).toBe(true);
    expect(written[1]?.startsWith("\u001b[2A\u001b[J\u001b[2K·")).toBe(true);
    expect(written[1]?.match(/\n/g)).toHaveLength(2);
  });

  it("passes on what the request function refuses", async () => {
    const { outcome } = watching([]);
    await expect(outcome).rejects.toThrow("asked once more");
  });

  it("tells a wait that was simulated between request and first look", async () => {
    const written: string[] = [];
    const ended = step({ name: "network", state: "done", startedAt: at(5), endedAt: at(455) });
    const view = runView({ steps: [ended], readAt: at(460), state: "succeeded" });
    await watchRun({ getRun: async () => view }, "run-1", {
      place,
      screen: { stream: { write: (text) => written.push(text) }, isLive: false, colour: false },
      requestedMs: performance.now() - 1,
    });
    expect(written.join("")).toMatch(/simulated 7 min 30 s in \d\.\d s/);
  });
});
