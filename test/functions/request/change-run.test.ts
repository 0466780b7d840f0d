import { beforeEach, describe, expect, it } from "@jest/globals";
import { accept } from "../../../functions/request/accept.ts";
import { cancelRun, resumeRun } from "../../../functions/request/change-run.ts";
import { decide } from "../../../functions/request/decide.ts";
import { listOpen } from "../../../functions/request/open.ts";
import { viewRun } from "../../../functions/request/run-view.ts";
import type { Execution } from "../../../google/clients/workflow-executions.ts";
import { idOf } from "../../../spec/names.ts";
import { exampleText } from "../../spec/example.ts";
import { interruptedBefore, put, stored } from "../../support/stored.ts";
import { createTestInstallation, folders, hold, putQuestion, requestWith, type TestInstallation } from "./context.ts";
import { noPublishers } from "./publishers.ts";

let here: TestInstallation;
let run: string;
let execution: string;

beforeEach(async () => {
  here = createTestInstallation();
  const accepted = await accept(requestWith({ action: "up", spec: exampleText, folders }), here.clients);
  await hold(here, accepted);
  ({ run, execution } = accepted);
});

const noted = () => stored(here.clients.storage, `requests/${run}.json`);
const standAs = (name: string, state: Execution["state"]) =>
  here.executions.set(name, { name, state, labels: {}, endTime: "2026-01-01T00:02:00.000Z" });
const stand = (state: Execution["state"]) => standAs(execution, state);
const giveBack = () => here.clients.storage.deleteObject(here.clients.installation.bucket, "locks/users.json");
const recordThat = (state: string, id = run) =>
  put(here.clients.storage, `runs/users/${id}.json`, {
    ...{ run: { id: run }, reports: {} },
    result: { run, state, failures: {}, remaining: {}, outputs: {}, startedAt: 1, endedAt: 2 },
  });

