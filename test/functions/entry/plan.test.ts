import { beforeEach, describe, expect, it } from "@jest/globals";
import { answerPlan } from "../../../functions/entry/plan.ts";
import { planOf } from "../../../functions/request/plan-store.ts";
import { packSpec } from "../../../functions/request/spec-store.ts";
import { exampleText } from "../../spec/example.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { put, stored } from "../../support/stored.ts";
import { createTestInstallation, folders } from "../request/context.ts";

const { installation } = createTestInstallation().clients;
const policy = "  policy: { approval: { when: [data-loss], approvers: [user:b@example.com], timeout: 2h } }\n";
const plan = planOf(packSpec(exampleText + policy, folders), installation);
const none = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 5 };
const kept = { resource: "network", action: "create", fields: [], effects: none };
const lost = { resource: "database", action: "delete", fields: [], effects: { ...none, dataLoss: true } };

describe("answerPlan", () => {
  let storage: MemoryStorage;
  const usual = { run: "r1", environment: "users", action: "rebuild", level: "data", requestedBy: "a@example.com" };

  beforeEach(async () => {
    storage = createMemoryStorage();
    await put(storage, `plans/${plan.hash}.json`, plan);
    await put(storage, "requests/r1.json", usual);
  });

  function call(action: string, more: object = {}, run: object = {}) {
    const generations = { databaseGeneration: 2, clusterGeneration: 1 };
    const about = { id: "r1", environment: "users", action: "rebuild", level: "data", planHash: plan.hash };
    return answerPlan({ action, bucket: "b", run: { ...about, ...generations, ...run }, ...more }, storage);
  }
  const reportsOf = (...changes: readonly object[]) => ({ reports: { retire: { state: "done", changes } } });
  const digest = (changes: readonly object[] = [lost], run: object = {}) => call("digest", reportsOf(...changes), run);

  it("tells what serves afterwards by the names of the plan, and which record is the last", async () => {
    await put(storage, "chains/users.json", { records: [{ record: "r0" }] });
    const instance = "projects/my-project/locations/asia-northeast1/clusters/my-cluster/instances/my-primary";
    const first = plan.steps.find(({ name }) => name === "cluster")?.input as { readonly cluster: string };
    const serving = { database: "mydb_g2", instance: `${first.cluster}-g3/instances/my-primary` };
    const generations = { databaseGeneration: 3, clusterGeneration: 3 };
    expect(await call("target", { serving })).toEqual({ ...generations, latest: "r0", only: [], outputs: {} });
    expect(await call("target", { serving: { database: "foreign", instance } })).toMatchObject({
      databaseGeneration: 2,
    });
    expect(await call("target", { serving: {} })).toMatchObject({ databaseGeneration: 1, clusterGeneration: 1 });
  });

  it("lets a rebuild of the application alone stand on what serves, and any other take all steps", async () => {
    const parts = {
      vpcAccess: { connector: "c" },
      database: "mydb_g2",
      instance: "i",
      image: "old",
      applicationVersion: "v",
    };
    await put(storage, "requests/r1.json", { ...usual, action: "rebuild", level: "app" });
    expect(await call("target", { serving: parts })).toMatchObject({
      only: ["image", "service", "verify", "traffic"],
      outputs: {
        egress: { vpcAccess: { connector: "c" } },
        instance: { instance: "i", applicationVersion: "v" },
        seed: { database: "mydb_g2" },
      },
    });
    expect(await call("target", { serving: {} })).toMatchObject({ only: [], outputs: {} });
    await put(storage, "requests/r1.json", { ...usual, action: "plan", of: "rebuild", level: "app" });
    expect(await call("target", { serving: parts })).toMatchObject({ only: expect.arrayContaining(["service"]) });
    await put(storage, "requests/r1.json", { ...usual, action: "up", level: "app" });
    expect(await call("target", { serving: parts })).toMatchObject({ only: [] });
  });

  it("stores what would change under its hash, and says what that means and who must be asked", async () => {
    const answer = await digest([lost, kept]);
    expect(answer).toMatchObject({ changes: 2, reasons: ["rows are lost"], stale: null, effects: { dataLoss: true } });
    const { changesHash } = answer as { readonly changesHash: string };
    expect(stored(storage, `plans/${changesHash}.json`)).toMatchObject({
      ...{ changesHash, planHash: plan.hash, action: "rebuild", level: "data" },
      ...{ generations: { database: 2, cluster: 1 }, changes: [{ step: "retire" }, { step: "retire" }] },
    });
    const before = storage.texts();
    expect(await digest([lost, kept])).toEqual(answer);
    expect(storage.texts()).toEqual(before);
  });

  it("asks nobody about what loses nothing, changes nothing, or is only planned", async () => {
    expect(await digest([kept])).toMatchObject({ changes: 1, reasons: [] });
    expect(await digest([])).toMatchObject({ changes: 0, reasons: [] });
    expect(await digest([lost], { action: "plan" })).toMatchObject({ changes: 1, reasons: [] });
  });

  it("asks nobody about an expiry, which the spec has declared", async () => {
    await put(storage, "requests/r1.json", { ...usual, action: "down", expiry: 5 });
    expect(await digest([lost])).toMatchObject({ changes: 1, effects: { dataLoss: true }, reasons: [] });
  });

  it("finds a plan stale by what moved since, and not while it is the same", async () => {
    const { changesHash } = (await digest()) as { readonly changesHash: string };
    await put(storage, "requests/r1.json", { ...usual, changesHash });
    expect(await digest()).toMatchObject({ stale: null });
    const moved = `the plan ${changesHash} is stale; what moved: now: create network`;
    expect(await digest([lost, kept])).toMatchObject({ stale: moved });
    const dearer = { ...lost, effects: { ...lost.effects, costPerDay: 1 } };
    expect(await digest([dearer])).toMatchObject({ stale: expect.stringMatching(/what moved: effects or prices$/) });
    await put(storage, "requests/r1.json", { ...usual, changesHash: "e".repeat(64) });
    expect(await digest()).toMatchObject({ stale: expect.stringContaining("no plan eeee") });
  });

  it("puts the question with the policy of the plan, and tells how it stands", async () => {
    const asking = { changesHash: "c".repeat(64), reasons: ["rows are lost"], callback: "https://callback", now: 1000 };
    const asked = await call("ask", asking);
    expect(asked).toEqual({ approval: `r1-${"c".repeat(12)}`, expiresAt: 1000 + 7200 });
    const { approval } = asked as { readonly approval: string };
    expect(stored(storage, `approvals/${approval}.json`)).toMatchObject({ approvers: ["user:b@example.com"] });
    expect(await call("standing", { approval, now: 1001 })).toEqual({ state: "pending" });
    expect(await call("standing", { approval, now: 8200 })).toEqual({ state: "expired" });
  });

  it.each([
    ["explode", {}, "action"],
    ["target", { run: 5 }, "run"],
    ["digest", { run: { id: "r1" } }, "environment"],
    ["ask", { changesHash: "c", callback: "https://c" }, "now"],
    ["ask", { changesHash: "c", now: 1 }, "callback"],
    ["standing", { now: 1 }, "approval"],
  ])("refuses %s with %j, naming %s", async (action, more, field) => {
    const refusal = { code: "INVALID_ARGUMENT", message: expect.stringContaining(field) };
    await expect(call(action, more)).rejects.toMatchObject(refusal);
  });

  it("names what it lacks", async () => {
    await expect(call("target", {}, { planHash: "none" })).rejects.toMatchObject({
      ...{ code: "NOT_FOUND", message: "gs://b/plans/none.json is not there" },
    });
  });
});
