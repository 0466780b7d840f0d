import { beforeEach, describe, expect, it } from "@jest/globals";
import { accept } from "../../../functions/request/accept.ts";
import { listEnvironments, viewEnvironment } from "../../../functions/request/environments.ts";
import { viewRun } from "../../../functions/request/run-view.ts";
import type { Execution } from "../../../google/clients/workflow-executions.ts";
import { exampleText } from "../../spec/example.ts";
import { createTestInstallation, folders, requestWith, type TestInstallation } from "./context.ts";

describe("viewRun", () => {
  let here: TestInstallation;
  let run: string;
  let execution: string;

  beforeEach(async () => {
    here = createTestInstallation();
    const accepted = await accept(requestWith({ action: "up", spec: exampleText, folders }), here.clients);
    run = accepted.run;
    execution = accepted.execution;
  });

  function stand(state: Partial<Execution>): void {
    here.executions.set(execution, { name: execution, state: "ACTIVE", labels: {}, ...state });
  }

  function log(step: string, state: string, at: number, detail: object = {}): void {
    here.entries.push({ jsonPayload: { alloyrun: "step", run, step, state, at, detail } });
  }

  function tell(state: string, at: number, detail: object = {}): void {
    here.entries.push({ jsonPayload: { alloyrun: "run", run, state, at, detail } });
  }

  function put(object: string, content: object): Promise<unknown> {
    const text = JSON.stringify(content);
    return here.clients.storage.write({ bucket: "b", object, content: text, contentType: "application/json" });
  }

  const view = () => viewRun(run, here.clients);
  const stepOf = async (name: string) => (await view()).steps.find((step) => step.name === name);

  it("shows every step of the plan waiting before anything has happened", async () => {
    expect(await view()).toMatchObject({ run, environment: "users", state: "running", requestedBy: "a@example.com" });
    expect(new Set((await view()).steps.map(({ state }) => state))).toEqual(new Set(["waiting"]));
  });

  it("says of every step what it keeps running costs a day, and nothing of those that cost nothing", async () => {
    const { steps } = await view();
    const billed = steps.filter(({ costPerDay }) => costPerDay !== undefined).map(({ name }) => name);
    expect(billed.sort()).toEqual(["cluster", "egress", "identity", "image", "instance"]);
    expect(steps.every(({ costPerDay = 1 }) => costPerDay > 0)).toBe(true);
  });

  it("follows a step through the workflow's log, whatever the order of its lines", async () => {
    log("network", "waiting", 11, { reason: "creating it", operations: [{ name: "operation-1" }] });
    log("network", "started", 10);
    const running = {
      state: "running",
      startedAt: "1970-01-01T00:00:10.000Z",
      reason: "creating it",
      operation: "operation-1",
    };
    expect(await stepOf("network")).toMatchObject(running);
    const made = { resource: "projects/p/global/networks/n", action: "create" };
    log("network", "done", 30, { changes: [made, { ...made, action: "none" }] });
    expect(await stepOf("network")).toMatchObject({
      state: "done",
      endedAt: "1970-01-01T00:00:30.000Z",
      changes: [made],
    });
  });

  it("names a failure while the run still ends its other branches", async () => {
    log("image", "started", 10);
    const details = [{ "@type": "type.googleapis.com/google.rpc.DebugInfo", stackEntries: ["npm ERR!"] }];
    log("image", "failed", 20, { code: "FAILED_PRECONDITION", message: "the build failed", details });
    expect(await view()).toMatchObject({
      state: "running",
      failures: [{ step: "image", code: "FAILED_PRECONDITION", message: "the build failed", evidence: ["npm ERR!"] }],
    });
    expect(await stepOf("image")).toMatchObject({ state: "failed", reason: "the build failed" });
  });

  it("tells from the record how the run ended", async () => {
    stand({ state: "SUCCEEDED", endTime: "2026-01-01T00:10:00.000Z" });
    const report = {
      state: "done",
      output: {},
      changes: [],
      operations: [{ name: "operation-1" }],
      startedAt: 1,
      endedAt: 2,
    };
    const outputs = { traffic: { url: "https://service" }, verify: { excerpt: "Select Users" } };
    const result = { run, state: "succeeded", failures: {}, remaining: {}, outputs, endedAt: 9 };
    await put(`runs/users/${run}.json`, { run: { id: run }, result, reports: { network: report } });
    expect(await view()).toMatchObject({
      state: "succeeded",
      url: "https://service",
      excerpt: "Select Users",
      failures: [],
    });
    expect(await stepOf("network")).toMatchObject({ state: "done", operation: "operation-1", changes: [] });
  });

  it("tells what a removal left to the sweep", async () => {
    stand({ state: "SUCCEEDED" });
    const held = { state: "held", reason: "held: an address", changes: [], operations: [], startedAt: 1, endedAt: 2 };
    const result = {
      ...{ run, state: "remaining", failures: {}, remaining: { network: "held: an address" }, outputs: {}, endedAt: 9 },
    };
    await put(`runs/users/${run}.json`, { run: { id: run }, result, reports: { network: held } });
    expect(await view()).toMatchObject({
      state: "remaining",
      remaining: [{ step: "network", reason: "held: an address" }],
    });
  });

  it("reads what the execution raised when it never came to a record", async () => {
    stand({ state: "FAILED", error: JSON.stringify({ code: "ABORTED", message: "busy" }) });
    expect(await view()).toMatchObject({
      state: "failed",
      failures: [{ step: "workflow", code: "ABORTED", message: "busy" }],
    });
  });

  it("tells of a run whose execution Google has dropped how it was recorded, or that its end is not known", async () => {
    here.executions.delete(execution);
    expect(await view()).toMatchObject({
      state: "failed",
      failures: [{ step: "workflow", reason: "EXECUTION_GONE", message: expect.stringContaining("not known") }],
    });
    const result = { run, state: "succeeded", failures: {}, remaining: {}, outputs: {}, endedAt: 9 };
    await put(`runs/users/${run}.json`, { run: { id: run }, result, reports: {} });
    expect(await view()).toMatchObject({ state: "succeeded", failures: [] });
  });

  it("tells that a run waits which was noted and never started", async () => {
    const { execution: _never, ...noted } = JSON.parse(
      (await here.clients.storage.readText("b", `requests/${run}.json`))?.text ?? "",
    );
    here.executions.delete(execution);
    await put(`requests/${run}.json`, noted);
    expect(await view()).toMatchObject({ state: "queued" });
  });

  it("tells that a run waits for its turn, and no longer once it works", async () => {
    tell("queued", 10);
    expect(await view()).toMatchObject({ state: "queued" });
    tell("working", 20);
    expect(await view()).toMatchObject({ state: "running" });
    stand({ state: "QUEUED" });
    expect(await view()).toMatchObject({ state: "queued" });
  });

  it("tells of a run that waits for the end of a freeze who froze it, why and until when", async () => {
    tell("queued", 10, { state: "frozen" });
    await put("freezes/users.json", { by: "c@example.com", reason: "the demo", until: 1_767_225_601 });
    const freeze = { by: "c@example.com", reason: "the demo", until: "2026-01-01T00:00:01.000Z" };
    expect(await view()).toMatchObject({ state: "queued", queue: { freeze } });
  });

  it("tells of a run that would not wait who held the environment", async () => {
    const holder = { run: "run-0", requestedBy: "b@example.com", why: "down", since: 60, expectedSeconds: 90 };
    const failure = { code: "ABORTED", message: "busy", details: [{ reason: "BUSY", holder }] };
    const result = { run, state: "failed", failures: { workflow: failure }, remaining: {}, outputs: {}, endedAt: 9 };
    await put(`runs/users/${run}.json`, { result, reports: {} });
    expect((await view()).failures).toMatchObject([
      { reason: "BUSY", holder: { ...holder, status: "/v1/runs/run-0", since: "1970-01-01T00:01:00.000Z" } },
    ]);
  });

  it("tells whom a run waits for, with the plan that is asked about", async () => {
    const asked = {
      id: "a1",
      run,
      environment: "users",
      changesHash: "c1",
      reasons: ["rows are lost"],
      requesters: [],
    };
    await put("approvals/a1.json", { ...asked, expiresAt: 1_800_000_000 });
    await put("plans/c1.json", { changesHash: "c1", changes: [], effects: { expectedSeconds: 77 } });
    tell("awaiting-approval", 10, { approval: "a1" });
    expect(await view()).toMatchObject({
      state: "awaiting-approval",
      approval: { id: "a1", state: "pending", reasons: ["rows are lost"] },
      plan: { changesHash: "c1" },
      expectedSeconds: 77,
    });
    tell("approved", 20);
    expect(await view()).toMatchObject({ state: "running" });
  });

  it("expects of a step as long as its longest change takes, under way and afterwards", async () => {
    const of = (seconds: number) => ({ step: "retire", action: "delete", effects: { expectedSeconds: seconds } });
    const usual = (await stepOf("retire"))?.expectedSeconds;
    expect(usual).toBeLessThan(60);
    const network = (await stepOf("network"))?.expectedSeconds;
    await put("plans/c1.json", { changesHash: "c1", changes: [of(5), of(305)], effects: { expectedSeconds: 400 } });
    tell("planned", 10, { changesHash: "c1" });
    expect(await stepOf("retire")).toMatchObject({ state: "waiting", expectedSeconds: 305 });
    expect(await stepOf("network")).toMatchObject({ expectedSeconds: network });
    stand({ state: "SUCCEEDED" });
    const result = { run, state: "succeeded", failures: {}, remaining: {}, outputs: {}, endedAt: 9 };
    await put(`runs/users/${run}.json`, { result, reports: {}, changesHash: "c1" });
    expect(await stepOf("retire")).toMatchObject({ expectedSeconds: 305 });
  });

  it("shows the steps of the plan that a rebuild was planned anew by while it waits", async () => {
    await put("plans/anew.json", { hash: "anew", steps: [{ name: "verify", title: "Answers", costPerDay: 0 }] });
    await put("plans/c1.json", { changesHash: "c1", planHash: "anew", changes: [], effects: { expectedSeconds: 77 } });
    tell("planned", 10, { changesHash: "c1" });
    expect((await view()).steps.map(({ name }) => name)).toEqual(["verify"]);
  });

  it("tells of a run that has ended what was planned and who decided", async () => {
    stand({ state: "SUCCEEDED" });
    const decision = { state: "rejected", by: "b@example.com", reason: "not today", at: "t" };
    await put("approvals/a1.json", { id: "a1", run, environment: "users", requesters: [], expiresAt: 5, decision });
    await put("plans/c1.json", { changesHash: "c1" });
    const result = { run, state: "rejected", failures: {}, remaining: {}, outputs: {}, endedAt: 9 };
    await put(`runs/users/${run}.json`, { result, reports: {}, changesHash: "c1", approval: { id: "a1" } });
    expect(await view()).toMatchObject({
      ...{ state: "rejected", endedAt: "1970-01-01T00:00:09.000Z", plan: { changesHash: "c1" } },
      approval: { state: "rejected", by: "b@example.com", reason: "not today" },
    });
  });

  it("looks for the record of the attempt that counts", async () => {
    stand({ state: "FAILED" });
    const result = { run, state: "failed", failures: {}, remaining: {}, outputs: {}, endedAt: 9 };
    await put(`runs/users/${run}.json`, { result, reports: {} });
    expect(await view()).toMatchObject({ state: "failed" });
    const noted = JSON.parse(here.clients.storage.texts()[`requests/${run}.json`] ?? "");
    await put(`requests/${run}.json`, { ...noted, attempt: 2 });
    stand({ state: "ACTIVE" });
    expect(await view()).toMatchObject({ state: "running" });
    stand({ state: "SUCCEEDED" });
    await put(`runs/users/${run}.2.json`, { result: { ...result, state: "succeeded" }, reports: {} });
    expect(await view()).toMatchObject({ state: "succeeded" });
  });

  it("refuses a run that nobody requested", async () => {
    await expect(viewRun("run-0", here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("tells of an environment that a rebuild of it is unfinished", async () => {
    await put("environments/users.json", { plans: [] });
    expect(await viewEnvironment("users", here.clients)).not.toHaveProperty("unfinished");
    const target = { level: "database", generations: { database: 1, cluster: 2 } };
    await put("environments/users.json", { plans: [], target });
    expect(await viewEnvironment("users", here.clients)).toMatchObject({ unfinished: { level: "database" } });
  });

  it("tells of what an overtaken rebuild may have left what it costs, also of the run that has left it there", async () => {
    const target = { level: "database", generations: { database: 1, cluster: 2 } };
    const input = { clusterCostPerDay: 9.738 };
    await put("plans/h.json", { steps: [{ name: "retire", input }] });
    const ledger = { plans: ["h"], readyRun: run, target: { ...target, overtaken: true } };
    const unfinished = { level: "database", overtaken: true, costPerDay: 9.74 };
    const result = { run, action: "rebuild", state: "succeeded", failures: {}, remaining: {}, outputs: {}, endedAt: 9 };
    await put(`runs/users/${run}.json`, { run: { id: run, environment: "users" }, result, reports: {} });
    await put("environments/users.json", ledger);
    expect(await viewEnvironment("users", here.clients)).toMatchObject({ unfinished });
    stand({ state: "SUCCEEDED" });
    expect(await view()).toMatchObject({ unfinished });
    await put("environments/users.json", { ...ledger, target });
    expect(await view()).not.toHaveProperty("unfinished");
    await put("environments/users.json", { ...ledger, readyRun: "run-9" });
    expect(await view()).not.toHaveProperty("unfinished");
  });

  it("tells of a rebuild that was rejected when it was to go on what it has made before, until another takes its place", async () => {
    const target = { level: "database", generations: { database: 1, cluster: 2 } } as const;
    await put("plans/h.json", { steps: [{ name: "retire", input: { clusterCostPerDay: 9.738 } }] });
    await put("environments/users.json", { plans: ["h"], target });
    const { request } = JSON.parse(`{"request":${here.clients.storage.texts()[`requests/${run}.json`]}}`);
    const rebuild = { ...request, action: "rebuild", level: "database" };
    const result = { run, action: "rebuild", state: "rejected", failures: {}, remaining: {}, outputs: {}, endedAt: 9 };
    await put(`runs/users/${run}.json`, { run: { id: run, environment: "users" }, result, reports: {} });
    stand({ state: "SUCCEEDED" });
    await put(`requests/${run}.json`, rebuild);
    expect(await view()).not.toHaveProperty("unfinished");
    await put(`requests/${run}.json`, { ...rebuild, target: target.generations });
    expect(await view()).toMatchObject({ hasBegun: true, unfinished: { level: "database", costPerDay: 9.74 } });
    const others = { ...target, generations: { database: 1, cluster: 3 } };
    for (const entry of [{ target: others }, { target, removedBy: "run-9" }, {}]) {
      await put("environments/users.json", { plans: ["h"], ...entry });
      expect(await view()).not.toHaveProperty("unfinished");
    }
  });

  it("lists an environment's runs, the one under way first", async () => {
    await put("environments/users.json", {});
    await put("environments/shop.json", {});
    const upFor = (timeToLive: string) => ({ action: "up", spec: exampleText, folders, timeToLive }) as const;
    const earlier = await accept(requestWith(upFor("1h"), "k0"), here.clients);
    here.executions.delete(earlier.execution);
    const result = { run: earlier.run, state: "succeeded", failures: {}, remaining: {}, outputs: {}, endedAt: 9 };
    await put(`runs/users/${earlier.run}.json`, { run: { id: earlier.run }, result, reports: {} });
    const waiting = await accept(requestWith({ ...upFor("2h"), onBusy: "queue" }, "k2"), here.clients);
    await put("chains/users.json", { records: [earlier.run, `${earlier.run}.2`].map((record) => ({ record })) });
    await put("locks/users.json", { run });
    const { runs } = await viewEnvironment("users", here.clients);
    expect(runs.map((one) => one.run)).toEqual([waiting.run, run, earlier.run]);
    expect(await listEnvironments(here.clients)).toEqual(["shop", "users"]);
    await expect(viewEnvironment("unknown", here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("tells which run holds an environment, and none that has ended without giving it back", async () => {
    await put("environments/users.json", {});
    await put("specs/users.yaml", {});
    const lock = { run, execution, requestedBy: "b@example.com", why: "down", since: 60 };
    await put("locks/users.json", lock);
    const holder = { run, requestedBy: "b@example.com", why: "down", since: "1970-01-01T00:01:00.000Z" };
    expect(await viewEnvironment("users", here.clients)).toMatchObject({ holder });
    stand({ state: "CANCELLED" });
    expect(await viewEnvironment("users", here.clients)).not.toHaveProperty("holder");
  });

  it("sums up a sweep by the environments that are not gone yet", async () => {
    const sweep = await accept(requestWith({ action: "sweep" }, "k9"), here.clients);
    const remaining = { users: { run: "r", state: "remaining", remaining: [{ step: "network", reason: "held" }] } };
    const made = { name: sweep.execution, labels: {}, state: "SUCCEEDED" as const };
    here.executions.set(sweep.execution, { ...made, result: JSON.stringify({ finished: [], remaining }) });
    expect(await viewRun(sweep.run, here.clients)).toMatchObject({
      state: "remaining",
      remaining: [{ step: "network", reason: "users: held" }],
    });
    const message = "shop is frozen until 2026-01-02T00:00:00.000Z by c@example.com: the demo";
    const frozen = {
      shop: { run: null, state: "failed", failures: [{ step: "workflow", reason: "FROZEN", message }] },
    };
    here.executions.set(sweep.execution, { ...made, result: JSON.stringify({ remaining: frozen }) });
    expect(await viewRun(sweep.run, here.clients)).toMatchObject({
      ...{ state: "remaining", failures: [], remaining: [], frozen: [message] },
    });
    here.executions.set(sweep.execution, { ...made, result: JSON.stringify({ finished: ["users"], remaining: {} }) });
    expect(await viewRun(sweep.run, here.clients)).toMatchObject({ state: "succeeded", remaining: [] });
    const skipped = { users: "run-x is changing it" };
    here.executions.set(sweep.execution, { ...made, result: JSON.stringify({ remaining: {}, skipped }) });
    expect(await viewRun(sweep.run, here.clients)).toMatchObject({ skipped: ["users: run-x is changing it"] });
  });
});
