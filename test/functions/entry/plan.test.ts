import { beforeEach, describe, expect, it } from "@jest/globals";
import { answerPlan } from "../../../functions/entry/plan.ts";
import type { Basis } from "../../../functions/plan/basis.ts";
import { planOf } from "../../../functions/request/plan-store.ts";
import { packSpec } from "../../../functions/request/spec-store.ts";
import type { Digest } from "../../../plan/digest.ts";
import type { RetireInput } from "../../../plan/steps/retire.ts";
import { sha256 } from "../../../spec/names.ts";
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
    await put(storage, "environments/users.json", { plans: [] });
  });

  function call(action: string, more: object = {}, run: object = {}) {
    const generations = { databaseGeneration: 2, clusterGeneration: 1 };
    const about = { id: "r1", environment: "users", action: "rebuild", level: "data", planHash: plan.hash };
    return answerPlan(
      { action, bucket: "b", run: { ...about, ...generations, ...run }, ...more },
      { storage, installation },
    );
  }
  const reportsOf = (...changes: readonly object[]) => ({ reports: { retire: { state: "done", changes } } });
  const digest = (changes: readonly object[] = [lost], run: object = {}) => call("digest", reportsOf(...changes), run);

  it("tells what serves afterwards by the names of the plan, and which record is the last", async () => {
    await put(storage, "chains/users.json", { records: [{ record: "r0" }] });
    const instance = "projects/my-project/locations/asia-northeast1/clusters/my-cluster/instances/my-primary";
    const first = plan.steps.find(({ name }) => name === "cluster")?.input as { readonly cluster: string };
    const serving = { database: "mydb_g2", instance: `${first.cluster}-g3/instances/my-primary` };
    const generations = { databaseGeneration: 3, clusterGeneration: 3 };
    expect(await call("target", { serving })).toEqual({
      ...{ ...generations, latest: "r0", only: [], outputs: {}, older: [] },
      begun: { database: 3, spent: [] },
    });
    expect(await call("target", { serving: { database: "foreign", instance } })).toMatchObject({
      databaseGeneration: 2,
    });
    expect(await call("target", { serving: {} })).toMatchObject({ databaseGeneration: 1, clusterGeneration: 1 });
  });

  describe("where a rebuild was cancelled while traffic moved", () => {
    const clusterOf = (generation: string) => {
      const first = plan.steps.find(({ name }) => name === "cluster")?.input as { readonly cluster: string };
      return `${first.cluster}${generation}/instances/my-primary`;
    };
    const servingOf = (database: string, generation = "") => ({ database, instance: clusterOf(generation) });
    const serviceOf = (name: string) => `projects/my-project/locations/asia-northeast1/services/${name}`;
    const own = (name: string, database: string | undefined, openedBy: string) => {
      return { service: serviceOf(name), ...(database && { serving: servingOf(database) }), openedBy };
    };
    const [serves, target] = [
      { database: 1, cluster: 1 },
      { level: "data", generations: { database: 2, cluster: 1 } },
    ];
    const targetOf = (serving: object) => call("target", { serving }, { action: "up" });

    beforeEach(async () => {
      await put(storage, "requests/r1.json", { ...usual, action: "up" });
      await put(storage, "requests/r0.json", { target: serves });
      await put(storage, "requests/r9.json", { target: target.generations });
      const made = target.generations;
      await put(storage, "environments/users.json", { plans: [plan.hash], readyPlan: plan.hash, serves, made, target });
    });

    it("goes by what serves, under whatever name the service had", async () => {
      const switched = { own: [own("service-alloyrun", "mydb_g2", "r9")] };
      const kept = { databaseGeneration: 2, begun: { spent: [{ cluster: 1, database: 1 }] } };
      expect(await targetOf(switched)).toMatchObject(kept);
      // What the plan calls it now has been left long since.
      expect(await targetOf({ ...servingOf("mydb"), ...switched })).toMatchObject(kept);
      expect(await targetOf({ own: [own("before-that", "mydb_g2", "r9")] })).toMatchObject(kept);
    });

    it("counts what traffic was moved to as used, whatever serves by now, and everything where nothing does", async () => {
      const spent = async (openedBy: string, database?: string) => {
        const seen = await targetOf({ own: [own("service-alloyrun", database, openedBy)] });
        return (seen as { readonly begun: { readonly spent: readonly object[] } }).begun.spent;
      };
      expect(await spent("r0", "mydb")).toEqual([{ cluster: 1, database: 2 }]);
      expect(await spent("r9", "mydb")).toEqual([]);
      expect(await spent("r0")).toEqual([]);
    });

    it("takes every step to rebuild an application whose service stands on what another has left behind", async () => {
      await put(storage, "requests/r1.json", { ...usual, level: "app" });
      const stale = { ...servingOf("mydb"), vpcAccess: { connector: "c" } };
      const seen = { own: [own("service-alloyrun", "mydb_g2", "r9")] };
      expect(await call("target", { serving: { ...stale, ...seen } })).toMatchObject({
        databaseGeneration: 2,
        only: [],
      });
    });
  });

  describe("about a rebuild that has waited", () => {
    const text = (more: string) => packSpec(`${exampleText}${more}`, folders).text;
    const newer = text(
      '  policy: { protect: false, rebuild: { schedule: "0 6 * * *", timeZone: Asia/Tokyo, level: data } }\n',
    );
    const note = (about: object = {}) =>
      put(storage, "requests/r1.json", { ...usual, planHash: plan.hash, plannedBy: text(policy), ...about });
    const writeSpec = (content: string) =>
      storage.write({ bucket: "b", object: "specs/users.yaml", contentType: "application/yaml", content });
    const basis = async () => ((await call("target", { serving: {} })) as { readonly basis?: Basis }).basis;

    beforeEach(() => note());

    it("tells the plan that it was asked for by while the spec is the same, and of what has begun none", async () => {
      await writeSpec(text(policy));
      expect(await basis()).toEqual({ planHash: plan.hash, spec: sha256(text(policy)) });
      await writeSpec(newer);
      await note({ target: { database: 2, cluster: 1 } });
      expect(await basis()).toBeUndefined();
      await note({ action: "up" });
      expect(await basis()).toBeUndefined();
    });

    it("plans it anew, and stores that, when the spec is another", async () => {
      await writeSpec(newer);
      const { planHash, spec } = (await basis()) ?? {};
      expect([planHash === plan.hash, spec]).toEqual([false, sha256(newer)]);
      expect(stored(storage, `plans/${planHash}.json`)).toMatchObject({ hash: planHash, environment: "users" });
      // Asked again about the same, it gives the same.
      expect(await basis()).toMatchObject({ planHash });
    });

    it("refuses a plan that was asked for as stale then, naming the spec", async () => {
      await writeSpec(text(policy));
      const { changesHash } = (await digest()) as { readonly changesHash: string };
      await note({ changesHash });
      expect(await digest()).toMatchObject({ stale: null });
      await writeSpec(newer);
      const { planHash } = (await basis()) ?? {};
      expect(await digest([lost], { planHash })).toMatchObject({ stale: expect.stringContaining("moved: the spec") });
    });

    it("counts when it may begin by the schedule that is, and refuses what that asks for no more", async () => {
      const scheduledAt = Date.parse("2026-01-04T21:00:00Z") / 1000;
      await note({ scheduledAt, startBy: 5 });
      await writeSpec(newer);
      expect(await basis()).toMatchObject({ startBy: scheduledAt + 1800 });
      await writeSpec(newer.replace("level: data", "level: data, missed: run"));
      expect(await basis()).toMatchObject({ startBy: undefined });
      for (const changed of [newer.replace("level: data", "level: app"), text("")]) {
        await writeSpec(changed);
        await expect(basis()).rejects.toMatchObject({ reason: "OVERTAKEN" });
      }
    });

    it("asks nobody about what the present spec protects, or cannot be read", async () => {
      await writeSpec(newer.replace("protect: false", "protect: true"));
      await expect(basis()).rejects.toMatchObject({ reason: "PROTECTED" });
      await writeSpec(newer.replace("policy:", "polity:"));
      await expect(basis()).rejects.toMatchObject({ reason: "OVERTAKEN" });
    });

    it.each([
      ["a rebuild", {}],
      ["the plan of one", { action: "plan", of: "rebuild" }],
    ])("asks nobody about what was taken down while it waited: %s", async (_what, about) => {
      await note(about);
      await put(storage, "environments/users.json", { plans: [plan.hash], removedBy: "run-0" });
      await expect(basis()).rejects.toMatchObject({ reason: "GONE", message: expect.stringContaining("run-0") });
      await storage.deleteObject("b", "environments/users.json");
      await expect(basis()).rejects.toMatchObject({ reason: "GONE" });
      await note({ action: "up" });
      expect(await basis()).toBeUndefined();
    });

    it("asks nobody for an execution that an earlier version began, once the spec is another", async () => {
      const question = { changesHash: "c", callback: "https://c", reasons: [], now: 100 };
      await writeSpec(text(policy));
      expect(await call("ask", question)).toMatchObject({ approval: expect.any(String) });
      await writeSpec(newer);
      await expect(call("ask", question)).rejects.toMatchObject({ reason: "OVERTAKEN" });
    });

    it("lets the question to the approvers end when it may not begin any more by the present spec", async () => {
      await note({ startBy: 500 });
      const question = { changesHash: "c", callback: "https://c", reasons: [], now: 100 };
      const by = { planHash: plan.hash, spec: "0", startBy: 900 };
      expect(await call("ask", { ...question, basis: by })).toMatchObject({ expiresAt: 900 });
    });
  });

  it.each([
    [{ plans: ["h"], begunBy: null }, false],
    [{ plans: ["h"] }, true],
    [{ plans: ["h"], begunBy: "r0" }, true],
    [{ plans: ["h"], serves: { database: 1, cluster: 1 } }, true],
  ])("tells a removal whether something may stand of %j", async (ledger, mayStand) => {
    await put(storage, "requests/r1.json", { ...usual, action: "down" });
    await storage.deleteObject("b", "environments/users.json");
    expect(await call("target", {}, { action: "down" })).toMatchObject({ mayStand: false });
    await put(storage, "environments/users.json", ledger);
    expect(await call("target", {}, { action: "down" })).toMatchObject({ mayStand });
  });

  it("tells by which names databases are the environment's own, of all its plans, unless one of them is gone", async () => {
    const older = planOf(packSpec(exampleText.replace("name: mydb", "name: before"), folders), installation);
    const made = { database: 4, cluster: 1 };
    await put(storage, `plans/${older.hash}.json`, older);
    await put(storage, "environments/users.json", { plans: [plan.hash, older.hash], made });
    expect(await call("target", {})).toMatchObject({ begun: { database: 4, names: ["mydb", "before"] } });
    for (const ledger of [{ plans: [plan.hash, "missing"], made }, { plans: [plan.hash, older.hash] }]) {
      await put(storage, "environments/users.json", ledger);
      expect(await call("target", {})).not.toHaveProperty("begun.names");
    }
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

  it("asks older plans about what is billed under another name, and before a removal about all that names something else", async () => {
    const olderText = exampleText.replace("name: my-alloyins", "name: old-primary");
    const older = planOf(packSpec(olderText, { ...folders, source: `sources/${"9".repeat(64)}.tgz` }), installation);
    expect(older.hash).not.toBe(plan.hash);
    await put(storage, `plans/${older.hash}.json`, older);
    await put(storage, "environments/users.json", { plans: [plan.hash, older.hash, "missing"] });
    type Parts = readonly { readonly step: string }[];
    const partsOf = async (action: string) => {
      const { older: parts } = (await call("target", { serving: {} }, { action })) as { readonly older: Parts };
      return parts.map(({ step }) => step);
    };
    const input = { instance: expect.stringMatching(/old-primary$/) };
    expect(await call("target", { serving: {} })).toMatchObject({
      older: [{ step: "instance", function: "alloyrun-instance", input }],
    });
    expect(await partsOf("up")).toEqual(["instance"]);
    expect(await partsOf("down")).toEqual(["instance"]);
    // A removal that holds the environment looks again.
    const { parts } = (await call("older", {}, { action: "down" })) as { readonly parts: Parts };
    expect(parts).toMatchObject([{ step: "instance", plan: older.hash, input }]);
    expect(await call("input", { plan: older.hash, step: "instance" })).toMatchObject({ input });
    await expect(call("input", { plan: older.hash, step: "none" })).rejects.toThrow("step");
  });

  it("asks an older plan about a service of another name, which goes on answering, and about none of the same", async () => {
    const olderOf = async (text: string, source: string) => {
      const older = planOf(packSpec(text, { ...folders, source: `sources/${source.repeat(64)}.tgz` }), installation);
      await put(storage, `plans/${older.hash}.json`, older);
      await put(storage, "environments/users.json", { plans: [plan.hash, older.hash] });
      return ((await call("target", { serving: {} }, { action: "up" })) as { readonly older: readonly object[] }).older;
    };
    expect(await olderOf(exampleText, "8")).toEqual([]);
    expect(await olderOf(exampleText.replace("name: service-alloyrun", "name: old-service"), "9")).toMatchObject([
      { step: "service", input: { service: expect.stringMatching(/old-service$/) } },
    ]);
    const left = { ...kept, resource: "projects/p/services/old", action: "delete" };
    const told = { ...reportsOf(), older: [{ step: "service", changes: [left, { ...left, action: "none" }] }] };
    const { changesHash } = (await call("digest", told, { action: "up" })) as { readonly changesHash: string };
    expect(stored(storage, `plans/${changesHash}.json`)).toMatchObject({
      standing: [{ step: "service", resource: "projects/p/services/old", costPerDay: 0 }],
    });
  });

  describe("about a rebuild of the application alone", () => {
    const begunText = exampleText.replace("name: my-alloyins", "name: begun-since");
    const begun = planOf(packSpec(begunText, { ...folders, source: `sources/${"9".repeat(64)}.tgz` }), installation);
    const app = { action: "rebuild", level: "app", planHash: begun.hash };
    const only = ["image", "service", "verify", "traffic"];
    const costOf = async (more: object) => {
      const { effects } = (await call("digest", { reports: {}, older: [], ...more }, app)) as Pick<Digest, "effects">;
      return effects.costPerDay;
    };

    beforeEach(async () => {
      await put(storage, `plans/${begun.hash}.json`, begun);
      await put(storage, "requests/r1.json", { ...usual, ...app });
      await put(storage, "environments/users.json", { plans: [begun.hash, plan.hash], readyPlan: plan.hash });
    });

    it("asks whether what a spec has begun since stands, for the environment consists of what it was ready with", async () => {
      const instance = { step: "instance", input: { instance: expect.stringMatching(/begun-since$/) } };
      const serving = { vpcAccess: { connector: "c" }, database: "mydb", instance: "i" };
      expect(await call("target", { serving }, app)).toMatchObject({ only, older: [instance] });
      const ofReady = { step: "instance", input: { instance: expect.stringMatching(/my-alloyins$/) } };
      expect(await call("target", { serving: {} }, app)).toMatchObject({ only: [], older: [ofReady] });
    });

    it("counts the whole environment, and what an unfinished rebuild may have left, which it tells", async () => {
      const { before, after } = await costOf({ only });
      expect([before, after]).toEqual([expect.closeTo(10.21, 2), expect.closeTo(10.21, 2)]);
      const target = { level: "database", generations: { database: 1, cluster: 2 } };
      const ledger = stored(storage, "environments/users.json");
      await put(storage, "environments/users.json", { ...ledger, target });
      const retire = plan.steps.find(({ name }) => name === "retire")?.input as RetireInput;
      const counted = await costOf({ only });
      expect(counted.before).toBeCloseTo(before + retire.clusterCostPerDay, 2);
      expect(counted.after).toBe(counted.before);
      const { changesHash } = (await call("digest", { reports: {}, older: [], only }, app)) as Digest;
      const costPerDay = expect.closeTo(retire.clusterCostPerDay, 2);
      expect(stored(storage, `plans/${changesHash}.json`)).toMatchObject({
        unfinished: { level: "database", costPerDay },
      });
      // A run that takes every step has `retire` look.
      expect((await costOf({})).after).toBe(after);
      await put(storage, "environments/users.json", { ...ledger, target: { ...target, level: "data" } });
      expect(await costOf({ only })).toMatchObject({ before, after });
    });
  });

  it("asks a network that was its own, and is an existing one now, as what it was", async () => {
    const as = (existing: boolean, source: string) => {
      const made = planOf(
        packSpec(exampleText, { ...folders, source: `sources/${source.repeat(64)}.tgz` }),
        installation,
      );
      const steps = made.steps.map((step) =>
        step.name === "network" ? { ...step, input: { ...step.input, existing } } : step,
      );
      return { ...made, steps };
    };
    const [present, older, oldest] = [{ ...plan, steps: as(true, "7").steps }, as(false, "8"), as(false, "9")];
    for (const each of [present, older, oldest]) await put(storage, `plans/${each.hash}.json`, each);
    await put(storage, "environments/users.json", { plans: [present.hash, older.hash, oldest.hash] });
    const { parts } = (await call("older", {}, { action: "down" })) as { readonly parts: readonly object[] };
    expect(parts).toMatchObject([{ step: "network", input: { existing: false } }]);
  });

  it("counts what older plans have left, and says that it stays", async () => {
    const left = { ...kept, resource: "projects/p/x/old", action: "delete", effects: { ...none, costPerDay: -5 } };
    const without = (await digest([], { action: "up", level: "app" })) as {
      effects: { costPerDay: { after: number } };
    };
    const answer = await call(
      "digest",
      { ...reportsOf(), older: [{ step: "instance", changes: [left] }] },
      { action: "up", level: "app" },
    );
    const { after } = without.effects.costPerDay;
    const changesHash = expect.not.stringMatching((without as object as { changesHash: string }).changesHash);
    expect(answer).toMatchObject({ changesHash, changes: 0, effects: { costPerDay: { after: after + 5 } } });
    expect(stored(storage, `plans/${(answer as { changesHash: string }).changesHash}.json`)).toMatchObject({
      standing: [{ step: "instance", resource: "projects/p/x/old", costPerDay: 5 }],
    });
  });

  describe("of a spec that names another database", () => {
    const up = { action: "up", level: "app", databaseGeneration: 1 };
    const renamed = async (from: string, to: string) => {
      const other = planOf(packSpec(exampleText.replace(from, to) + policy, folders), installation);
      await put(storage, `plans/${other.hash}.json`, other);
      return { ...up, planHash: other.hash };
    };
    const ready = (ledger: object) => put(storage, "environments/users.json", { plans: [plan.hash], ...ledger });
    const serves = { database: 2, cluster: 1 };

    it.each([
      ["cluster: my-alloycls", "cluster: other", "other/my-alloyins/mydb"],
      ["name: my-alloyins", "name: other", "my-alloycls/other/mydb"],
      ["name: mydb", "name: other", "my-alloycls/my-alloyins/other"],
    ])("counts the rows that stay behind as lost, says where, and asks: %s, then %s", async (from, to, home) => {
      const run = await renamed(from, to);
      const says = `rows of my-alloycls/my-alloyins/mydb_g2: stay there, for ${home} answers then, without them; both stand until users is taken down`;
      await ready({ serves, readyPlan: plan.hash });
      expect(await digest([kept], run)).toMatchObject({
        ...{ changes: 2, effects: { dataLoss: true }, reasons: ["rows are lost", says] },
      });
      // An earlier version has not noted the plan.
      await put(storage, "requests/r0.json", { planHash: plan.hash });
      await ready({ serves, readyRun: "r0" });
      expect(await digest([kept], run)).toMatchObject({ reasons: ["rows are lost", says] });
    });

    it("leaves no rows behind where nothing was ready, where it is ready with that one, or where it is removed", async () => {
      const run = await renamed("name: mydb", "name: other");
      const none = { changes: 1, effects: { dataLoss: false }, reasons: [] };
      await ready({});
      expect(await digest([kept], run)).toMatchObject(none);
      await ready({ serves, readyPlan: run.planHash });
      expect(await digest([kept], run)).toMatchObject(none);
      await ready({ serves, readyPlan: plan.hash });
      for (const other of [{ action: "down" }, { action: "rebuild", level: "app" }]) {
        expect(await digest([kept], { ...run, ...other })).toMatchObject(none);
      }
    });
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
    expect(await digest([dearer])).toMatchObject({
      stale: expect.stringMatching(/what moved: effects or prices, or the version of alloyrun/),
    });
    await put(storage, "requests/r1.json", { ...usual, changesHash: "e".repeat(64) });
    expect(await digest()).toMatchObject({ stale: expect.stringContaining("no plan eeee") });
    // A run that is resumed has moved it itself.
    const target = { database: 1, cluster: 1 };
    await put(storage, "requests/r1.json", { ...usual, changesHash, target });
    expect(await digest([kept])).toMatchObject({ stale: null });
  });

  describe("of a spec that is sent anew", () => {
    const up = { action: "up", level: "app" };
    const always = "policy: { approval: { when: [always], approvers: [user:ann@example.com], timeout: 1h } }";
    const notify =
      "notify: { webhook: { url: https://example.com/bob, secret: { secret: alloyrun-hook-a, version: 1 } } }";
    const planWith = async (...lines: readonly string[]) => {
      const text = `${exampleText}${lines.map((line) => `  ${line}\n`).join("")}`;
      const planned = planOf(packSpec(text, folders), installation);
      await put(storage, `plans/${planned.hash}.json`, planned);
      return { ...up, planHash: planned.hash };
    };
    const storeSpec = (line: string) =>
      storage.write({ bucket: "b", object: "specs/users.yaml", content: `${exampleText}  ${line}\n`, contentType: "" });

    it("asks whom the stored policy names about a looser one, though no resource changes", async () => {
      await storeSpec(always);
      const run = await planWith();
      const answer = await digest([], run);
      expect(answer).toMatchObject({
        changes: 1,
        reasons: expect.arrayContaining(["the policy asks for every change"]),
      });
      const { changesHash, reasons } = answer as { readonly changesHash: string; readonly reasons: string[] };
      expect(reasons).toContain("policy.approval.when of its spec is changed");
      const deciders = { approvers: ["ann@example.com"], timeoutSeconds: 3600 };
      expect(stored(storage, `plans/${changesHash}.json`)).toMatchObject({ deciders });
      expect(stored(storage, `plans/${changesHash}.json`).changes).toMatchObject([
        { step: "spec", fields: expect.arrayContaining([{ path: "policy.approval.when", from: ["always"], to: [] }]) },
      ]);
      const asked = await call("ask", { changesHash, reasons, callback: "https://callback", now: 1000 }, run);
      expect(asked).toMatchObject({ expiresAt: 1000 + 3600 });
      const { approval } = asked as { readonly approval: string };
      expect(stored(storage, `approvals/${approval}.json`)).toMatchObject({ approvers: ["user:ann@example.com"] });
    });

    describe("with a schedule that rebuilds", () => {
      const withSchedule = (level: string, schedule = "0 3 * * *") =>
        `policy: { approval: { when: [data-loss] }, rebuild: { schedule: "${schedule}", level: ${level} } }`;
      const without = "policy: { approval: { when: [data-loss] } }";
      const says = (level: string) =>
        `schedule 0 3 * * * (Etc/UTC): rebuilds ${level} each time: rows that were written by then are lost`;

      beforeEach(() => put(storage, "environments/users.json", { plans: [], readyAt: 1000 }));

      it("counts a new one as a loss of rows, and names when and how much", async () => {
        await storeSpec(without);
        const answer = await digest([], await planWith(withSchedule("data")));
        const reasons = ["rows are lost", says("the data")];
        expect(answer).toMatchObject({ changes: 1, effects: { dataLoss: true }, reasons });
        const { changesHash } = answer as { readonly changesHash: string };
        const { changes } = stored(storage, `plans/${changesHash}.json`);
        expect(changes).toMatchObject([
          {
            step: "spec",
            fields: expect.arrayContaining([
              { path: "policy.rebuild.schedule", to: "0 3 * * *" },
              { path: "policy.rebuild.level", to: "data" },
            ]),
          },
        ]);
      });

      it("counts one that loses more, or more often, and tells of one that does not without asking", async () => {
        await storeSpec(withSchedule("data"));
        const reasons = ["rows are lost", says("all")];
        expect(await digest([], await planWith(withSchedule("all")))).toMatchObject({ reasons });
        const often = await planWith(withSchedule("data", "0 3,15 * * *"));
        expect(await digest([], often)).toMatchObject({ effects: { dataLoss: true } });
        const kept = { changes: 1, effects: { dataLoss: false }, reasons: [] };
        expect(await digest([], await planWith(withSchedule("app")))).toMatchObject(kept);
        expect(await digest([], await planWith(without))).toMatchObject(kept);
        expect(await digest([], await planWith(withSchedule("data")))).toMatchObject({ changes: 0, reasons: [] });
      });

      it("tells another hour by which it is to be done, though no resource knows of it", async () => {
        const by = (time: string) => withSchedule("app").replace("level: app", `level: app, finishBy: "${time}"`);
        await storeSpec(by("05:00"));
        const answer = await digest([], await planWith(by("06:00")));
        expect(answer).toMatchObject({ changes: 1, effects: { dataLoss: false }, reasons: [] });
        const { changesHash } = answer as { readonly changesHash: string };
        expect(stored(storage, `plans/${changesHash}.json`).changes).toMatchObject([
          { step: "spec", fields: [{ path: "policy.rebuild.finishBy", from: "05:00", to: "06:00" }] },
        ]);
      });

      it("counts none where there are no rows yet", async () => {
        await storeSpec(without);
        await put(storage, "environments/users.json", { plans: [] });
        expect(await digest([], await planWith(withSchedule("data")))).toMatchObject({ effects: { dataLoss: false } });
        await put(storage, "environments/users.json", { plans: [], serves: { database: 1, cluster: 1 } });
        expect(await digest([], await planWith(withSchedule("data")))).toMatchObject({ effects: { dataLoss: true } });
      });
    });

    it("asks about events that go elsewhere", async () => {
      await storeSpec(always.replace("always", "data-loss"));
      const run = await planWith(always.replace("always", "data-loss"), notify);
      expect(await digest([], run)).toMatchObject({ reasons: ["notify.webhook of its spec is changed"] });
    });

    it("asks about a protection that is lifted, whatever else the stored policy says", async () => {
      await storeSpec("policy: { protect: true }");
      expect(await digest([], await planWith())).toMatchObject({ changes: 1, reasons: ["its protection is lifted"] });
    });

    it.each([
      ["stored", "policy: { protect: true }", []],
      ["new", "policy: { protect: false }", ["policy: { protect: true }"]],
      ["lasting", "policy: { protect: true }", ["policy: { protect: true }"]],
    ])(
      "refuses what loses rows under %s protection, and tells of a plan alone that it does",
      async (_, line, asked) => {
        await storeSpec(line);
        const run = await planWith(...asked);
        const seeded = {
          ...lost,
          action: "update",
          fields: [{ path: "seed 2.sql", to: "may lose rows: DROP TABLE users" }],
        };
        const reports = { reports: { seed: { state: "done", changes: [seeded] } } };
        const message = expect.stringMatching(
          /seed 2\.sql: may lose rows: DROP TABLE users\): .*policy\.protect: false first/,
        );
        const refusal = { code: "FAILED_PRECONDITION", reason: "PROTECTED", message };
        await put(storage, "requests/r1.json", { ...usual, action: "up", level: "app" });
        await expect(call("digest", reports, run)).rejects.toMatchObject(refusal);
        expect(await digest([kept], run)).not.toHaveProperty("refused");
        await put(storage, "requests/r1.json", { ...usual, action: "plan", of: "up", level: "app" });
        const { changesHash } = (await call("digest", reports, run)) as { readonly changesHash: string };
        expect(stored(storage, `plans/${changesHash}.json`)).toMatchObject({ refused: message });
      },
    );

    it("lets go what older generations left where protection is lifted, which somebody else approves", async () => {
      await storeSpec("policy: { protect: true }");
      expect(await digest([lost], await planWith())).toMatchObject({
        reasons: expect.arrayContaining(["its protection is lifted"]),
      });
    });

    it("asks nobody about one that is as strict, and judges by it where none is stored", async () => {
      expect(await digest([], await planWith())).toMatchObject({ changes: 0, reasons: [] });
      expect(await digest([kept], await planWith(always))).toMatchObject({
        reasons: ["the policy asks for every change"],
      });
      await storeSpec(always);
      expect(await digest([], await planWith(always))).toMatchObject({ changes: 0, reasons: [] });
    });

    it("tells that terms are tightened, though nothing else changes, and judges that by the stored ones", async () => {
      await storeSpec("policy: { approval: { when: [data-loss] } }");
      const run = await planWith("policy: { protect: true, approval: { when: [always] } }");
      const answer = await digest([], run);
      expect(answer).toMatchObject({ changes: 1, reasons: [] });
      const { changesHash } = answer as { readonly changesHash: string };
      expect(stored(storage, `plans/${changesHash}.json`).changes).toMatchObject([
        {
          ...{ step: "spec", action: "update" },
          fields: [{ path: "policy.protect" }, { path: "policy.approval.when", from: ["data-loss"], to: ["always"] }],
        },
      ]);
      expect(await digest([kept], run)).toMatchObject({ reasons: ["the policy asks for every change"] });
    });

    it("has anybody but who asked decide where the stored spec names nobody, whomever the new one names", async () => {
      await storeSpec("policy: { approval: { when: [data-loss], timeout: 1h } }");
      const run = await planWith(always.replace("always", "data-loss"));
      const answer = await digest([lost], run);
      const reasons = ["rows are lost", "policy.approval.approvers of its spec is changed"];
      expect(answer).toMatchObject({ reasons });
      const { changesHash } = answer as { readonly changesHash: string };
      expect(stored(storage, `plans/${changesHash}.json`)).toMatchObject({ deciders: { approvers: [] } });
      const asked = await call("ask", { changesHash, reasons, callback: "https://callback", now: 1000 }, run);
      const { approval } = asked as { readonly approval: string };
      expect(stored(storage, `approvals/${approval}.json`)).toMatchObject({ approvers: [] });
    });

    it("asks about whatever mends a stored spec that cannot be read any more", async () => {
      await storeSpec("nothing: known");
      const unread = "its stored spec cannot be read any more";
      const answer = await digest([], await planWith());
      expect(answer).toMatchObject({ reasons: [unread] });
      const { changesHash } = answer as { readonly changesHash: string };
      expect(stored(storage, `plans/${changesHash}.json`)).toMatchObject({
        deciders: { approvers: [] },
        changes: [{ step: "spec", fields: [{ path: "policy.approval.when", from: "cannot be read", to: [] }] }],
      });
      // Of the new one everything is known.
      const run = await planWith(always.replace("always", "data-loss"));
      expect(await digest([lost], run)).toMatchObject({ reasons: [unread, "rows are lost"] });
    });

    it("judges a rebuild by the stored policy, when that is stricter than the one of its plan", async () => {
      await storeSpec(always);
      expect(await digest([kept])).toMatchObject({ changes: 1, reasons: ["the policy asks for every change"] });
    });
  });

  describe("of a life that a run gives", () => {
    const up = { action: "up", level: "app" };
    const hours = (count: number) => count * 3600;
    const live = (ledger: object) => put(storage, "environments/users.json", { plans: [], readyAt: 1000, ...ledger });
    const ask = (timeToLiveSeconds?: number) =>
      put(storage, "requests/r1.json", { ...usual, ...up, timeToLiveSeconds });

    it("counts a new or earlier end as a loss of rows, bound to the hash", async () => {
      await live({});
      await ask(hours(1));
      const soon = await digest([], up);
      const reasons = ["rows are lost", "it ends sooner: never → 1h"];
      expect(soon).toMatchObject({ changes: 1, effects: { dataLoss: true }, reasons });
      const { changesHash } = soon as { readonly changesHash: string };
      expect(stored(storage, `plans/${changesHash}.json`).changes).toMatchObject([
        { step: "spec", fields: [{ path: "timeToLive", from: "none: it is kept", to: "1h" }] },
      ]);
      await ask(hours(2));
      expect(await digest([], up)).not.toMatchObject({ changesHash });
      await live({ expiresAt: 1000 + hours(72), timeToLiveSeconds: hours(72), specTimeToLiveSeconds: null });
      expect(await digest([], up)).toMatchObject({
        effects: { dataLoss: true },
        reasons: ["rows are lost", "it ends sooner: 3d → 2h"],
      });
      await live({ expiresAt: 1000 + hours(72), timeToLiveSeconds: hours(1), specTimeToLiveSeconds: null });
      expect(await digest([], up)).toMatchObject({
        reasons: ["rows are lost", "it ends sooner: what it was extended to → 2h"],
      });
    });

    it("tells of a plan the end that it is asked with, bound to the hash", async () => {
      const life = async (timeToLiveSeconds?: number) => {
        const asked = { ...usual, action: "plan", of: "up", level: "app", timeToLiveSeconds };
        await put(storage, "requests/r1.json", asked);
        const { changesHash } = (await digest([], up)) as { readonly changesHash: string };
        return stored(storage, `plans/${changesHash}.json`).timeToLiveSeconds;
      };
      expect([await life(hours(5)), await life()]).toEqual([hours(5), undefined]);
      await live({ expiresAt: 1000 + hours(72), timeToLiveSeconds: hours(72), specTimeToLiveSeconds: null });
      expect([await life(hours(5)), await life()]).toEqual([hours(5), undefined]);
      const planned = (await digest([], up)) as { readonly changesHash: string };
      await put(storage, "requests/r1.json", {
        ...{ ...usual, ...up, timeToLiveSeconds: hours(5), changesHash: planned.changesHash },
      });
      expect(await digest([], up)).toMatchObject({ stale: expect.stringContaining("how long it lives") });
    });

    describe("that is longer than the spec's", () => {
      const text = (life: string, when = "data-loss") =>
        `${exampleText}  policy: { approval: { when: [${when}], approvers: [user:b@example.com] }, timeToLive: ${life} }\n`;
      const planned = async (life: string, when?: string) => {
        const found = planOf(packSpec(text(life, when), folders), installation);
        await put(storage, `plans/${found.hash}.json`, found);
        return { ...up, planHash: found.hash };
      };
      const storeSpec = (life: string) =>
        storage.write({ bucket: "b", object: "specs/users.yaml", content: text(life), contentType: "" });
      const longer = ["it is to live longer than its spec says: 3d → 375d"];

      it("asks about it as about such a spec, by the stored one, and by the new one before there is one", async () => {
        const run = await planned("72h");
        await ask(hours(9000));
        expect(await digest([kept], run)).toMatchObject({ reasons: longer });
        await storeSpec("72h");
        await live({ expiresAt: 1000 + hours(72), timeToLiveSeconds: hours(72), specTimeToLiveSeconds: hours(72) });
        expect(await digest([], run)).toMatchObject({ changes: 1, reasons: longer });
        expect(await digest([], await planned("9000h"))).toMatchObject({
          reasons: ["policy.timeToLive of its spec is changed", ...longer],
        });
      });

      it("asks nobody about a shorter one, one that it has, or where nobody has a say", async () => {
        const run = await planned("72h");
        await ask(hours(71));
        expect(await digest([kept], run)).toMatchObject({ reasons: [] });
        await ask(hours(9000));
        const unguarded = planOf(packSpec(`${exampleText}  policy: { timeToLive: 72h }\n`, folders), installation);
        await put(storage, `plans/${unguarded.hash}.json`, unguarded);
        expect(await digest([kept], { ...up, planHash: unguarded.hash })).toMatchObject({ reasons: [] });
        await storeSpec("72h");
        await live({ expiresAt: 9e9, timeToLiveSeconds: hours(9000), specTimeToLiveSeconds: hours(72) });
        expect(await digest([kept], run)).toMatchObject({ reasons: [] });
      });
    });

    it("asks nobody about a later end, the first life, or one that stays", async () => {
      await ask(hours(96));
      expect(await digest([], up)).toMatchObject({ changes: 0, reasons: [] });
      await live({ expiresAt: 1000 + hours(72), timeToLiveSeconds: hours(72), specTimeToLiveSeconds: null });
      expect(await digest([], up)).toMatchObject({ changes: 1, effects: { dataLoss: false }, reasons: [] });
      await ask();
      expect(await digest([], up)).toMatchObject({ changes: 0, reasons: [] });
    });
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

  it("keeps with a question how long the environment lives on, and what moved since the run asked before", async () => {
    const askAbout = async (answer: object, now: number) => {
      const { changesHash, reasons } = answer as { readonly changesHash: string; readonly reasons: readonly string[] };
      const asked = await call("ask", { changesHash, reasons, callback: "https://callback", now });
      return stored(storage, `approvals/${(asked as { readonly approval: string }).approval}.json`);
    };
    const first = await askAbout(await digest(), 1000);
    expect(first).toMatchObject({ lifeSeconds: null });
    expect(first).not.toHaveProperty("moved");
    const life = { timeToLiveSeconds: 7200, specTimeToLiveSeconds: null };
    await put(storage, "environments/users.json", { plans: [], readyAt: 500, expiresAt: 7700, ...life });
    expect(await askAbout(await digest([lost, kept]), 2000.1288)).toMatchObject({
      lifeSeconds: 5700,
      moved: ["now: create network"],
    });
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
