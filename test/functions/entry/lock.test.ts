import { beforeEach, describe, expect, it } from "@jest/globals";
import { answerLock } from "../../../functions/entry/lock.ts";
import type { LockClients } from "../../../functions/lock/hold.ts";
import type { Execution } from "../../../google/clients/workflow-executions.ts";
import { sha256 } from "../../../spec/names.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { put, stored } from "../../support/stored.ts";
import { executionsOf } from "../lock/executions.ts";

const object = "locks/staging.json";
const now = 1_000_000;
const usual = {
  environment: "staging",
  action: "up",
  level: "app",
  requestedBy: "a@example.com",
  attempt: 1,
  onBusy: "queue",
};

function claimBy(name: string, at = now) {
  const who = { run: `run-${name}`, execution: `executions/${name}` };
  return { action: "claim", bucket: "b", now: at, target: { database: 1, cluster: 1 }, ...who };
}

/** The same execution's other actions. */
function actBy(name: string, action: "begin" | "release") {
  return { ...claimBy(name), action, environment: "staging" };
}

describe("answerLock", () => {
  let storage: MemoryStorage;
  let states: Map<string, Partial<Execution>>;
  let clients: LockClients & { storage: MemoryStorage };

  /** Notes what the request function would have noted before it started the execution. */
  const noteRequest = (run: string, about: object = {}) =>
    storage.write({
      bucket: "b",
      object: `requests/${run}.json`,
      content: JSON.stringify({ ...usual, run, planHash: `plan-of-${run}`, ...about }),
      contentType: "application/json",
    });

  /** A spec of the environment, told from others by who owns it. */
  const specText = (owner: string) => `apiVersion: alloyrun/v1\nspec: { labels: { owner: ${owner} } }\n`;
  const writeSpec = (content: string) =>
    storage.write({ bucket: "b", object: "specs/staging.yaml", contentType: "application/yaml", content });

  beforeEach(async () => {
    storage = createMemoryStorage();
    await noteRequest("run-one");
    await noteRequest("run-two");
    states = new Map(["one", "two", "down"].map((name) => [`executions/${name}`, { state: "ACTIVE" }]));
    clients = { storage, executions: executionsOf(states) };
  });

  it.each([
    ["an up that begins", {}],
    ["one that is resumed", { target: { database: 1, cluster: 1 }, after: null }],
    ["the end of its time", { action: "down", expiry: 9 }],
  ])("reads the environment's entry once for %s", async (_what, about) => {
    await put(storage, "environments/staging.json", { plans: [], expiresAt: 9 });
    await noteRequest("run-one", about);
    const read: string[] = [];
    const readText: MemoryStorage["readText"] = (bucket, name) => {
      read.push(name);
      return storage.readText(bucket, name);
    };
    const answer = await answerLock(claimBy("one"), { ...clients, storage: { ...storage, readText } });
    expect(answer).toMatchObject({ state: "held" });
    // A removal edits the entry besides, whoever else does so at that moment.
    const edits = "action" in about ? 1 : 0;
    expect(read.filter((name) => name === "environments/staging.json")).toHaveLength(1 + edits);
  });

  it("lets nothing begin that waited too long to be done in time, unless somebody resumes it", async () => {
    await put(storage, "environments/staging.json", { plans: [] });
    const late = { action: "rebuild", level: "data", startBy: now - 1 };
    await noteRequest("run-one", late);
    await expect(answerLock(claimBy("one"), clients)).rejects.toMatchObject({ reason: "TOO_LATE" });
    expect(stored(storage, object)).toBeUndefined();
    await noteRequest("run-one", { ...late, attempt: 2 });
    expect(await answerLock(claimBy("one"), clients)).toMatchObject({ state: "held" });
  });

  it("gives a free environment to who claims it, with the fence to read again", async () => {
    const answer = await answerLock(claimBy("one"), clients);
    expect(answer).toMatchObject({ state: "held", fence: { bucket: "b", object } });
    expect(stored(storage, object)).toMatchObject({
      run: "run-one",
      since: now,
      requestedBy: "a@example.com",
      why: "up",
    });
    expect(stored(storage, "queues/staging.json")).toEqual({ waiting: [] });
  });

  it("tells those who wait how long the plan takes, and what was guessed only where there is none", async () => {
    await noteRequest("run-one", { expectedSeconds: 800 });
    await answerLock({ ...claimBy("one"), expectedSeconds: 20 }, clients);
    expect(stored(storage, object)).toMatchObject({ expectedSeconds: 20 });
    await storage.deleteObject("b", object);
    await answerLock(claimBy("one"), clients);
    expect(stored(storage, object)).toMatchObject({ expectedSeconds: 800 });
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
    states.delete("executions/one");
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "held", holder: { run: "run-two" } });
  });

  it("gives back only what the execution itself holds, and its place in the queue", async () => {
    await answerLock(claimBy("one"), clients);
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "busy" });
    expect(await answerLock(actBy("two", "release"), clients)).toMatchObject({
      state: "busy",
      holder: { run: "run-one" },
    });
    expect(stored(storage, "queues/staging.json")).toEqual({ waiting: [] });
    expect(await answerLock(actBy("one", "release"), clients)).toEqual({ state: "free" });
    expect(await answerLock(actBy("one", "release"), clients)).toEqual({ state: "free" });
  });

  it("gives a request to the execution that begins first, with what the workflow must know of it", async () => {
    await noteRequest("run-one", { attempt: 3, target: { database: 2, cluster: 1 } });
    expect(await answerLock(actBy("one", "begin"), clients)).toEqual({
      state: "mine",
      request: { attempt: 3, onBusy: "queue", target: { database: 2, cluster: 1 } },
    });
    const again = { ...actBy("one", "begin"), execution: "executions/one-again" };
    expect(await answerLock(again, clients)).toEqual({ state: "joined", execution: "executions/one" });
    expect(stored(storage, object)).toBeUndefined();
  });

  it("gives the environment in turn: who came later waits even when it is free for a moment", async () => {
    await answerLock(claimBy("one"), clients);
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "busy" });
    await noteRequest("run-down", { action: "down" });
    expect(await answerLock(claimBy("down"), clients)).toEqual({ state: "queued", ahead: 1 });
    await answerLock(actBy("one", "release"), clients);
    expect(await answerLock(claimBy("down"), clients)).toEqual({ state: "queued", ahead: 1 });
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "held" });
    states.delete("executions/two");
    expect(await answerLock(claimBy("down"), clients)).toMatchObject({ state: "held" });
  });

  it("leaves it with who looks again, whoever has come to wait meanwhile", async () => {
    await put(storage, "chains/staging.json", { records: [{ record: "r1", sha256: "1" }] });
    const first = heldBy(await answerLock({ ...claimBy("one"), seen: "r0" }, clients));
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "busy" });
    const again = heldBy(await answerLock({ ...claimBy("one"), seen: "r1" }, clients));
    expect(again.fence).toEqual(first.fence);
    await answerLock(actBy("one", "release"), clients);
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "held" });
  });

  it("gives a frozen environment to nobody until the freeze is over", async () => {
    const freeze = { environment: "staging", reason: "demo", by: "c@example.com", since: now - 5, until: now + 100 };
    await put(storage, "freezes/staging.json", freeze);
    expect(await answerLock(claimBy("one"), clients)).toEqual({ state: "frozen", freeze, waits: true });
    expect(stored(storage, object)).toBeUndefined();
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "frozen", waits: true });
    expect(await answerLock(claimBy("two", now + 100), clients)).toEqual({ state: "queued", ahead: 1 });
    expect(await answerLock(claimBy("one", now + 100), clients)).toMatchObject({ state: "held" });
  });

  it.each([
    ["who would rather not wait", { onBusy: "fail" }],
    ["who only joins", { onBusy: "join" }],
    ["a schedule", { requestedBy: "alloyrun-scheduler@p.iam.gserviceaccount.com" }],
  ])("lets %s not wait for the end of a freeze", async (_who, about) => {
    await put(storage, "freezes/staging.json", { until: now + 100 });
    await noteRequest("run-one", about);
    expect(await answerLock(claimBy("one"), clients)).toMatchObject({ state: "frozen", waits: false });
    expect(stored(storage, "queues/staging.json")).toBeUndefined();
  });

  it("enters nothing while another run was recorded since the claimant looked, and holds the lock meanwhile", async () => {
    await put(storage, "chains/staging.json", {
      records: [
        { record: "r0", sha256: "0" },
        { record: "r1", sha256: "1" },
      ],
    });
    const looked = (seen: string) => ({ ...claimBy("one"), seen });
    expect(await answerLock(looked("r0"), clients)).toMatchObject({ state: "held", latest: "r1" });
    expect(stored(storage, "environments/staging.json")).toBeUndefined();
    const answer = await answerLock(looked("r1"), clients);
    expect(answer).toMatchObject({ state: "held", latest: "r1" });
    expect(stored(storage, "environments/staging.json")).toMatchObject({ plans: ["plan-of-run-one"] });
  });

  describe("given to a rebuild, whose spec is the environment's", () => {
    const by = (owner: string, more: object = {}) => {
      const basis = { planHash: `plan-of-${owner}`, spec: sha256(specText(owner)), ...more };
      return { ...claimBy("one"), basis };
    };

    beforeEach(async () => {
      await put(storage, "environments/staging.json", { plans: [] });
      await writeSpec(specText("new"));
      await noteRequest("run-one", { action: "rebuild", level: "data", plannedBy: specText("old"), startBy: now });
    });

    it("lets it begin by the present one alone, and is kept while it is planned anew", async () => {
      expect(await answerLock(by("old"), clients)).toMatchObject({ state: "held", isOutdated: true });
      expect(stored(storage, object)).toMatchObject({ run: "run-one" });
      expect(stored(storage, "environments/staging.json")).toEqual({ plans: [] });
      expect(stored(storage, "requests/run-one.json")).not.toHaveProperty("target");
      expect(await answerLock(by("new"), clients)).not.toHaveProperty("isOutdated");
      expect(stored(storage, "environments/staging.json")).toMatchObject({ plans: ["plan-of-new"] });
    });

    it("notes with it by which plan and spec it begins, from which it does not depart any more", async () => {
      await answerLock(by("new", { startBy: now + 60 }), clients);
      const begun = { planHash: "plan-of-new", plannedBy: specText("new"), startBy: now + 60 };
      expect(stored(storage, "requests/run-one.json")).toMatchObject({ ...begun, target: { database: 1, cluster: 1 } });
      expect(await answerLock(by("newest", { startBy: now + 60 }), clients)).not.toHaveProperty("isOutdated");
      expect(stored(storage, "requests/run-one.json")).toMatchObject(begun);
      expect(stored(storage, "environments/staging.json")).toMatchObject({ plans: ["plan-of-new"] });
      // What was killed between the two notes is resumed, and told no basis any more.
      await put(storage, "environments/staging.json", { plans: [] });
      await answerLock(claimBy("one"), clients);
      expect(stored(storage, "environments/staging.json")).toMatchObject({ plans: ["plan-of-new"] });
    });

    it("is refused to one that goes on while another run has begun by another spec, whatever came of that", async () => {
      await answerLock(by("new"), clients);
      states.delete("executions/one");
      await noteRequest("run-two", { spec: specText("newest") });
      expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state: "held" });
      states.delete("executions/two");
      const { execution: _, ...begun } = stored(storage, "requests/run-one.json");
      await put(storage, "requests/run-one.json", { ...begun, attempt: 2 });
      await expect(answerLock(claimBy("one"), clients)).rejects.toMatchObject({ reason: "OVERTAKEN" });
      expect(storage.texts()["specs/staging.yaml"]).toBe(specText("newest"));
      expect(stored(storage, "environments/staging.json")).toMatchObject({ plans: ["plan-of-run-two", "plan-of-new"] });
      await writeSpec(specText("new"));
      expect(await answerLock(claimBy("one"), clients)).toMatchObject({ state: "held" });
    });

    it("lets it begin as late as the present one does", async () => {
      await expect(answerLock(by("new", { startBy: now - 1 }), clients)).rejects.toMatchObject({ reason: "TOO_LATE" });
      const late = { ...by("new"), now: now + 9 };
      expect(await answerLock(late, clients)).toMatchObject({ state: "held" });
      expect(stored(storage, "requests/run-one.json")).not.toHaveProperty("startBy");
    });

    it("is refused to one of a workflow that does not plan anew", async () => {
      await expect(answerLock(claimBy("one"), clients)).rejects.toMatchObject({ reason: "OVERTAKEN" });
      await noteRequest("run-one", { action: "rebuild", level: "data", plannedBy: specText("new") });
      expect(await answerLock(claimBy("one"), clients)).toMatchObject({ state: "held" });
    });
  });

  it("notes what a rebuild ends with, which stays the same when the run is resumed or asked for again", async () => {
    await put(storage, "environments/staging.json", { plans: [] });
    await noteRequest("run-one", { action: "rebuild", level: "data" });
    await answerLock({ ...claimBy("one"), target: { database: 2, cluster: 1 } }, clients);
    await answerLock({ ...claimBy("one"), target: { database: 3, cluster: 1 } }, clients);
    const generations = { database: 2, cluster: 1 };
    expect(stored(storage, "requests/run-one.json")).toMatchObject({
      target: generations,
      execution: "executions/one",
    });
    expect(stored(storage, "environments/staging.json")).toMatchObject({ target: { level: "data", generations } });
    expect(stored(storage, object)).toMatchObject({ why: "rebuild at level data" });
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
    states.delete("executions/one");
    await answerLock(claimBy("two"), clients);
    expect(storage.texts()["specs/staging.yaml"]).toBe("text: two");
  });

  it("keeps every plan by which something may have been made, the present one first", async () => {
    await answerLock(claimBy("one"), clients);
    states.delete("executions/one");
    await answerLock(claimBy("two"), clients);
    expect(stored(storage, "environments/staging.json")).toMatchObject({
      plans: ["plan-of-run-two", "plan-of-run-one"],
    });
  });

  it("tells a removal, and nobody else, since when one waits for what only Google releases", async () => {
    await noteRequest("run-down", { action: "down" });
    expect(await answerLock(claimBy("down"), clients)).not.toHaveProperty("heldSince");
    states.delete("executions/down");
    await put(storage, "teardowns/staging.json", { since: 1234, remaining: { peering: "held" } });
    await noteRequest("run-sweep", { action: "down" });
    expect(await answerLock(claimBy("sweep"), clients)).toMatchObject({ heldSince: 1234 });
    states.delete("executions/sweep");
    expect(await answerLock(claimBy("one"), clients)).not.toHaveProperty("heldSince");
  });

  it.each([
    ["a removal", { action: "down" }],
    ["a rebuild of the data", { action: "rebuild", level: "data" }],
    ["the end of its time", { action: "down", expiry: 1 }],
  ])("refuses %s that waited while somebody protected the environment", async (_what, about) => {
    await noteRequest("run-one", { spec: "spec: { policy: { protect: true } }" });
    await noteRequest("run-two", about);
    await answerLock(claimBy("one"), clients);
    // What a sweep asks for makes way, and would be asked for again.
    const state = "expiry" in about ? "obsolete" : "busy";
    expect(await answerLock(claimBy("two"), clients)).toMatchObject({ state });
    await answerLock(actBy("one", "release"), clients);
    await expect(answerLock(claimBy("two"), clients)).rejects.toMatchObject({ reason: "PROTECTED" });
    expect(stored(storage, "environments/staging.json")).toMatchObject({ plans: ["plan-of-run-one"] });
  });

  it("lets no run go on that another has overtaken, and keeps the highest generations that were begun", async () => {
    await noteRequest("run-one", {});
    await answerLock({ ...claimBy("one"), target: { database: 3, cluster: 1 } }, clients);
    await answerLock(claimBy("one"), clients);
    await answerLock(actBy("one", "release"), clients);
    const ledger = stored(storage, "environments/staging.json");
    expect(ledger).toMatchObject({ begunBy: "run-one", made: { database: 3, cluster: 1 } });
    await put(storage, "environments/staging.json", { ...ledger, readyRun: "run-one" });
    expect(await answerLock(claimBy("one"), clients)).toMatchObject({ state: "held" });
    await answerLock(actBy("one", "release"), clients);
    await put(storage, "environments/staging.json", { ...ledger, readyRun: "run-two" });
    await expect(answerLock(claimBy("one"), clients)).rejects.toMatchObject({ reason: "OVERTAKEN" });
  });

  it("lets no `up` go on that would put an older spec in the place of one by which a later has begun", async () => {
    const goOn = async (name: string) => {
      try {
        return await answerLock(claimBy(name), clients);
      } finally {
        await answerLock(actBy(name, "release"), clients);
      }
    };
    const begin = async (name: string, spec: string) => {
      await noteRequest(`run-${name}`, { spec });
      return goOn(name);
    };
    states.set("executions/earlier", { state: "ACTIVE" });
    await begin("earlier", specText("before"));
    await begin("one", specText("mine"));
    expect(await goOn("one")).toMatchObject({ state: "held" });
    // What it was to replace counts as another as soon as somebody asks for it anew.
    for (const spec of [specText("newest"), specText("before")]) {
      await begin("two", spec);
      const message = expect.stringMatching(/^run-two has begun .+ since run-one began.+ask again/);
      await expect(goOn("one")).rejects.toMatchObject({ reason: "OVERTAKEN", message });
      expect(storage.texts()["specs/staging.yaml"]).toBe(spec);
    }
    await begin("two", specText("mine"));
    expect(await goOn("one")).toMatchObject({ state: "held" });
  });

  it("lets an `up` go on whose execution died between the two notes of its beginning", async () => {
    await noteRequest("run-two", { spec: specText("before") });
    await answerLock(claimBy("two"), clients);
    await answerLock(actBy("two", "release"), clients);
    const before = stored(storage, "environments/staging.json");
    await noteRequest("run-one", { spec: specText("mine") });
    await answerLock(claimBy("one"), clients);
    await put(storage, "environments/staging.json", before);
    await writeSpec(specText("before"));
    expect(await answerLock(claimBy("one"), clients)).toMatchObject({ state: "held" });
    expect(storage.texts()["specs/staging.yaml"]).toBe(specText("mine"));
  });

  it.each([
    ["a new revision", { action: "rebuild", level: "app" }],
    ["what a sweep finishes", { action: "down", teardown: "9" }],
  ])("lets %s pass in a protected environment", async (_what, about) => {
    await storage.write({
      ...{ bucket: "b", object: "specs/staging.yaml", contentType: "application/yaml" },
      content: "spec: { policy: { protect: true } }",
    });
    await put(storage, "environments/staging.json", { plans: [] });
    await noteRequest("run-two", about);
    expect(["held", "obsolete"]).toContain((await answerLock(claimBy("two"), clients)).state);
  });

  it("does nothing for a sweep whose teardown was called off meanwhile, and holds no lock then", async () => {
    await noteRequest("run-sweep", { action: "down", teardown: "1234" });
    expect(await answerLock(claimBy("sweep"), clients)).toMatchObject({ state: "obsolete" });
    expect(storage.texts()).not.toHaveProperty([object]);
  });

  it("does not build anew what was removed while a rebuild waited", async () => {
    await noteRequest("run-one", { action: "rebuild", level: "app" });
    await expect(answerLock(claimBy("one"), clients)).rejects.toMatchObject({ code: "NOT_FOUND", reason: "GONE" });
    expect(stored(storage, "environments/staging.json")).toBeUndefined();
  });

  it("withdraws that an environment is ready when its removal begins, and keeps when it expires", async () => {
    const ready = { readyAt: 1, readyRun: "r", url: "https://u", expiresAt: 500 };
    await put(storage, "environments/staging.json", { plans: ["p"], ...ready });
    await noteRequest("run-down", { action: "down" });
    expect(await answerLock(claimBy("down"), clients)).toMatchObject({ state: "held" });
    expect(stored(storage, "environments/staging.json")).toEqual({
      ...{ plans: ["p"], expiresAt: 500, removedBy: "run-down" },
    });
  });

  it("brings back by no rebuild what a removal has begun to take down, until an up begins", async () => {
    const entry = { plans: ["p"], serves: { database: 1, cluster: 1 }, readyAt: 1, readyRun: "r", url: "https://u" };
    await put(storage, "environments/staging.json", entry);
    await noteRequest("run-down", { action: "down" });
    await answerLock(claimBy("down"), clients);
    await answerLock(actBy("down", "release"), clients);
    const removed = stored(storage, "environments/staging.json");
    const begun = { target: { database: 1, cluster: 1 }, after: "r" };
    for (const about of [{}, { ...begun, attempt: 2 }]) {
      await noteRequest("run-one", { action: "rebuild", level: "data", ...about });
      await expect(answerLock(claimBy("one"), clients)).rejects.toMatchObject({
        ...{ reason: "GONE", message: expect.stringMatching(/run-down has begun.*alloyrun up.*`down` of it/) },
      });
      await answerLock(actBy("one", "release"), clients);
    }
    expect(stored(storage, "environments/staging.json")).toEqual(removed);
    await noteRequest("run-two");
    await answerLock(claimBy("two"), clients);
    await answerLock(actBy("two", "release"), clients);
    expect(stored(storage, "environments/staging.json")).not.toHaveProperty("removedBy");
    await noteRequest("run-one", { action: "rebuild", level: "data" });
    expect(await answerLock(claimBy("one"), clients)).toMatchObject({ state: "held" });
  });

  it("keeps who began to take it down when a sweep goes on with that", async () => {
    await put(storage, "environments/staging.json", { plans: ["p"], removedBy: "run-0" });
    await noteRequest("run-down", { action: "down" });
    expect(await answerLock(claimBy("down"), clients)).toMatchObject({ state: "held" });
    expect(stored(storage, "environments/staging.json")).toEqual({ plans: ["p"], removedBy: "run-0" });
  });

  it("has a sweep make way, with the reason, for whoever holds the environment, waits for it or has frozen it", async () => {
    await put(storage, "teardowns/staging.json", { since: 1234, remaining: {} });
    const { generation } = (await storage.readText("b", "teardowns/staging.json")) ?? {};
    for (const name of ["one", "two"]) await noteRequest(`run-${name}`, { action: "down", teardown: generation });
    const answers = await Promise.all([answerLock(claimBy("one"), clients), answerLock(claimBy("two"), clients)]);
    expect(answers.map(({ state }) => state).sort()).toEqual(["held", "obsolete"]);
    expect(answers).toContainEqual({
      state: "obsolete",
      why: expect.stringMatching(/^(run-\w+ is changing|another run)/),
    });
    expect(stored(storage, "queues/staging.json")).toEqual({ waiting: [] });
    await noteRequest("run-down", { action: "down", expiry: 5 });
    expect(await answerLock(claimBy("down"), clients)).toMatchObject({
      why: expect.stringMatching(/^run-\w+ is changing it \(down\)$/),
    });
    await put(storage, "freezes/staging.json", { reason: "the demo", by: "c@example.com", until: now + 9 });
    expect(await answerLock(claimBy("down"), clients)).toMatchObject({ why: "c@example.com has frozen it: the demo" });
  });

  it("has a sweep wait for the last calls of the dead, as everybody does", async () => {
    await answerLock(claimBy("one"), clients);
    states.set("executions/one", { state: "CANCELLED", endTime: new Date(now * 1000).toISOString() });
    await noteRequest("run-down", { action: "down", expiry: 5 });
    expect(await answerLock(claimBy("down"), clients)).toMatchObject({ state: "settling" });
  });

  it("does nothing for an expiry that was put off meanwhile", async () => {
    await put(storage, "environments/staging.json", { plans: ["p"], expiresAt: 500 });
    await noteRequest("run-down", { action: "down", expiry: 400 });
    expect(await answerLock(claimBy("down"), clients)).toMatchObject({ state: "obsolete" });
    expect(stored(storage, object)).toBeUndefined();
    await noteRequest("run-down", { action: "down", expiry: 500 });
    expect(await answerLock(claimBy("down"), clients)).toMatchObject({ state: "held" });
  });

  it("lets exactly one of two claims win that meet", async () => {
    const answers = await Promise.all([answerLock(claimBy("one"), clients), answerLock(claimBy("two"), clients)]);
    expect(answers.filter(({ state }) => state === "held")).toHaveLength(1);
    expect(answers.filter(({ state }) => state === "busy" || state === "queued")).toHaveLength(1);
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
