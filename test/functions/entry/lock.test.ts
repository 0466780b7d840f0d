import { beforeEach, describe, expect, it } from "@jest/globals";
import { answerLock } from "../../../functions/entry/lock.ts";
import type { Execution, WorkflowExecutionsClient } from "../../../google/clients/workflow-executions.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";

const object = "locks/staging.json";
const now = 1_000_000;

function claimBy(name: string, at = now) {
  const who = { run: `run-${name}`, execution: `executions/${name}`, requestedBy: "a@example.com", why: "up" };
  return { action: "claim", bucket: "b", environment: "staging", now: at, ...who };
}

describe("answerLock", () => {
  let storage: MemoryStorage;
  let states: Map<string, Partial<Execution>>;
  let clients: { storage: MemoryStorage; executions: WorkflowExecutionsClient };

  beforeEach(() => {
    storage = createMemoryStorage();
    states = new Map([["executions/one", { state: "ACTIVE" }]]);
    const unused = () => Promise.reject(new Error("not to be called"));
    const getExecution = async (name: string) => {
      const found = states.get(name);
      return found && { name, state: "ACTIVE" as const, labels: {}, ...found };
    };
    clients = { storage, executions: { getExecution, createExecution: unused, cancelExecution: unused } };
  });

  it("gives a free environment to who claims it, with the fence to read again", async () => {
    const answer = await answerLock(claimBy("one"), clients);
    expect(answer).toMatchObject({ state: "held", fence: { bucket: "b", object, generation: "1" } });
    expect(JSON.parse(storage.texts()[object] ?? "")).toMatchObject({ run: "run-one", since: now });
  });

  it("gives the same answer to a claim that is repeated", async () => {
    const first = await answerLock(claimBy("one"), clients);
    expect(await answerLock(claimBy("one"), clients)).toEqual(first);
  });

  it.each(["ACTIVE", "QUEUED"] as const)("tells who holds it while the holder is %s", async (state) => {
    await answerLock(claimBy("one"), clients);
    states.set("executions/one", { state });
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "busy", holder: { run: "run-one" } });
  });

  it("takes it from a run that ended without releasing it, once its last calls cannot work any more", async () => {
    const { fence } = heldBy(await answerLock(claimBy("one"), clients));
    const endTime = new Date((now - 119) * 1000).toISOString();
    states.set("executions/one", { state: "CANCELLED", endTime });
    await expect(answerLock(claimBy("two"), clients)).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    const taken = heldBy(await answerLock(claimBy("two", now + 1), clients));
    expect(taken.fence.generation).not.toBe(fence.generation);
  });

  it("takes it from an execution that is not known any more", async () => {
    await answerLock(claimBy("one"), clients);
    states.clear();
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "held", holder: { run: "run-two" } });
  });

  it("releases only the claim whose fence is given", async () => {
    const { fence } = heldBy(await answerLock(claimBy("one"), clients));
    const release = { action: "release", bucket: "b", environment: "staging" };
    expect(await answerLock({ ...release, fence: { ...fence, generation: "9" } }, clients)).toMatchObject({
      state: "held",
    });
    expect(await answerLock({ ...release, fence }, clients)).toEqual({ state: "free" });
    expect(await answerLock({ ...release, fence }, clients)).toEqual({ state: "free" });
  });

  it("tells how a lock stands", async () => {
    const read = { action: "read", bucket: "b", environment: "staging" };
    expect(await answerLock(read, clients)).toEqual({ state: "free" });
    await answerLock(claimBy("one"), clients);
    expect(await answerLock(read, clients)).toMatchObject({ state: "held", holder: { run: "run-one" } });
  });

  it("lets exactly one of two claims win that meet", async () => {
    states.set("executions/two", { state: "ACTIVE" });
    const answers = await Promise.all([answerLock(claimBy("one"), clients), answerLock(claimBy("two"), clients)]);
    expect(answers.map(({ state }) => state).sort()).toEqual(["busy", "held"]);
  });

  it.each([
    [{ action: "steal" }, "action"],
    [{ now: "soon" }, "now"],
    [{ execution: undefined }, "execution"],
  ])("refuses %j by name", async (wrong, field) => {
    const refused = expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(field) });
    await expect(answerLock({ ...claimBy("one"), ...wrong }, clients)).rejects.toEqual(refused);
  });
});

function heldBy(answer: Awaited<ReturnType<typeof answerLock>>) {
  if (answer.state !== "held") throw new Error(`the lock is ${answer.state}`);
  return answer;
}
