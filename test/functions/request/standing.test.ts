import { beforeEach, describe, expect, it } from "@jest/globals";
import type { RequestBody } from "../../../functions/api.ts";
import { accept } from "../../../functions/request/accept.ts";
import { listEnvironments, viewEnvironment } from "../../../functions/request/environments.ts";
import { viewRun } from "../../../functions/request/run-view.ts";
import type { Digest } from "../../../plan/digest.ts";
import { exampleText } from "../../spec/example.ts";
import { createTestInstallation, end, folders, hold, requestWith, type TestInstallation } from "./context.ts";

const changesHash = "2".repeat(64);
const none = { dataLoss: true, downtime: false, costPerDay: 0, expectedSeconds: 0 };

/** A plan that loses rows. */
const digest: Digest = {
  ...{ environment: "users", action: "rebuild", level: "data", planHash: "1".repeat(64), changesHash },
  generations: { database: 2, cluster: 1 },
  reasons: ["rows are lost"],
  changes: [{ step: "seed", resource: "databases/mydb_g2", action: "create", fields: [], effects: none }],
  effects: { ...none, costPerDay: { before: 9.6, after: 9.6, pricesOf: "2025-04", region: "asia-northeast1" } },
};

describe("viewRun", () => {
  let here: TestInstallation;

  beforeEach(() => {
    here = createTestInstallation();
  });

  async function ask(body: Pick<RequestBody, "action" | "timeToLive"> = { action: "up" }, key?: string) {
    const spec = `${exampleText}  policy: { approval: { when: [data-loss] } }\n`;
    return (await accept(requestWith({ ...body, spec, folders, onBusy: "queue" }, key), here.clients)).run;
  }

  const put = (object: string, content: object) =>
    here.clients.storage.write({
      bucket: "b",
      object,
      content: JSON.stringify(content),
      contentType: "application/json",
    });

  const log = (run: string, state: string, at: number, detail: object = {}) =>
    here.entries.push({ jsonPayload: { alloyrun: "run", run, state, at, detail } });

  const view = (run: string) => viewRun(run, here.clients);

  it("says who holds the environment while a run waits for its turn, and nothing of it afterwards", async () => {
    const run = await ask();
    const lock = {
      run: "run-0",
      execution: "e",
      requestedBy: "bob@example.com",
      why: "rebuild at level data",
      since: 60,
    };
    await put("locks/users.json", lock);
    log(run, "queued", 5, { state: "queued", ahead: 2 });
    expect(await view(run)).toMatchObject({
      state: "queued",
      queue: {
        ahead: 2,
        holder: { run: "run-0", requestedBy: "bob@example.com", since: "1970-01-01T00:01:00.000Z" },
      },
    });
    log(run, "working", 6);
    expect((await view(run)).queue).toBeUndefined();
  });

  it("shows what the approvers are asked, and keeps showing it once they have decided", async () => {
    const run = await ask();
    const approval = { id: "a", run, environment: "users", changesHash, reasons: ["rows are lost"], requesters: [] };
    await put("approvals/a.json", { ...approval, approvers: [], callback: "", askedAt: 0, expiresAt: 9e9 });
    await put(`plans/${changesHash}.json`, digest);
    log(run, "awaiting-approval", 5, { approval: "a" });
    const asked = { approval: { id: "a", state: "pending", reasons: ["rows are lost"] }, plan: { changesHash } };
    expect(await view(run)).toMatchObject({ state: "awaiting-approval", ...asked });
    log(run, "approved", 6, { state: "approved", by: "bob@example.com" });
    expect(await view(run)).toMatchObject({ state: "running", ...asked });
  });

  it("shows what a run is to do that needs nobody's approval", async () => {
    const run = await ask();
    await put(`plans/${changesHash}.json`, digest);
    expect((await view(run)).plan).toBeUndefined();
    log(run, "planned", 5, { changesHash });
    expect(await view(run)).toMatchObject({ state: "running", plan: { changesHash, effects: { dataLoss: true } } });
    expect((await view(run)).approval).toBeUndefined();
  });

  function record(run: string, action: string, fields: object = {}): Promise<unknown> {
    const result = {
      run,
      environment: "users",
      action,
      state: "succeeded",
      failures: {},
      remaining: {},
      outputs: {},
      endedAt: 9,
    };
    const about = { id: run, environment: "users", action: "rebuild" };
    return put(`runs/users/${run}.json`, { run: about, result, reports: {}, ...fields });
  }

  it("says of a plan why somebody would have to approve it", async () => {
    const run = await ask({ action: "plan" });
    await put(`plans/${changesHash}.json`, digest);
    await record(run, "plan", { changesHash });
    expect(await view(run)).toMatchObject({ plan: { changesHash }, reasonsToAsk: ["rows are lost"] });
    await put(`plans/${changesHash}.json`, { ...digest, reasons: [] });
    expect(await view(run)).toMatchObject({ reasonsToAsk: [] });
  });

  it("tells of the run that made the environment ready, and of no other, when that ends", async () => {
    const run = await ask();
    const other = await ask({ action: "up", timeToLive: "2h" }, "k2");
    for (const each of [run, other]) await record(each, "up");
    await put("environments/users.json", { plans: [], readyRun: run, expiresAt: 86_400 });
    expect((await view(run)).expiresAt).toBe("1970-01-02T00:00:00.000Z");
    expect((await view(other)).expiresAt).toBeUndefined();
  });

  it("tells by one word why a run was stopped", async () => {
    const run = await ask();
    const failure = { code: "FAILED_PRECONDITION", message: "it is stale", details: [{ reason: "STALE_PLAN" }] };
    const result = { run, environment: "users", action: "up", state: "failed", remaining: {}, outputs: {}, endedAt: 9 };
    const about = { id: run, environment: "users", action: "up" };
    await put(`runs/users/${run}.json`, {
      run: about,
      reports: {},
      result: { ...result, failures: { workflow: failure } },
    });
    expect((await view(run)).failures).toEqual([
      { step: "workflow", code: "FAILED_PRECONDITION", message: "it is stale", reason: "STALE_PLAN" },
    ]);
  });
});

