import { describe, expect, it } from "@jest/globals";
import type { Change } from "../../plan/change.ts";
import { costOf } from "../../plan/cost.ts";
import { digestOf, type Observations } from "../../plan/digest.ts";
import { wholeOf } from "../../plan/level.ts";
import { movedBetween } from "../../plan/moved.ts";
import { nodeCostPerDay, pricesOf } from "../../plan/prices.ts";
import type { StepName } from "../../plan/step.ts";
import type { RetireInput } from "../../plan/steps/retire.ts";
import type { ServiceInput } from "../../plan/steps/service.ts";
import { edit } from "../spec/example.ts";
import { planOf, stepOf } from "./context.ts";

const plan = planOf();
const usual = { plan, action: "up", level: "app", generations: { database: 1, cluster: 1 } } as const;

function change(resource: string, about: Partial<Change> = {}, effects: Partial<Change["effects"]> = {}): Change {
  const none = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 0 };
  return { resource, action: "create", fields: [], ...about, effects: { ...none, ...effects } };
}

function digest(changes: Observations["changes"], more: Partial<Observations> = {}) {
  return digestOf({ ...usual, changes, ...more });
}

describe("digestOf", () => {
  it("lists what would change in the order of the plan, and leaves out what stays", () => {
    const { changes } = digest({
      service: [change("service")],
      network: [change("network"), change("firewall", { action: "none" })],
    });
    expect(changes.map(({ step, resource }) => [step, resource])).toEqual([
      ["network", "network"],
      ["service", "service"],
    ]);
  });

  it("adds up what the changes mean", () => {
    const { effects } = digest({
      cluster: [change("a", {}, { dataLoss: true, costPerDay: 1.5 })],
      instance: [change("b", {}, { downtime: true, costPerDay: 2 })],
    });
    const after = costOf(plan).usdPerDay;
    expect(effects).toMatchObject({ dataLoss: true, downtime: true });
    expect(effects.costPerDay).toEqual({
      before: Number((after - 3.5).toFixed(2)),
      after,
      pricesOf: "2025-04",
      region: "asia-northeast1",
    });
    expect(digest({}).effects).toMatchObject({ dataLoss: false, downtime: false, expectedSeconds: 0 });
  });

  it("counts nothing before where nothing exists, although what is made costs fractions of a cent", () => {
    const { prices } = pricesOf(plan.region);
    const secret = prices.secretVersionMonth / 30.4;
    const made = {
      egress: [change("connector", {}, { costPerDay: 2 * 24 * (prices.connectorHour["f1-micro"] ?? 0) })],
      identity: [change("admin", {}, { costPerDay: secret }), change("application", {}, { costPerDay: secret })],
      image: [change("repository", {}, { costPerDay: (0.2 * prices.imageGbMonth) / 30.4 })],
      cluster: [change("cluster", {}, { costPerDay: (10 * prices.alloydbStorageGbMonth) / 30.4 })],
      instance: [change("instance", {}, { costPerDay: nodeCostPerDay(2, prices) })],
    };
    const { costPerDay } = digest(made).effects;
    expect(costPerDay).toMatchObject({ before: 0, after: 10.21 });
    const sum = Object.values(made).flatMap((changes) => changes.map(({ effects }) => effects.costPerDay));
    expect(plan.steps.reduce((all, step) => all + step.costPerDay, 0)).toBeCloseTo(
      sum.reduce((a, b) => a + b),
      9,
    );
  });

  it("counts before and after alike when a cluster with its read pool is built anew", () => {
    const pooled = planOf(edit("name: mydb", "name: mydb\n    readPool: { nodeCount: 3 }"));
    const costOfStep = (name: StepName) => stepOf(pooled, name).costPerDay;
    const made = (["cluster", "instance", "readPool"] as const).map((name) => [
      name,
      [change(name, {}, { costPerDay: costOfStep(name) })],
    ]);
    const { clusterCostPerDay } = stepOf(pooled, "retire").input as RetireInput;
    const retire = [change("old", { action: "delete" }, { costPerDay: -clusterCostPerDay })];
    const { before, after } = digest({ ...Object.fromEntries(made), retire }, { plan: pooled }).effects.costPerDay;
    expect(before).toBe(after);
  });

  it("counts all that the environment consists of, and what an unfinished rebuild may have left, where a run takes but some steps", () => {
    const larger = planOf(edit("name: mydb", "name: mydb\n    readPool: { nodeCount: 3 }"));
    const service = [change("service", {}, { costPerDay: 2 })];
    const { after: ready } = digest({}).effects.costPerDay;
    const whole = wholeOf(larger.steps, plan.steps);
    const { effects } = digest({ service }, { plan: larger, whole });
    expect(effects.costPerDay).toMatchObject({ before: expect.closeTo(ready - 2, 2), after: ready });
    const unfinished = { level: "database", costPerDay: 9.74 } as const;
    const beside = digest({ service }, { plan: larger, whole, unfinished });
    expect(beside.effects.costPerDay.before).toBeCloseTo(ready - 2 + 9.74, 2);
    expect(beside.effects.costPerDay.after).toBeCloseTo(ready + 9.74, 2);
    expect(beside).toMatchObject({ unfinished });
    expect(movedBetween(digest({ service }, { plan: larger, whole }), beside)).toEqual([
      "what a rebuild has left unfinished",
    ]);
  });

  it("tells of what stands elsewhere by what the environment consists of", () => {
    const other = planOf(edit("my-alloyins", "begun-since"));
    const { instance } = stepOf(other, "retire").input as RetireInput;
    const begun = { step: "instance", ...change(instance, { action: "delete" }, { costPerDay: -8 }) } as const;
    const whole = wholeOf(other.steps, plan.steps);
    expect(digest({}, { plan: other, whole, older: [begun] }).standing).toMatchObject([{ resource: instance }]);
    expect(digest({}, { plan: other, older: [begun] })).not.toHaveProperty("standing");
  });

  it("counts what is paid before as nothing at least, and after a removal as nothing", () => {
    const everything = { instance: [change("a", {}, { costPerDay: 1_000_000 })] };
    expect(digest(everything).effects.costPerDay.before).toBe(0);
    const gone = { instance: [change("a", { action: "delete" }, { costPerDay: -8 })] };
    expect(digest(gone, { action: "down" }).effects.costPerDay).toMatchObject({ before: 8, after: 0 });
  });

  describe("with what older plans have left", () => {
    const gone = { action: "delete" } as const;
    const { cluster, instance } = stepOf(plan, "retire").input as RetireInput;
    const old = { step: "instance", ...change(`${cluster}/instances/old`, gone, { costPerDay: -8 }) } as const;
    const usualCost = digest({}).effects.costPerDay.after;

    it("counts what is billed before and after, and tells that it stays", () => {
      const { effects, standing, changes } = digest({}, { older: [old, old] });
      expect(effects.costPerDay).toMatchObject({ before: usualCost + 8, after: usualCost + 8 });
      expect(standing).toEqual([{ step: "instance", resource: old.resource, costPerDay: 8 }]);
      expect(changes).toEqual([]);
      expect(movedBetween(digest({}), digest({}, { older: [old] }))).toEqual(["what older plans have left"]);
    });

    it("leaves out what the plan names itself in any generation, and what costs nothing", () => {
      const own = [instance, instance.replace("/instances/", "-g2/instances/")];
      const named = own.map((name) => ({ ...old, ...change(name, gone, { costPerDay: -8 }) }));
      const free = { ...old, ...change("projects/p/x", gone) };
      expect(digest({}, { older: [...named, free] })).toEqual(digest({}));
    });

    it("leaves that out also where names that the spec gives end like those of another generation", () => {
      const alike = planOf(edit("service-alloyrun", "orders-g3", edit("my-alloycls", "orders-g2")));
      const first = stepOf(alike, "retire").input as RetireInput;
      const own = [first.instance, first.instance.replace("/instances/", "-g2/instances/"), first.service];
      const named = own.map((name) => ({ ...old, ...change(name, gone, { costPerDay: -8 }) }));
      expect(digest({}, { plan: alike, older: named })).not.toHaveProperty("standing");
    });

    it("counts as gone what lies in a cluster that the plan deletes", () => {
      const retire = [change(cluster, gone, { costPerDay: -3 })];
      const { effects, ...told } = digest({ retire }, { older: [old] });
      expect(effects.costPerDay.before).toBeCloseTo(usualCost + 3 + 8, 2);
      expect(effects.costPerDay.after).toBe(usualCost);
      expect(told).not.toHaveProperty("standing");
    });

    it("removes it with all else, once", () => {
      const present = { ...change(old.resource, gone, { costPerDay: -8, expectedSeconds: 120 }) };
      const pool = { step: "readPool", ...change("pool", gone, { costPerDay: -2, expectedSeconds: 200 }) } as const;
      const { changes, effects } = digest({ instance: [present] }, { action: "down", older: [old, pool] });
      expect(changes.map(({ step, resource }) => [step, resource])).toEqual([
        ["instance", old.resource],
        ["readPool", "pool"],
      ]);
      expect(effects).toMatchObject({ costPerDay: { before: 10, after: 0 }, expectedSeconds: 200 });
    });
  });

  it("takes as long as the longest chain of steps that change something", () => {
    const { effects } = digest({
      cluster: [change("a", {}, { expectedSeconds: 20 }), change("b", {}, { expectedSeconds: 5 })],
      instance: [change("c", {}, { expectedSeconds: 400 })],
      egress: [change("d", {}, { expectedSeconds: 90 })],
    });
    expect(effects.expectedSeconds).toBe(420);
  });

  it("counts the proof of a new revision and its traffic, which no step tells as changes", () => {
    const made = { service: [change("s", {}, { expectedSeconds: 45 })] };
    expect(digest(made).effects.expectedSeconds).toBe(45 + 30 + 10);
    const revision = { action: "update", fields: [{ path: "template.revision", to: "r" }] } as const;
    expect(digest({ service: [change("s", revision, { expectedSeconds: 45 })] }).effects.expectedSeconds).toBe(85);
    const labelled = { action: "update", fields: [{ path: "labels" }] } as const;
    expect(digest({ service: [change("s", labelled, { expectedSeconds: 10 })] }).effects.expectedSeconds).toBe(10);
    const gone = { service: [change("s", { action: "delete" }, { expectedSeconds: 5 })] };
    expect(digest(gone, { action: "down" }).effects.expectedSeconds).toBe(5);
  });

  it("tells that an image which is built makes another revision, whose name nobody knows yet", () => {
    const image = [change("projects/p/locations/r/repositories/x/dockerImages/app", {}, { expectedSeconds: 100 })];
    const { service } = stepOf(plan, "service").input as ServiceInput;
    const told = digest({ image });
    expect(told.changes.slice(1)).toMatchObject([
      {
        ...{ step: "service", resource: service, action: "update" },
        fields: [
          { path: "template.containers.app.image", to: "unknown" },
          { path: "template.revision", to: "unknown" },
        ],
      },
    ]);
    expect(told.effects.expectedSeconds).toBe(100 + 45 + 30 + 10);
    const fields = [
      { path: "template.timeout", from: "300s", to: "60s" },
      { path: "template.revision", to: "r-1" },
    ];
    const both = digest({ image, service: [change(service, { action: "update", fields })] });
    expect(both.changes[1]?.fields.map(({ path, to }) => [path, to])).toEqual([
      ["template.containers.app.image", "unknown"],
      ["template.timeout", "60s"],
      ["template.revision", "unknown"],
    ]);
    expect(digest({ image, service: [change(service)] }).changes).toHaveLength(2);
    expect(digest({ image: [change("repositories/x")] }).changes).toHaveLength(1);
    const gone = digest({ image }, { action: "down" });
    expect(gone.changes).toHaveLength(1);
  });

  it("gives the same hash for the same, whatever time it takes", () => {
    const slow = digest({ network: [change("n", {}, { expectedSeconds: 5 })] });
    const slower = digest({ network: [change("n", {}, { expectedSeconds: 50 })] });
    expect(slower.changesHash).toBe(slow.changesHash);
    expect(slow.changesHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("says who decides where somebody must, and only there", () => {
    const deciders = { approvers: ["ann@example.com"], timeoutSeconds: 60 };
    const asked = digest({ network: [change("n")] }, { deciders, reasonsOf: () => ["rows are lost"] });
    expect(asked).toMatchObject({ reasons: ["rows are lost"], deciders });
    expect(digest({ network: [change("n")] }, { deciders })).not.toHaveProperty("deciders");
    const others = { approvers: ["ben@example.com"], timeoutSeconds: 60 };
    const moved = digest({ network: [change("n")] }, { deciders: others, reasonsOf: () => ["rows are lost"] });
    expect(moved.changesHash).not.toBe(asked.changesHash);
    expect(movedBetween(asked, moved)).toEqual(["who must approve"]);
  });

  it.each([
    ["another change", { changes: { network: [change("m")] } }],
    ["another field", { changes: { network: [change("n", { fields: [{ path: "x", from: 1, to: 2 }] })] } }],
    ["another step", { changes: { peering: [change("n")] } }],
    ["an effect", { changes: { network: [change("n", {}, { dataLoss: true })] } }],
    ["another price", { changes: { network: [change("n", {}, { costPerDay: 1 })] } }],
    ["another action", { action: "rebuild" }],
    ["another level", { level: "data" }],
    ["another generation", { generations: { database: 2, cluster: 1 } }],
    ["another spec", { plan: { ...plan, hash: "other" } }],
  ] satisfies readonly (readonly [string, Partial<Observations>])[])("gives another hash for %s", (_what, more) => {
    const before = digest({ network: [change("n")] });
    expect(digest({ network: [change("n")] }, more).changesHash).not.toBe(before.changesHash);
  });
});

describe("movedBetween", () => {
  it("names which database and cluster serve, and the level", () => {
    const changes = { network: [change("n")] };
    const asked = digest(changes);
    expect(movedBetween(asked, digest(changes, { generations: { database: 2, cluster: 1 } }))).toEqual([
      "which database serves afterwards: generation 1 → 2",
    ]);
    const all = { generations: { database: 1, cluster: 2 }, level: "all" } as const;
    expect(movedBetween(asked, digest(changes, all))).toEqual([
      "the level: app → all",
      "which cluster serves afterwards: generation 1 → 2",
    ]);
  });

  it("takes a removal for the same whatever serves, as long as the same goes", () => {
    const removal = (database: number, resource: string) =>
      digest(
        { cluster: [change(resource, { action: "delete" })] },
        { action: "down", generations: { database, cluster: 1 } },
      );
    expect(removal(2, "c").changesHash).toBe(removal(1, "c").changesHash);
    expect(removal(2, "c-g2").changesHash).not.toBe(removal(1, "c").changesHash);
    expect(movedBetween(removal(1, "c"), removal(2, "c-g2"))).toEqual(["no longer: delete c", "now: delete c-g2"]);
  });

  it("names what is new, what is not any more, and the spec", () => {
    const before = digest({ network: [change("n")], service: [change("s", { action: "update" })] });
    const after = digest({ network: [change("n")], seed: [change("j")] }, { plan: { ...plan, hash: "other" } });
    expect(movedBetween(before, after)).toEqual(["the spec", "no longer: update s", "now: create j"]);
  });

  it("names of a resource that is changed otherwise the fields that are, and nothing where nothing moved", () => {
    const update = (...fields: Change["fields"]) =>
      digest({
        service: [change("s", { action: "update", fields: [{ path: "image", from: "a", to: "b" }, ...fields] })],
      });
    const before = update({ path: "cpu", to: 1 });
    const after = update({ path: "cpu", to: 2 }, { path: "app.env.KEY", from: "set", to: "another value" });
    expect(movedBetween(before, after)).toEqual([
      "no longer: update s, with cpu: (none) → 1",
      "now: update s, with cpu: (none) → 2; app.env.KEY: set → another value",
    ]);
    expect(movedBetween(update(), before)).toEqual(["now: update s, with cpu: (none) → 1"]);
    expect(movedBetween(before, before)).toEqual([]);
  });
});
