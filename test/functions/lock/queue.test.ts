import { beforeEach, describe, expect, it } from "@jest/globals";
import { enterQueue, leaveQueue } from "../../../functions/lock/queue.ts";
import type { Execution } from "../../../google/clients/workflow-executions.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { interruptedBefore, stored } from "../../support/stored.ts";
import { executionsOf } from "./executions.ts";

const object = "queues/staging.json";

describe("the queue", () => {
  let storage: MemoryStorage;
  let states: Map<string, Partial<Execution>>;

  beforeEach(() => {
    storage = createMemoryStorage();
    states = new Map(["a", "b", "c"].map((name) => [`executions/${name}`, { state: "ACTIVE" }]));
  });

  const waiterOf = (name: string) => ({
    ...{ bucket: "b", environment: "staging", run: `run-${name}` },
    execution: `executions/${name}`,
    now: 5,
  });
  const enter = (name: string, bucket = storage) =>
    enterQueue({ storage: bucket, executions: executionsOf(states) }, waiterOf(name));
  const waiting = () => stored(storage, object).waiting.map(({ run }: { run: string }) => run);

  it("serves first who came first, however often the others ask", async () => {
    expect([await enter("a"), await enter("b"), await enter("c")]).toEqual([0, 1, 2]);
    expect([await enter("c"), await enter("b"), await enter("a")]).toEqual([2, 1, 0]);
    await leaveQueue(storage, waiterOf("a"));
    expect([await enter("c"), await enter("b")]).toEqual([1, 0]);
    expect(waiting()).toEqual(["run-b", "run-c"]);
  });

  it("keeps both of two that come at the same moment", async () => {
    const late = interruptedBefore(storage, { object, act: () => enter("b") });
    expect(await enter("a", late)).toBe(1);
    expect(waiting()).toEqual(["run-b", "run-a"]);
  });

  it.each([{ state: "CANCELLED" }, { state: "FAILED" }, { state: "SUCCEEDED" }, undefined] as const)(
    "passes over whoever has died: %j",
    async (state) => {
      await enter("a");
      await enter("b");
      if (state) states.set("executions/a", state);
      else states.delete("executions/a");
      expect(await enter("c")).toBe(1);
      expect(waiting()).toEqual(["run-b", "run-c"]);
    },
  );

  it("waits behind an execution that has not begun", async () => {
    await enter("a");
    states.set("executions/a", { state: "QUEUED" });
    expect(await enter("b")).toBe(1);
  });

  it("is left by who was never in it without a trace", async () => {
    await leaveQueue(storage, waiterOf("a"));
    expect(storage.texts()).toEqual({});
    await enter("a");
    const before = storage.texts();
    await leaveQueue(storage, waiterOf("b"));
    expect(storage.texts()).toEqual(before);
  });
});
