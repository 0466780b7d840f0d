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

  /** Notes what the request function would have noted before it started the execution. */
  const noteRequest = (run: string, about: object = {}) =>
    storage.write({
      bucket: "b",
      object: `requests/${run}.json`,
      content: JSON.stringify({ run, environment: "staging", action: "up", planHash: `plan-of-${run}`, ...about }),
      contentType: "application/json",
    });

  beforeEach(async () => {
    storage = createMemoryStorage();
    await noteRequest("run-one");
    await noteRequest("run-two");
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
    expect(answer).toMatchObject({ state: "held", fence: { bucket: "b", object }, plans: ["plan-of-run-one"] });
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
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "settling", holder: { run: "run-one" } });
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

  it("lets a second execution of one request join the first, and one without a request do nothing", async () => {
    await answerLock(claimBy("one"), clients);
    const again = { ...claimBy("one"), execution: "executions/one-again" };
    expect(await answerLock(again, clients)).toEqual({ state: "joined", execution: "executions/one" });
    await expect(answerLock(claimBy("three"), clients)).rejects.toMatchObject({ reason: "NOT_REQUESTED" });
  });

  it("knows its own execution under the project's number, as the API names it", async () => {
    await noteRequest("run-one", { execution: "projects/123/locations/l/workflows/w/executions/one" });
    const mine = { ...claimBy("one"), execution: "projects/p/locations/l/workflows/w/executions/one" };
    states.set(mine.execution, { state: "ACTIVE" });
    expect(await answerLock(mine, clients)).toMatchObject({ state: "held" });
  });

  it("makes the spec the environment's and calls its teardown off only once the run holds the lock", async () => {
    const teardown = "teardowns/staging.json";
    await storage.write({ bucket: "b", object: teardown, content: "{}", contentType: "application/json" });
    await noteRequest("run-two", { spec: "text: two" });
    await answerLock(claimBy("one"), clients);
    expect(storage.texts()).not.toHaveProperty([teardown]);
    await storage.write({ bucket: "b", object: teardown, content: "{}", contentType: "application/json" });
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "busy" });
    expect(storage.texts()).toHaveProperty([teardown]);
    expect(storage.texts()).not.toHaveProperty(["specs/staging.yaml"]);
    states.clear();
    await answerLock(claimBy("two"), clients);
    expect(storage.texts()["specs/staging.yaml"]).toBe("text: two");
  });

  it("tells a removal every plan by which something may have been made, the present one first", async () => {
    await answerLock(claimBy("one"), clients);
    states.clear();
    await answerLock(claimBy("two"), clients);
    await noteRequest("run-down", { action: "down", planHash: "plan-of-run-two" });
    const answer = await answerLock(claimBy("down"), clients);
    expect(answer).toMatchObject({ state: "held", plans: ["plan-of-run-two", "plan-of-run-one"] });
  });

  it("does nothing for a sweep whose teardown was called off meanwhile, and holds no lock then", async () => {
    await noteRequest("run-sweep", { action: "down", teardown: "1234" });
    expect(await answerLock(claimBy("sweep"), clients)).toEqual({ state: "obsolete" });
    expect(storage.texts()).not.toHaveProperty([object]);
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
