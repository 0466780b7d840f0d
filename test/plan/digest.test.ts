import { describe, expect, it } from "@jest/globals";
import type { Change } from "../../plan/change.ts";
import { costOf } from "../../plan/cost.ts";
import { digestOf, movedBetween, type Observations } from "../../plan/digest.ts";
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
    expect(effects.costPerDay).toEqual({ before: Number((after - 3.5).toFixed(2)), after, pricesOf: "2025-04" });
    expect(digest({}).effects).toMatchObject({ dataLoss: false, downtime: false, expectedSeconds: 0 });
  });

  it("counts nothing before where nothing exists, although what is made costs fractions of a cent", () => {
    const costs = { image: 0.0006, identity: 0.0036, cluster: 0.1279, instance: 10.0726 };
    const made = Object.entries(costs).map(([name, costPerDay]) => [name, [change(name, {}, { costPerDay })]]);
    const steps = (["image", "identity", "cluster", "instance"] as const).map((name) => ({
      ...stepOf(plan, name),
      costPerDay: Math.round(costs[name] * 1000) / 1000,
    }));
    const { effects } = digest(Object.fromEntries(made), { plan: { ...plan, steps } });
    expect(effects.costPerDay).toMatchObject({ before: 0, after: 10.21 });
  });

  it("counts what is paid before as nothing at least, and after a removal as nothing", () => {
    const everything = { instance: [change("a", {}, { costPerDay: 1_000_000 })] };
    expect(digest(everything).effects.costPerDay.before).toBe(0);
    const gone = { instance: [change("a", { action: "delete" }, { costPerDay: -8 })] };
    expect(digest(gone, { action: "down" }).effects.costPerDay).toMatchObject({ before: 8, after: 0 });
  });

  it("takes as long as the longest chain of steps that change something", () => {
    const { effects } = digest({
      cluster: [change("a", {}, { expectedSeconds: 20 }), change("b", {}, { expectedSeconds: 5 })],
      instance: [change("c", {}, { expectedSeconds: 400 })],
      egress: [change("d", {}, { expectedSeconds: 90 })],
    });
    expect(effects.expectedSeconds).toBe(420);
  });

  it("gives the same hash for the same, whatever time it takes", () => {
    const slow = digest({ network: [change("n", {}, { expectedSeconds: 5 })] });
    const slower = digest({ network: [change("n", {}, { expectedSeconds: 50 })] });
    expect(slower.changesHash).toBe(slow.changesHash);
    expect(slow.changesHash).toMatch(/^[0-9a-f]{64}$/);
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
  it("names what is new, what is not any more, and the spec", () => {
    const before = digest({ network: [change("n")], service: [change("s", { action: "update" })] });
    const after = digest({ network: [change("n")], seed: [change("j")] }, { plan: { ...plan, hash: "other" } });
    expect(movedBetween(before, after)).toEqual(["the spec", "no longer: update s", "now: create j"]);
  });

  it("names a resource that is changed otherwise twice, and nothing where nothing moved", () => {
    const before = digest({ service: [change("s", { action: "update", fields: [{ path: "cpu", to: 1 }] })] });
    const after = digest({ service: [change("s", { action: "update", fields: [{ path: "cpu", to: 2 }] })] });
    expect(movedBetween(before, after)).toEqual(["no longer: update s", "now: update s"]);
    expect(movedBetween(before, before)).toEqual([]);
  });
});
