import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { answerRecord } from "../../../functions/entry/record.ts";
import type { JsonObject } from "../../../google/json.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { put, stored } from "../../support/stored.ts";

describe("answerRecord", () => {
  let storage: MemoryStorage;
  let fence: { bucket: string; object: string; generation: string };

  beforeEach(async () => {
    storage = createMemoryStorage();
    const place = { bucket: "b", object: "locks/staging.json" };
    const lock = await storage.write({ ...place, content: "{}", contentType: "application/json" });
    fence = { ...place, generation: lock?.generation ?? "" };
  });

  /** What the run ends with, noted when it began. */
  const target = { database: 1, cluster: 1 };

  async function record(id: string, result: object = {}, body: object = {}, noted: object = { target }) {
    const asked = { run: id, requestedBy: "a@example.com", ticket: "CHG1", attempt: 1 };
    await put(storage, `requests/${id}.json`, { ...asked, ...noted });
    const nothing = { remaining: {}, failures: {}, outputs: {}, endedAt: 5 };
    const given = { run: id, action: "down", state: "succeeded", ...nothing, ...result };
    return answerRecord({ ...callOf(id, "record"), result: given, ...body }, storage);
  }

  function callOf(id: string, action: string) {
    const run = { id, environment: "staging", action: "down", level: "app", planHash: "h", now: 1, fence };
    return { action, bucket: "b", execution: "executions/x", reports: {}, run };
  }

  it("writes who, what and how it ended", async () => {
    expect(await record("run-1")).toEqual({ record: "run-1", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const written = stored(storage, "runs/staging/run-1.json");
    expect(written).toMatchObject({
      ...{ requestedBy: "a@example.com", ticket: "CHG1", execution: "executions/x" },
      result: { state: "succeeded" },
      run: { planHash: "h" },
    });
    expect(written.previous).toBeUndefined();
  });

  it("writes who joined, and who resumed the attempt", async () => {
    await put(storage, "requests/run-1.json", {
      ...{ run: "run-1", requestedBy: "a@example.com", joinedBy: ["b@example.com"] },
      ...{ attempt: 3, resumedBy: ["c@example.com", "d@example.com"] },
    });
    const result = {
      run: "run-1",
      action: "up",
      state: "failed",
      remaining: {},
      failures: {},
      outputs: {},
      endedAt: 5,
    };
    await answerRecord({ ...callOf("run-1", "record"), result }, storage);
    expect(stored(storage, "runs/staging/run-1.3.json")).toMatchObject({
      ...{ joinedBy: ["b@example.com"], resumedBy: "d@example.com" },
    });
  });

  it("chains each record to the text of the one before", async () => {
    await record("run-1");
    await record("run-2");
    const texts = storage.texts();
    const { previous } = JSON.parse(texts["runs/staging/run-2.json"] ?? "");
    const sha256 = createHash("sha256")
      .update(texts["runs/staging/run-1.json"] ?? "")
      .digest("hex");
    expect(previous).toEqual({ object: "runs/staging/run-1.json", sha256 });
  });

  it("takes who asked from the request, never from the call, and refuses a run that nobody requested", async () => {
    await record("run-1", {}, { requestedBy: "liar@example.com" });
    expect(stored(storage, "runs/staging/run-1.json")).toMatchObject({ requestedBy: "a@example.com" });
    const unknown = answerRecord(
      { ...callOf("run-0", "record"), result: { state: "succeeded", remaining: {} } },
      storage,
    );
    await expect(unknown).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(storage.texts()).not.toHaveProperty(["runs/staging/run-0.json"]);
  });

  it("keeps who approved it, and nothing of a question that nobody answered, or that was about another plan", async () => {
    const approval = { id: "a1", reasons: ["rows are lost"], changesHash: "c1" };
    await put(storage, "approvals/a1.json", {
      ...approval,
      decision: { state: "approved", by: "b@example.com", via: "link", at: "t" },
    });
    await put(storage, "approvals/a2.json", { ...approval, id: "a2" });
    await record("run-1", {}, { approval: "a1", changesHash: "c1" });
    await record("run-2", {}, { approval: "a2", changesHash: "c1" });
    await record("run-3", {}, { approval: "a1", changesHash: "c2" });
    expect(stored(storage, "runs/staging/run-1.json")).toMatchObject({
      changesHash: "c1",
      approval: { id: "a1", reasons: ["rows are lost"], state: "approved", by: "b@example.com", via: "link" },
    });
    expect(stored(storage, "runs/staging/run-2.json")).not.toHaveProperty("approval");
    expect(stored(storage, "runs/staging/run-3.json")).not.toHaveProperty("approval");
  });

  it("keeps of a rebuild what came of it, and gives what its last event tells", async () => {
    const { fence: _, ...run } = { ...callOf("run-1", "record").run, action: "rebuild", level: "data" };
    const rebuilt = { action: "rebuild", startedAt: 0, endedAt: 600 };
    expect(await record("run-1", rebuilt, { run })).toMatchObject({ told: { outcome: "ready", minutes: 10 } });
    const failing = { ...rebuilt, state: "failed", failures: { seed: { message: "no" } }, endedAt: 60 };
    const kept = await record("run-2", failing, { run: { ...run, id: "run-2" }, answers: true });
    expect(kept).toMatchObject({ told: { outcome: "kept-old", minutes: 1, usualMinutes: 10 } });
    expect(stored(storage, "runs/staging/run-2.json").result).toMatchObject({ outcome: "kept-old", usualMinutes: 10 });
    expect(await record("run-3", {}, {})).not.toHaveProperty("told.outcome");
  });

  it("gives a run that was resumed a record of its own", async () => {
    await record("run-1", { state: "failed" });
    await put(storage, "requests/run-1.json", { run: "run-1", requestedBy: "a@example.com", attempt: 2 });
    const result = { run: "run-1", action: "down", state: "succeeded", remaining: {} };
    expect(await answerRecord({ ...callOf("run-1", "record"), result }, storage)).toMatchObject({ record: "run-1.2" });
    expect(stored(storage, "runs/staging/run-1.json")).toMatchObject({ result: { state: "failed" } });
  });

  it("takes back that a run has begun which failed to enable its APIs, unless an earlier one had", async () => {
    const run = { ...callOf("run-1", "record").run, action: "up" };
    const report = { state: "failed", startedAt: 1, endedAt: 2 };
    const failed = (id: string, reports: object) =>
      record(id, { action: "up", state: "failed" }, { run: { ...run, id }, reports });
    await put(storage, "environments/staging.json", { plans: ["h"], begunBy: "run-1" });
    await failed("run-2", { services: report });
    await failed("run-1", { services: { ...report, state: "done" }, network: report });
    expect(stored(storage, "environments/staging.json")).toMatchObject({ begunBy: "run-1" });
    await failed("run-1", { services: report });
    expect(stored(storage, "environments/staging.json")).toEqual({ plans: ["h"], begunBy: null });
  });

  it("forgets an environment that is gone, and of one that is not quite that it is ready", async () => {
    const ledger = { plans: ["h"], readyAt: 1, readyRun: "r", url: "https://u", expiresAt: 9 };
    await put(storage, "environments/staging.json", ledger);
    await record("run-1", { state: "failed" });
    expect(stored(storage, "environments/staging.json")).toEqual({ plans: ["h"], expiresAt: 9, removedBy: "run-1" });
    await record("run-2");
    expect(stored(storage, "environments/staging.json")).toBeUndefined();
  });

  it("leaves as it was what a removal had not begun to remove when it failed, which is ready, or waits for the sweep", async () => {
    const ledger = { plans: ["h"], readyAt: 1, readyRun: "r", url: "https://u" };
    const teardown = { run: "run-0", remaining: { peering: "held" }, billed: { instance: 8 } };
    await put(storage, "environments/staging.json", ledger);
    await put(storage, "teardowns/staging.json", teardown);
    await record("run-1", { state: "failed", failures: { egress: { message: "forbidden" } } }, {}, {});
    expect(stored(storage, "environments/staging.json")).toEqual(ledger);
    expect(stored(storage, "teardowns/staging.json")).toEqual(teardown);
    expect(stored(storage, "runs/staging/run-1.json")).toMatchObject({ result: { state: "failed" } });
  });

  it("touches nothing but the record for a run that never held the lock", async () => {
    await put(storage, "environments/staging.json", { plans: ["h"] });
    const { fence: _, ...run } = callOf("run-1", "record").run;
    await record("run-1", {}, { run });
    expect(stored(storage, "environments/staging.json")).toEqual({ plans: ["h"] });
    expect(stored(storage, "runs/staging/run-1.json")).toMatchObject({ result: { state: "succeeded" } });
  });

  it("notes since when the environment is ready, with the time to live of its request", async () => {
    await put(storage, "requests/run-1.json", { run: "run-1", timeToLiveSeconds: 60 });
    const ready = { ...callOf("run-1", "ready"), url: "https://u" };
    expect(await answerRecord(ready, storage)).toEqual({ readyAt: 1, expiresAt: 61 });
    expect(stored(storage, "environments/staging.json")).toMatchObject({ url: "https://u", readyRun: "run-1" });
    await expect(answerRecord({ ...ready, action: "steal" }, storage)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("changes nothing when it is repeated", async () => {
    await record("run-1");
    const before = storage.texts();
    await record("run-1", { state: "failed" });
    expect(storage.texts()).toEqual(before);
  });

  it("lists what a removal left, until a later one has left nothing", async () => {
    const left = { state: "remaining", remaining: { network: "held by an address" } } as const;
    expect(await record("run-1", left)).toMatchObject({ nextTryAt: 900 });
    const listed = { environment: "staging", since: 5, remaining: left.remaining, tried: [] };
    expect(stored(storage, "teardowns/staging.json")).toEqual({ ...listed, run: "run-1", triedAt: 5, nextTryAt: 900 });
    expect(stored(storage, "runs/staging/run-1.json")).toMatchObject({ result: { nextTryAt: 900 } });
    await record("run-1b", { ...left, endedAt: 900 });
    expect(stored(storage, "teardowns/staging.json")).toEqual({
      ...{ ...listed, run: "run-1b", triedAt: 900, nextTryAt: 1800 },
    });
    await record("run-2", { state: "failed" });
    expect(storage.texts()).toHaveProperty(["teardowns/staging.json"]);
    await record("run-3");
    expect(storage.texts()).not.toHaveProperty(["teardowns/staging.json"]);
  });

  it("lists with it what could not be removed and what that costs, until it is", async () => {
    await put(storage, `plans/${callOf("run-1", "record").run.planHash}.json`, {
      steps: [
        { name: "instance", costPerDay: 8 },
        { name: "cluster", costPerDay: 0.1 },
        { name: "network", costPerDay: 0 },
      ],
    });
    const failures = { instance: { message: "refused" }, network: { message: "no" } };
    const messages = { instance: "refused", network: "no" };
    await record("run-1", { state: "failed", failures, remaining: { peering: "held" } });
    const teardown = () => stored(storage, "teardowns/staging.json");
    expect(teardown()).toMatchObject({ remaining: { peering: "held" }, failures: messages, billed: { instance: 8 } });
    await record("run-2", { state: "failed", failures: { network: { message: "no" } } });
    expect(teardown()).toMatchObject({ remaining: { peering: "held" }, failures: { network: "no" } });
    expect(teardown()).not.toHaveProperty("billed");
    await record("run-3", { state: "remaining", remaining: { cluster: "kept", peering: "held" } });
    expect(teardown()).toMatchObject({ billed: { cluster: 0.1 } });
    expect(teardown()).not.toHaveProperty("failures");
  });

  it("keeps no record of a try of the sweep's that could remove nothing, but when the next one is", async () => {
    await put(storage, "requests/run-1.json", { run: "run-1", teardown: "7", attempt: 1, target });
    const left = { run: "run-1", action: "down", state: "remaining", remaining: { network: "held" }, endedAt: 5 };
    const idle = { network: { state: "held", changes: [{ action: "none" }] } };
    const tried = (reports: JsonObject) =>
      answerRecord({ ...callOf("run-1", "record"), result: left, reports }, storage);
    expect(await tried(idle)).toEqual({ nextTryAt: 900 });
    expect(storage.texts()).not.toHaveProperty(["chains/staging.json"]);
    expect(storage.texts()).toHaveProperty(["teardowns/staging.json"]);
    const busy = { ...idle, peering: { state: "done", changes: [{ action: "delete" }] } };
    expect(await tried(busy)).toMatchObject({ record: "run-1" });
  });

  it("keeps a record of the sweep's again only when what remains, or what was tried, is another", async () => {
    const held = { network: { state: "held", changes: [{ action: "delete", resource: "subnet-a" }] } };
    const sweep = async (id: string, reports: JsonObject = held, remaining: JsonObject = { network: "held" }) => {
      await put(storage, `requests/${id}.json`, { run: id, teardown: "7", attempt: 1, target });
      const result = { run: id, action: "down", state: "remaining", remaining, endedAt: 5 };
      const answered = await answerRecord({ ...callOf(id, "record"), result, reports }, storage);
      return "record" in answered;
    };
    expect([await sweep("run-1"), await sweep("run-2"), await sweep("run-3")]).toEqual([true, false, false]);
    expect(await sweep("run-4", held, { network: "held by an instance" })).toBe(true);
    const other = { network: { state: "held", changes: [{ action: "delete", resource: "subnet-b" }] } };
    expect([
      await sweep("run-5", other, { network: "held by an instance" }),
      await sweep("run-6", other, { network: "held by an instance" }),
    ]).toEqual([true, false]);
    // A call that is repeated compares nothing with what it has listed itself.
    expect([await sweep("run-7", held), await sweep("run-7", held)]).toEqual([true, true]);
    expect(stored(storage, "chains/staging.json").records).toHaveLength(4);
  });

  it("leaves the list alone when another run holds the lock by now", async () => {
    await storage.write({ bucket: "b", object: fence.object, content: "{}", contentType: "application/json" });
    const late = record("run-1", { state: "remaining", remaining: { network: "held" } });
    await expect(late).rejects.toMatchObject({ reason: "LOCK_LOST", retryable: false });
    expect(storage.texts()).not.toHaveProperty(["teardowns/staging.json"]);
    expect(storage.texts()).toHaveProperty(["runs/staging/run-1.json"]);
  });

  it("deletes no entry that another run has written in that very moment, but one that was only extended", async () => {
    const entry = "environments/staging.json";
    await put(storage, entry, { plans: ["h"], expiresAt: 1 });
    await put(storage, "requests/run-1.json", { run: "run-1", requestedBy: "a@example.com", attempt: 1, target });
    const meanwhile = (act: () => Promise<unknown>) => {
      let isFirst = true;
      const deleteObject: MemoryStorage["deleteObject"] = async (bucket, object, generation) => {
        if (object === entry && isFirst) await act();
        isFirst &&= object !== entry;
        return storage.deleteObject(bucket, object, generation);
      };
      const nothing = { remaining: {}, failures: {}, outputs: {}, endedAt: 5 };
      const result = { run: "run-1", action: "down", state: "succeeded", ...nothing };
      return answerRecord({ ...callOf("run-1", "record"), result }, { ...storage, deleteObject });
    };
    const overtaken = meanwhile(async () => {
      await put(storage, fence.object, {});
      await put(storage, entry, { plans: ["newer"] });
    });
    await expect(overtaken).rejects.toMatchObject({ reason: "LOCK_LOST" });
    expect(stored(storage, entry)).toEqual({ plans: ["newer"] });
    fence = { ...fence, generation: (await storage.getObject("b", fence.object))?.generation ?? "" };
    await meanwhile(() => put(storage, entry, { plans: ["newer"], expiresAt: 2 }));
    expect(storage.texts()).not.toHaveProperty([entry]);
  });
});