describe("viewEnvironment", () => {
  it("tells of an environment of which nothing but a request that is asked about is there", async () => {
    const here = createTestInstallation();
    const spec = `${exampleText}  policy: { approval: { when: [always] } }\n`;
    const { run } = await accept(requestWith({ action: "up", spec, folders }), here.clients);
    here.entries.push({ jsonPayload: { alloyrun: "run", run, state: "awaiting-approval", at: 5, detail: {} } });
    const view = await viewEnvironment("users", here.clients);
    expect(view.runs).toMatchObject([{ run, state: "awaiting-approval" }]);
    expect(view).not.toHaveProperty("gone");
  });

  it("tells of an environment that is gone, and lists it no more", async () => {
    const here = createTestInstallation();
    await hold(here, await accept(requestWith({ action: "up", spec: exampleText, folders }), here.clients));
    expect(await listEnvironments(here.clients)).toEqual(["users"]);
    await here.clients.storage.deleteObject("b", "environments/users.json");
    end(here);
    expect(await viewEnvironment("users", here.clients)).toMatchObject({ gone: true });
    expect(await listEnvironments(here.clients)).toEqual([]);
  });

  it("tells of the very first run of an environment while it is planned, and of those that await approval", async () => {
    const here = createTestInstallation();
    const first = await accept(requestWith({ action: "up", spec: exampleText, folders }), here.clients);
    const view = await viewEnvironment("users", here.clients);
    expect(view.runs.map(({ run, state }) => [run, state])).toEqual([[first.run, "running"]]);
    expect(view.url).toBeUndefined();
    expect(await listEnvironments(here.clients)).toEqual(["users"]);
    const second = await accept(requestWith({ action: "plan", spec: exampleText, folders }, "k2"), here.clients);
    await accept(requestWith({ action: "check" }, "k3"), here.clients);
    expect((await viewEnvironment("users", here.clients)).runs.map(({ run }) => run)).toEqual([second.run, first.run]);
    await expect(viewEnvironment("other", here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
    end(here);
    await expect(viewEnvironment("users", here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("tells of an environment that was rejected before it was ever built", async () => {
    const here = createTestInstallation();
    const spec = `${exampleText}  policy: { approval: { when: [always] } }\n`;
    const { run } = await accept(requestWith({ action: "up", spec, folders }), here.clients);
    const content = JSON.stringify({ records: [{ record: run, sha256: "" }] });
    await here.clients.storage.write({ bucket: "b", object: "chains/users.json", content, contentType: "" });
    expect((await viewEnvironment("users", here.clients)).runs.map((each) => each.run)).toEqual([run]);
    await expect(viewEnvironment("other", here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
