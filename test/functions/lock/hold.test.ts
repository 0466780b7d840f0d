import { beforeEach, describe, expect, it } from "@jest/globals";
import type { StoredLock } from "../../../functions/entry/stored.ts";
import { fenceGuard } from "../../../functions/fence.ts";
import { claimLock, type LockStanding, lockPlace, readLock, releaseLock } from "../../../functions/lock/hold.ts";
import type { Execution } from "../../../google/clients/workflow-executions.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { interruptedBefore } from "../../support/stored.ts";
import { executionsOf } from "./executions.ts";

const place = lockPlace("b", "staging");
const now = 1_000_000;

function lockOf(name: string): StoredLock {
  return { execution: `executions/${name}`, run: `run-${name}`, requestedBy: "a@example.com", why: "up", since: now };
}

describe("claimLock", () => {
  let storage: MemoryStorage;
  let states: Map<string, Partial<Execution>>;

  beforeEach(() => {
    storage = createMemoryStorage();
    states = new Map(["one", "two"].map((name) => [`executions/${name}`, { state: "ACTIVE" }]));
  });

  const claim = (name: string, { at = now, bucket = storage } = {}) =>
    claimLock({ storage: bucket, executions: executionsOf(states) }, { place, wanted: lockOf(name), now: at });

  it("lets exactly one of two claims win that meet", async () => {
    const late = interruptedBefore(storage, { object: place.object, act: () => claim("two") });
    expect(await claim("one", { bucket: late })).toMatchObject({ state: "busy", holder: { run: "run-two" } });
    expect(await claim("two")).toMatchObject({ state: "held" });
  });

  it("keeps one generation through any number of claims of its holder", async () => {
    const first = await claim("one");
    expect(await claim("one", { at: now + 500 })).toEqual(first);
  });

  it("is taken over from who died, after which nothing of the dead changes anything", async () => {
    const { fence } = heldBy(await claim("one"));
    const run = { id: "run-one", environment: "staging", fence };
    await fenceGuard(run, storage)();
    states.set("executions/one", { state: "FAILED", endTime: new Date((now + 10) * 1000).toISOString() });
    expect(await claim("two", { at: now + 129 })).toMatchObject({ state: "settling", holder: { run: "run-one" } });
    expect(await claim("two", { at: now + 130 })).toMatchObject({ state: "held", holder: { run: "run-two" } });
    await expect(fenceGuard(run, storage)()).rejects.toMatchObject({ reason: "LOCK_LOST", retryable: false });
  });

  it("is not given to a call that has outlived its execution, though nobody holds it any more", async () => {
    states.set("executions/one", { state: "CANCELLED" });
    await expect(claim("one")).rejects.toMatchObject({ reason: "EXECUTION_ENDED", retryable: false });
    expect(await readLock(storage, place)).toBeUndefined();
  });

  it("is taken over by only one of two that find the holder dead", async () => {
    await claim("one");
    states.delete("executions/one");
    states.set("executions/three", { state: "ACTIVE" });
    const late = interruptedBefore(storage, { object: place.object, act: () => claim("two") });
    expect(await claim("three", { bucket: late })).toMatchObject({ state: "busy", holder: { run: "run-two" } });
  });

  it("is not given back by who does not hold it", async () => {
    await claim("one");
    expect(await releaseLock(storage, place, "executions/two")).toMatchObject({ state: "busy" });
    expect((await readLock(storage, place))?.value.run).toBe("run-one");
    expect(await releaseLock(storage, place, "projects/9/executions/one")).toEqual({ state: "free" });
    expect(await readLock(storage, place)).toBeUndefined();
    expect(await releaseLock(storage, place, "executions/one")).toEqual({ state: "free" });
  });
});

function heldBy(standing: LockStanding) {
  if (standing.state !== "held") throw new Error(`the lock is ${standing.state}`);
  return standing;
}
