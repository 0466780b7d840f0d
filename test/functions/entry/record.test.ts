import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { answerRecord } from "../../../functions/entry/record.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";

describe("answerRecord", () => {
  let storage: MemoryStorage;
  let fence: { bucket: string; object: string; generation: string };

  beforeEach(async () => {
    storage = createMemoryStorage();
    const place = { bucket: "b", object: "locks/staging.json" };
    const lock = await storage.write({ ...place, content: "{}", contentType: "application/json" });
    fence = { ...place, generation: lock?.generation ?? "" };
  });

  function record(id: string, result: object = {}) {
    const run = { id, environment: "staging", action: "down", level: "app", planHash: "h", now: 1, fence };
    const given = { run: id, state: "succeeded", remaining: {}, failures: {}, outputs: {}, endedAt: 5, ...result };
    const body = { bucket: "b", execution: "executions/x", requestedBy: "a@example.com", reports: {} };
    return answerRecord({ ...body, run, result: { ...given } }, storage);
  }

  it("writes who, what and how it ended", async () => {
    expect(await record("run-1")).toEqual({ object: "runs/staging/run-1.json" });
    const written = JSON.parse(storage.texts()["runs/staging/run-1.json"] ?? "");
    expect(written).toMatchObject({
      requestedBy: "a@example.com",
      result: { state: "succeeded" },
      run: { planHash: "h" },
    });
    expect(written.previous).toBeUndefined();
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

  it("changes nothing when it is repeated", async () => {
    await record("run-1");
    const before = storage.texts();
    await record("run-1", { state: "failed" });
    expect(storage.texts()).toEqual(before);
  });

  it("lists what a removal left, until a later one has left nothing", async () => {
    await record("run-1", { state: "remaining", remaining: { network: "held by an address" } });
    expect(JSON.parse(storage.texts()["teardowns/staging.json"] ?? "")).toEqual({
      environment: "staging",
      run: "run-1",
      triedAt: 5,
      remaining: { network: "held by an address" },
    });
    await record("run-2", { state: "failed" });
    expect(storage.texts()).toHaveProperty(["teardowns/staging.json"]);
    await record("run-3");
    expect(storage.texts()).not.toHaveProperty(["teardowns/staging.json"]);
  });

  it("leaves the list alone when another run holds the lock by now", async () => {
    await storage.write({ bucket: "b", object: fence.object, content: "{}", contentType: "application/json" });
    const late = record("run-1", { state: "remaining", remaining: { network: "held" } });
    await expect(late).rejects.toMatchObject({ reason: "LOCK_LOST", retryable: false });
    expect(storage.texts()).not.toHaveProperty(["teardowns/staging.json"]);
    expect(storage.texts()).toHaveProperty(["runs/staging/run-1.json"]);
  });
});