describe("cancelRun", () => {
  it("ends the execution and records who cancelled it, in the environment's chain", async () => {
    expect(await cancelRun(run, "b@example.com", here.clients)).toMatchObject({ state: "cancelled", failures: [] });
    expect(here.executions.get(execution)?.state).toBe("CANCELLED");
    expect(stored(here.clients.storage, `runs/users/${run}.json`)).toMatchObject({
      ...{ cancelledBy: "b@example.com", requestedBy: "a@example.com", execution },
      ...{ run: { id: run, databaseGeneration: 1 }, result: { state: "cancelled", endedAt: 1_767_225_660 } },
    });
    expect(stored(here.clients.storage, "chains/users.json").records).toMatchObject([{ record: run }]);
  });

  it("keeps why the run was asked for beside who cancelled it", async () => {
    await put(here.clients.storage, `requests/${run}.json`, { ...noted(), reason: "for the demo" });
    await cancelRun(run, "b@example.com", here.clients);
    expect(stored(here.clients.storage, `runs/users/${run}.json`)).toMatchObject({
      ...{ reason: "for the demo", cancelledBy: "b@example.com" },
    });
  });

  it("tells the end in the place of the execution, with the record, once for each attempt", async () => {
    await cancelRun(run, "b@example.com", here.clients);
    await cancelRun(run, "c@example.com", here.clients);
    const { records } = stored(here.clients.storage, "chains/users.json");
    const { sha256 } = records[0];
    expect(here.heard[0]).toMatchObject({
      orderingKey: "users",
      attributes: { environment: "users", run, type: "cancelled" },
      event: { data: { run, action: "up", by: "b@example.com", failures: {}, record: { id: run, sha256 } } },
    });
    await resumeRun(run, "b@example.com", here.clients);
    await cancelRun(run, "b@example.com", here.clients);
    const ids = here.heard.map(({ event }) => event.id);
    expect(ids).toEqual([`${run}/cancelled`, `${run}/cancelled`, `${run}.2/cancelled`]);
  });

  it.each(["queued", "awaiting-approval"])("tells the end of one that is %s likewise", async (state) => {
    await putQuestion(here, run);
    const detail = state === "queued" ? { ahead: 1 } : { approval: "a1" };
    here.entries.push({ jsonPayload: { alloyrun: "run", run, state, at: 5, detail } });
    await cancelRun(run, "b@example.com", here.clients);
    expect(here.heard.map(({ event }) => event.type)).toEqual(["dev.alloyrun.cancelled"]);
  });

  it("tells nothing of a run that has ended, or that is of no environment", async () => {
    stand("SUCCEEDED");
    await recordThat("succeeded");
    await cancelRun(run, "b@example.com", here.clients);
    const sweep = await accept(requestWith({ action: "sweep" }, "k2"), here.clients);
    await cancelRun(sweep.run, "b@example.com", here.clients);
    expect(here.heard).toEqual([]);
  });

  it("records how far it came, what it was to do and who had approved that, as its log tells", async () => {
    const { storage, installation } = here.clients;
    const decision = { state: "approved", by: "c@example.com", at: "t" };
    const question = { id: "a1", run, reasons: ["rows are lost"], requesters: ["a@example.com"], expiresAt: 0 };
    await put(storage, "approvals/a1.json", { ...question, changesHash: "c1", decision });
    await put(storage, "plans/c1.json", { changesHash: "c1", changes: [], planHash: "made-anew" });
    const tell = (payload: object) => here.entries.push({ jsonPayload: { run, ...payload } });
    tell({ alloyrun: "run", state: "planned", at: 1, detail: { changesHash: "c1" } });
    tell({ alloyrun: "run", state: "awaiting-approval", at: 2, detail: { approval: "a1" } });
    tell({ alloyrun: "step", step: "network", state: "started", at: 3 });
    tell({ alloyrun: "step", step: "network", state: "done", at: 4, detail: { changes: [] } });
    const operations = [{ name: "projects/p/locations/l/operations/operation-1" }];
    tell({ alloyrun: "step", step: "cluster", state: "waiting", at: 5, detail: { operations } });
    const view = await cancelRun(run, "b@example.com", here.clients);
    expect(stored(storage, `runs/users/${run}.json`)).toMatchObject({
      ...{ changesHash: "c1", approval: { id: "a1", by: "c@example.com", reasons: ["rows are lost"] } },
      run: { id: run, planHash: "made-anew" },
      reports: {
        network: { state: "done", startedAt: 3, endedAt: 4 },
        cluster: { state: "cancelled", operations: [{ ...operations[0], startedAt: 5 }], endedAt: 1_767_225_660 },
      },
    });
    expect(view).toMatchObject({ plan: { changesHash: "c1" }, approval: { state: "approved" } });
    const states = view.steps.filter(({ state }) => state !== "waiting").map(({ name, state }) => [name, state]);
    expect(states).toEqual([
      ["network", "done"],
      ["cluster", "cancelled"],
    ]);
    expect(here.asked.at(-1)?.filter).toContain(`execution_id"="${idOf(execution)}"`);
    expect(here.asked.at(-1)?.project).toBe(installation.project);
  });

  it("names nobody who had approved another plan than the one that it went by in the end", async () => {
    const { storage } = here.clients;
    await putQuestion(here, run);
    const decision = { state: "approved", by: "c@example.com", at: "t" };
    await put(storage, "approvals/a1.json", { ...stored(storage, "approvals/a1.json"), decision });
    const tell = (state: string, at: number, detail: object) =>
      here.entries.push({ jsonPayload: { alloyrun: "run", run, state, at, detail } });
    tell("planned", 1, { changesHash: "c" });
    tell("awaiting-approval", 2, { approval: "a1" });
    expect(await viewRun(run, here.clients)).toMatchObject({ approval: { id: "a1", by: "c@example.com" } });
    tell("planned", 3, { changesHash: "c2" });
    expect(await viewRun(run, here.clients)).not.toHaveProperty("approval");
    await cancelRun(run, "b@example.com", here.clients);
    expect(stored(storage, `runs/users/${run}.json`)).toMatchObject({ changesHash: "c2" });
    expect(stored(storage, `runs/users/${run}.json`)).not.toHaveProperty("approval");
  });

  it("records it once, whoever repeats it", async () => {
    await cancelRun(run, "b@example.com", here.clients);
    const before = here.clients.storage.texts();
    expect(await cancelRun(run, "c@example.com", here.clients)).toMatchObject({ state: "cancelled" });
    expect(here.clients.storage.texts()).toEqual(before);
  });

  it("closes what the run still asks, and leaves what was answered", async () => {
    const decision = { state: "approved", by: "b@example.com", at: "t" };
    await put(here.clients.storage, `approvals/${run}-111111111111.json`, { id: "a", run, decision });
    await put(here.clients.storage, `approvals/${run}-222222222222.json`, { id: "b", run });
    await cancelRun(run, "b@example.com", here.clients);
    expect(stored(here.clients.storage, `approvals/${run}-111111111111.json`)).toEqual({ id: "a", run, decision });
    expect(stored(here.clients.storage, `approvals/${run}-222222222222.json`)).toEqual({
      ...{ id: "b", run },
      closedAt: expect.any(String),
    });
  });

  it("leaves a run as it ended", async () => {
    stand("SUCCEEDED");
    await recordThat("succeeded");
    const before = here.clients.storage.texts();
    expect(await cancelRun(run, "b@example.com", here.clients)).toMatchObject({ state: "succeeded" });
    expect(here.clients.storage.texts()).toEqual(before);
    expect(here.executions.get(execution)?.state).toBe("SUCCEEDED");
  });

  it("keeps what a run said of itself in its last moment", async () => {
    const object = `runs/users/${run}.json`;
    const storage = interruptedBefore(here.clients.storage, { object, act: () => recordThat("succeeded") });
    expect(await cancelRun(run, "b@example.com", { ...here.clients, storage })).toMatchObject({ state: "succeeded" });
    expect(stored(here.clients.storage, "chains/users.json").records).toHaveLength(1);
  });

  it("cancels what belongs to no environment without a record", async () => {
    const sweep = await accept(requestWith({ action: "sweep" }, "k2"), here.clients);
    expect(await cancelRun(sweep.run, "b@example.com", here.clients)).toMatchObject({ state: "cancelled" });
    expect(Object.keys(here.clients.storage.texts()).filter((name) => name.startsWith("runs/"))).toEqual([]);
  });

  it("knows only what was requested", async () => {
    await expect(cancelRun("run-0", "b@example.com", here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a run that was noted and never started", () => {
  beforeEach(async () => {
    const { execution: _lost, ...rest } = noted();
    await put(here.clients.storage, `requests/${run}.json`, rest);
  });

  it("is started by who resumes it", async () => {
    const { length } = here.started;
    expect(await resumeRun(run, "b@example.com", here.clients)).toMatchObject({ state: "running" });
    expect([here.started.length - length, noted().attempt]).toEqual([1, 1]);
  });

  it("has its end when it is cancelled", async () => {
    expect(await cancelRun(run, "b@example.com", here.clients)).toMatchObject({ state: "cancelled" });
    expect(await listOpen("users", here.clients)).toEqual([]);
  });
});

describe("resumeRun", () => {
  it("records an attempt that was cancelled at Google before it goes on, once", async () => {
    stand("CANCELLED");
    await resumeRun(run, "b@example.com", here.clients);
    await resumeRun(run, "b@example.com", here.clients);
    expect(stored(here.clients.storage, "chains/users.json").records).toMatchObject([{ record: run }]);
    const record = stored(here.clients.storage, `runs/users/${run}.json`);
    expect(record).toMatchObject({ execution, result: { state: "cancelled" } });
    expect(record).not.toHaveProperty("cancelledBy");
  });

  it("undoes nothing that another run has built since", async () => {
    stand("FAILED");
    await giveBack();
    const object = "environments/users.json";
    await put(here.clients.storage, object, { ...stored(here.clients.storage, object), readyRun: "run-later" });
    await expect(resumeRun(run, "b@example.com", here.clients)).rejects.toMatchObject({ reason: "OVERTAKEN" });
    expect(noted().attempt).toBe(1);
  });

  it("goes on with no rebuild of what a removal has begun to take down since, and says what goes forward", async () => {
    const { storage } = here.clients;
    stand("CANCELLED");
    await giveBack();
    await put(storage, `requests/${run}.json`, { ...noted(), action: "rebuild", plannedBy: exampleText });
    const object = "environments/users.json";
    await put(storage, object, { ...stored(storage, object), removedBy: "run-down" });
    const refused = { reason: "GONE", message: expect.stringMatching(/run-down .+alloyrun up.+`down` of it/) };
    await expect(resumeRun(run, "b@example.com", here.clients)).rejects.toMatchObject(refused);
    await storage.deleteObject(here.clients.installation.bucket, object);
    await expect(resumeRun(run, "b@example.com", here.clients)).rejects.toMatchObject({ reason: "GONE" });
    expect(noted()).toMatchObject({ execution, attempt: 1 });
  });

  it("goes on with no rebuild by the spec of then after another run has begun by another", async () => {
    const { storage } = here.clients;
    stand("CANCELLED");
    await giveBack();
    await put(storage, `requests/${run}.json`, { ...noted(), action: "rebuild", plannedBy: exampleText });
    const place = {
      bucket: here.clients.installation.bucket,
      object: "specs/users.yaml",
      contentType: "application/yaml",
    };
    await storage.write({ ...place, content: `${exampleText}# changed` });
    const refused = { reason: "OVERTAKEN", message: expect.stringMatching(/changed the spec of users .+ ask again/) };
    await expect(resumeRun(run, "b@example.com", here.clients)).rejects.toMatchObject(refused);
    expect([noted().attempt, here.started.length]).toEqual([1, 1]);
    await storage.write({ ...place, content: exampleText });
    expect(await resumeRun(run, "b@example.com", here.clients)).toMatchObject({ state: "running" });
  });

  it("goes on with no `up` in whose place another has begun by another spec, and that has failed", async () => {
    const { storage } = here.clients;
    const bucket = here.clients.installation.bucket;
    stand("FAILED");
    await giveBack();
    const object = "environments/users.json";
    await put(storage, object, { ...stored(storage, object), specBy: "run-later" });
    const spec = { bucket, object: "specs/users.yaml", contentType: "application/yaml" };
    await storage.write({ ...spec, content: `${exampleText}# changed` });
    const refused = {
      reason: "OVERTAKEN",
      message: expect.stringMatching(/^run-later has begun to build users .+ ask again/),
    };
    await expect(resumeRun(run, "b@example.com", here.clients)).rejects.toMatchObject(refused);
    expect([noted().attempt, here.started.length]).toEqual([1, 1]);
  });

  it.each(["FAILED", "CANCELLED"] as const)("starts another execution for a run that ended as %s", async (state) => {
    stand(state);
    expect(await resumeRun(run, "b@example.com", here.clients)).toMatchObject({
      run,
      state: "running",
      execution: expect.stringMatching(/2$/),
    });
    expect(here.started).toHaveLength(2);
    expect(here.started[1]?.argument).toEqual(here.started[0]?.argument);
    expect(noted()).toMatchObject({ attempt: 2, target: { database: 1, cluster: 1 }, resumedBy: ["b@example.com"] });
  });

  it("counts as asked by who resumes it, who may not approve it then, and is open again", async () => {
    stand("FAILED");
    await putQuestion(here, run);
    await resumeRun(run, "b@example.com", here.clients);
    const callbacks = { send: () => Promise.resolve() };
    const decided = decide(
      { id: "a1", state: "approved", via: "api", by: "b@example.com", body: {} },
      { ...here.clients, callbacks, ...noPublishers },
    );
    await expect(decided).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect((await listOpen("users", here.clients)).map((open) => open.run)).toEqual([run]);
    await cancelRun(run, "b@example.com", here.clients);
    expect(stored(here.clients.storage, `runs/users/${run}.2.json`)).toMatchObject({ resumedBy: "b@example.com" });
  });

  it("goes on after what a removal left", async () => {
    stand("SUCCEEDED");
    await recordThat("remaining");
    expect(await resumeRun(run, "b@example.com", here.clients)).toMatchObject({ state: "running" });
  });

  it("leaves one that is under way alone", async () => {
    expect(await resumeRun(run, "b@example.com", here.clients)).toMatchObject({ state: "running", execution });
    expect([here.started.length, noted().attempt]).toEqual([1, 1]);
  });

  it.each(["succeeded", "rejected"])("refuses one that has %s", async (state) => {
    stand("SUCCEEDED");
    await giveBack();
    await recordThat(state);
    await expect(resumeRun(run, "b@example.com", here.clients)).rejects.toMatchObject({ reason: "NOTHING_TO_RESUME" });
    expect(here.started).toHaveLength(1);
  });

  it.each(["succeeded", "rejected"])(
    "says of one that has %s that there is nothing to do, whatever came after",
    async (state) => {
      stand("SUCCEEDED");
      await giveBack();
      await recordThat(state);
      const object = "environments/users.json";
      await put(here.clients.storage, object, { ...stored(here.clients.storage, object), readyRun: "run-later" });
      await expect(resumeRun(run, "b@example.com", here.clients)).rejects.toMatchObject({
        reason: "NOTHING_TO_RESUME",
      });
    },
  );

  it("goes on with one that was cancelled before it could give its lock back", async () => {
    stand("CANCELLED");
    await recordThat("succeeded");
    expect(await resumeRun(run, "b@example.com", here.clients)).toMatchObject({ state: "running" });
  });

  it("starts one execution for two that resume at the same moment", async () => {
    stand("FAILED");
    const object = `requests/${run}.json`;
    const storage = interruptedBefore(here.clients.storage, {
      object,
      act: () => resumeRun(run, "b@example.com", here.clients),
    });
    expect(await resumeRun(run, "c@example.com", { ...here.clients, storage })).toMatchObject({ state: "running" });
    expect([here.started.length, noted().attempt]).toEqual([2, 2]);
  });

  it("tells of the second attempt by a record of its own", async () => {
    stand("FAILED");
    await recordThat("failed");
    await resumeRun(run, "b@example.com", here.clients);
    await recordThat("succeeded", `${run}.2`);
    standAs(`${execution.slice(0, -1)}2`, "SUCCEEDED");
    await giveBack();
    await expect(resumeRun(run, "b@example.com", here.clients)).rejects.toMatchObject({ reason: "NOTHING_TO_RESUME" });
  });
});
