import { beforeEach, describe, expect, it } from "@jest/globals";
import type { StoredRequest } from "../../../functions/entry/stored.ts";
import { ask, standingOf } from "../../../functions/plan/approve.ts";
import { objectOf } from "../../../spec/objects.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { interruptedBefore, put, stored } from "../../support/stored.ts";

const changesHash = "c".repeat(64);
const callback = "https://workflowexecutions.googleapis.com/v1/callbacks/1";

describe("ask", () => {
  let storage: MemoryStorage;
  beforeEach(() => {
    storage = createMemoryStorage();
  });

  const put1 = (more: object = {}, bucket = storage) =>
    ask(bucket, {
      bucket: "b",
      request: { run: "run-1", environment: "staging", requestedBy: "a@example.com" } as StoredRequest,
      ...{ project: "p", policy: { when: ["always"], approvers: ["user:b@example.com"], timeoutSeconds: 3600 } },
      ...{ changesHash, reasons: ["rows are lost"], callback, now: 1000 },
      ...more,
    });

  it("puts the question to the approvers of the plan, bound to what is planned, with an end", async () => {
    const { id } = await put1();
    expect(id).toBe(`run-1-${"c".repeat(12)}`);
    expect(stored(storage, objectOf.approval(id))).toEqual({
      ...{ id, run: "run-1", environment: "staging", changesHash, callback },
      ...{ reasons: ["rows are lost"], requesters: ["a@example.com"], approvers: ["user:b@example.com"] },
      ...{ askedAt: 1000, expiresAt: 4600, attempt: 1 },
    });
  });

  it("ends when what a schedule asks for may not begin any more, unless somebody resumed it", async () => {
    const request = { run: "run-1", environment: "s", requestedBy: "scheduler@p.iam", startBy: 2800, attempt: 1 };
    expect(await put1({ request })).toMatchObject({ expiresAt: 2800 });
    expect(await put1({ request: { ...request, attempt: 2 }, now: 3000 })).toMatchObject({ expiresAt: 6600 });
  });

  it("names beside the caller on whose behalf it called", async () => {
    const request = { run: "run-1", environment: "s", requestedBy: "bot@p.iam", onBehalfOf: "p@example.com" };
    expect((await put1({ request })).requesters).toEqual(["bot@p.iam", "p@example.com"]);
  });

  it("is put to nobody about a request of the topic when the spec names no approver", async () => {
    const request = { run: "run-1", environment: "s", requestedBy: "alloyrun-push@p.iam.gserviceaccount.com" };
    expect((await put1({ request })).approvers).toEqual(["user:b@example.com"]);
    const policy = { when: ["always"], approvers: [], timeoutSeconds: 3600 };
    const refusal = { code: "FAILED_PRECONDITION", reason: "NO_APPROVER" };
    await expect(put1({ request, policy })).rejects.toMatchObject(refusal);
    const joined = { ...request, requestedBy: "a@example.com", joinedBy: [request.requestedBy] };
    await expect(put1({ request: joined, policy })).rejects.toMatchObject(refusal);
    expect((await put1({ policy, changesHash: "d".repeat(64) })).approvers).toEqual([]);
  });

  it("puts another question about another plan", async () => {
    expect((await put1({ changesHash: "d".repeat(64) })).id).not.toBe((await put1()).id);
  });

  it("keeps the end and an answer when it is asked again, under the callback of who asks by then", async () => {
    const { id } = await put1();
    const decision = { state: "approved", by: "b@example.com", at: "t" };
    await put(storage, objectOf.approval(id), { ...stored(storage, objectOf.approval(id)), decision });
    await put1({ callback: `${callback}2`, now: 2000, reasons: ["other"] });
    expect(stored(storage, objectOf.approval(id))).toMatchObject({
      ...{ callback: `${callback}2`, decision, expiresAt: 4600, reasons: ["rows are lost"] },
    });
  });

  it("asks anew for a run that was resumed, whatever was answered before", async () => {
    const first = await put1();
    const decision = { state: "approved", by: "b@example.com", at: "t" };
    await put(storage, objectOf.approval(first.id), { ...stored(storage, objectOf.approval(first.id)), decision });
    const request = { run: "run-1", environment: "staging", requestedBy: "a@example.com", attempt: 2 };
    const second = await put1({ request, now: 9000 });
    expect(second).toMatchObject({ id: `${first.id}-2`, attempt: 2, expiresAt: 12_600 });
    expect(second).not.toHaveProperty("decision");
    expect(stored(storage, objectOf.approval(first.id))).toMatchObject({ decision });
  });

  it("loses no answer that is given in the same moment", async () => {
    const object = objectOf.approval((await put1()).id);
    const decision = { state: "rejected", by: "b@example.com", at: "t" };
    const answer = () => put(storage, object, { ...stored(storage, object), decision });
    const late = put1({ callback: `${callback}2` }, interruptedBefore(storage, { object, act: answer }));
    await expect(late).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    expect(stored(storage, object)).toMatchObject({ decision });
  });
});

describe("standingOf", () => {
  const storage = createMemoryStorage();
  const standing = (now: number) => standingOf(storage, { bucket: "b", id: "a1", now });

  it("refuses a question that was never put", async () => {
    await expect(standing(1)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is pending until the very second in which it expires", async () => {
    await put(storage, objectOf.approval("a1"), { id: "a1", expiresAt: 100 });
    expect([await standing(99), await standing(100)]).toEqual([{ state: "pending" }, { state: "expired" }]);
  });

  it("is as it was decided, also afterwards", async () => {
    const decision = { state: "approved", by: "b@example.com", at: "t" };
    await put(storage, objectOf.approval("a1"), { id: "a1", expiresAt: 100, decision });
    expect(await standing(500)).toEqual(decision);
  });
});
