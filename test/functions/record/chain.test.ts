import { beforeEach, describe, expect, it } from "@jest/globals";
import type { RunRecord } from "../../../functions/entry/stored.ts";
import { appendRecord, recordId } from "../../../functions/record/chain.ts";
import { sha256 } from "../../../spec/names.ts";
import { objectOf } from "../../../spec/objects.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { interruptedBefore, stored } from "../../support/stored.ts";

const chain = objectOf.chain("staging");

function contentOf(id: string, state: RunRecord["result"]["state"] = "succeeded"): Omit<RunRecord, "previous"> {
  const generations = { databaseGeneration: 1, clusterGeneration: 1 };
  const run = {
    id,
    environment: "staging",
    action: "up",
    level: "app",
    planHash: "h",
    now: 1,
    ...generations,
  } as const;
  const nothing = { failures: {}, remaining: {}, outputs: {}, startedAt: 1, endedAt: 2 };
  const result = { run: id, environment: "staging", action: "up", state, ...nothing } as const;
  return { run, execution: "executions/e", requestedBy: "a@example.com", result, reports: {} };
}

/** Records that the chain does not lead to, or whose text is not the one that it names. */
function brokenLinks(storage: MemoryStorage): readonly string[] {
  const texts = storage.texts();
  const records: readonly { record: string; sha256: string }[] = stored(storage, chain)?.records ?? [];
  const entered = records.map(({ record }) => objectOf.record("staging", record));
  const strays = Object.keys(texts).filter((object) => object.startsWith("runs/") && !entered.includes(object));
  const broken = records.flatMap((entry, index) => {
    const object = objectOf.record("staging", entry.record);
    const before = records[index - 1];
    const link = before && { object: objectOf.record("staging", before.record), sha256: before.sha256 };
    const isWhole = sha256(texts[object] ?? "") === entry.sha256;
    const isLinked = JSON.stringify(stored(storage, object)?.previous) === JSON.stringify(link);
    return isWhole && isLinked ? [] : [object];
  });
  return [...strays, ...broken];
}

describe("appendRecord", () => {
  let storage: MemoryStorage;
  beforeEach(() => {
    storage = createMemoryStorage();
  });

  const append = (id: string, bucket = storage, content = contentOf(id)) =>
    appendRecord(bucket, { bucket: "b", id }, content);
  const order = () => stored(storage, chain).records.map(({ record }: { record: string }) => record);

  it("chains each record to the text of the one before", async () => {
    for (const id of ["r1", "r2", "r3"]) await append(id);
    expect(order()).toEqual(["r1", "r2", "r3"]);
    expect(brokenLinks(storage)).toEqual([]);
  });

  it("changes nothing when it is repeated, whatever came after", async () => {
    const first = await append("r1");
    await append("r2");
    const before = storage.texts();
    expect(await append("r1", storage, contentOf("r1", "failed"))).toBe(first);
    expect(storage.texts()).toEqual(before);
  });

  it.each([
    [chain, ["r0", "r2", "r1"]],
    [objectOf.record("staging", "r1"), ["r0", "r1", "r2"]],
  ])("keeps both of two that meet before %s is written", async (object, wanted) => {
    await append("r0");
    await append("r1", interruptedBefore(storage, { object, act: () => append("r2") }));
    expect(order()).toEqual(wanted);
    expect(brokenLinks(storage)).toEqual([]);
  });

  it("writes every record once, whoever comes in between, as may who can only add", async () => {
    const written: string[] = [];
    const adding: MemoryStorage = {
      ...storage,
      async write(write) {
        if (!write.object.startsWith("runs/")) return storage.write(write);
        // Google asks for the right to delete before it looks at the precondition.
        if (await storage.getObject("b", write.object)) throw new Error("may not replace");
        written.push(write.object);
        return storage.write(write);
      },
    };
    const act = async () => void (await append("r2", adding));
    await append("r1", interruptedBefore(adding, { object: objectOf.record("staging", "r1"), act }));
    await append("r1", adding);
    expect(written.sort()).toEqual(["r1", "r2"].map((id) => objectOf.record("staging", id)));
    expect(brokenLinks(storage)).toEqual([]);
  });

  it("leaves a record whose writer died before it was written to the next one", async () => {
    const object = objectOf.record("staging", "r1");
    const stopped = interruptedBefore(storage, { object, act: () => Promise.reject(new Error("killed")) });
    await expect(append("r1", stopped)).rejects.toThrow("killed");
    await append("r2");
    expect(order()).toEqual(["r1", "r2"]);
    expect(brokenLinks(storage)).toEqual([]);
  });

  it.each([chain, objectOf.record("staging", "r1")])(
    "keeps the first of two that record one run before %s is written",
    async (object) => {
      const cancelled = () => append("r1", storage, contentOf("r1", "cancelled"));
      const hash = await append("r1", interruptedBefore(storage, { object, act: cancelled }));
      expect(order()).toEqual(["r1"]);
      expect(brokenLinks(storage)).toEqual([]);
      expect(await append("r1")).toBe(hash);
    },
  );

  it("never writes another text under a hash that the chain is about to name", async () => {
    const reached = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const wait = async () => {
      reached.resolve();
      await ended.promise;
    };
    let second: Promise<string> | undefined;
    const overtake = async () => {
      const late = interruptedBefore(storage, { object: chain, act: wait });
      second = append("r1", late, contentOf("r1", "cancelled"));
      await reached.promise;
    };
    const first = await append("r1", interruptedBefore(storage, { object: chain, act: overtake }));
    ended.resolve();
    expect(await second).toBe(first);
    expect(brokenLinks(storage)).toEqual([]);
  });

  it("goes on with a record whose writer died before it was entered", async () => {
    const stopped = interruptedBefore(storage, { object: chain, act: () => Promise.reject(new Error("killed")) });
    await expect(append("r1", stopped)).rejects.toThrow("killed");
    await append("r2");
    await append("r1");
    expect(order()).toEqual(["r2", "r1"]);
    expect(brokenLinks(storage)).toEqual([]);
  });

  it("shows by its hash when a record was changed afterwards", async () => {
    for (const id of ["r1", "r2"]) await append(id);
    const object = objectOf.record("staging", "r1");
    const forged = (storage.texts()[object] ?? "").replace("a@example.com", "b@example.com");
    await storage.write({ bucket: "b", object, content: forged, contentType: "application/json" });
    expect(brokenLinks(storage)).toEqual([object]);
  });

  it("asks to be called again when others are always faster", async () => {
    let count = 0;
    const crowded: MemoryStorage = {
      ...storage,
      async write(written) {
        count += 1;
        if (written.object === chain) await append(`other-${count}`);
        return storage.write(written);
      },
    };
    await expect(append("r1", crowded)).rejects.toMatchObject({ reason: "CHAIN_BUSY", retryable: true });
  });
});

describe("recordId", () => {
  it("gives each attempt of a run a record of its own", () => {
    expect([1, 2, 10].map((attempt) => recordId("r", attempt))).toEqual(["r", "r.2", "r.10"]);
  });
});
