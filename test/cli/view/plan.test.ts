import { describe, expect, it } from "@jest/globals";
import { renderPlan } from "../../../cli/view/plan.ts";
import { planSchema, toPlanDocument } from "../../../cli/view/plan-document.ts";
import type { Digest } from "../../../plan/digest.ts";
import { planView } from "../run-view.ts";

const none = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 0 };
const instance = "projects/p/locations/l/clusters/c/instances/i";
const changes: Digest["changes"] = [
  { step: "network", resource: "projects/p/global/networks/n", action: "create", fields: [], effects: none },
  {
    ...{ step: "instance", resource: instance, action: "update" },
    fields: [{ path: "machineConfig.cpuCount", from: 2, to: 4 }, { path: "labels" }],
    effects: { ...none, downtime: true, costPerDay: 9.6, expectedSeconds: 300 },
  },
];

function documentOf(plan: Digest, reasonsToAsk: readonly string[] = []) {
  const document = toPlanDocument({ run: "run-1", plan, reasonsToAsk }, (of) => `alloyrun ${of} environment.yaml`);
  if (!document) throw new Error("no document");
  return document;
}

describe("toPlanDocument", () => {
  it("is what its published schema says", () => {
    const deciders = { approvers: ["ann@example.com"], timeoutSeconds: 3600 };
    const document = documentOf({ ...planView({ dataLoss: true }, changes), deciders }, ["rows are lost"]);
    expect(planSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expect(document).toMatchObject({
      approval: { needed: true, reasons: ["rows are lost"], ...deciders },
      command: `alloyrun up environment.yaml --plan ${"2".repeat(64)}`,
    });
  });

  it("gives nothing for a run that made no plan", () => {
    expect(toPlanDocument({ run: "run-1" }, () => "")).toBeUndefined();
  });
});

describe("renderPlan", () => {
  it("fits a phone: counts, effects, cost before and after, time, approval, and the command that carries it out", () => {
    const deciders = { approvers: ["ann@example.com", "ben@example.com"], timeoutSeconds: 7 * 86_400 };
    const plan = { ...planView({ downtime: true }, changes), deciders };
    const document = documentOf(plan, ["rows are lost", "10.21 USD a day"]);
    const lines = renderPlan(document, { verbose: false });
    expect(lines).toEqual([
      "Plan of up of users: 1 to create, 1 to update",
      "  fields    machineConfig.cpuCount: 2 -> 4",
      "  data      no row is lost",
      "  downtime  does not answer meanwhile",
      "  cost      0.00 -> 10.21 USD a day (list prices of asia-northeast1, 2025-04)",
      "  time      about 14 min",
      "  approval  needed: rows are lost",
      "            and: 10.21 USD a day",
      "            by: ann@example.com, ben@example.com; never who asks",
      "            within: 7d of being asked",
      `  plan      ${"2".repeat(64)}`,
      "Carry out exactly this:",
      "  alloyrun up environment.yaml \\",
      `    --plan ${"2".repeat(64)}`,
      "Every change and field: --verbose, or --json for programs.",
    ]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it("names every change and field when asked", () => {
    const lines = renderPlan(documentOf(planView({}, changes)), { verbose: true });
    expect(lines.slice(1, 9)).toEqual([
      "  network",
      "    + create networks/n",
      "  instance",
      "    ~ update instances/i",
      "        does not answer meanwhile, +9.60 USD a day, 5 min",
      "        machineConfig.cpuCount: 2 -> 4",
      "        labels: (none) -> (none)",
      "  data      no row is lost",
    ]);
  });

  it("tells in one line the first fields that are otherwise afterwards, and how many more there are", () => {
    const fieldsOf = (paths: readonly string[]) =>
      paths.map((path, index) => ({ path, from: index, to: "x".repeat(40) }));
    const paths = ["template.scaling.maxInstanceCount", "template.containers.app.env.A", "labels", "b", "c", "d"];
    const change = { step: "service", resource: "s", action: "update", effects: none } as const;
    const plan = planView({}, [{ ...change, fields: [...fieldsOf(paths), { path: "template.revision", to: "r" }] }]);
    const to = `${"x".repeat(23)}…`;
    const told = `scaling.maxInstanceCount: 0 -> ${to}; env.A: 1 -> ${to}; b: 3 -> ${to}; and 2 more`;
    expect(renderPlan(documentOf(plan), { verbose: false })[1]).toBe(`  fields    ${told}`);
  });

  it("names no command where nothing is to be done", () => {
    const costPerDay = { before: 9.6, after: 9.6, pricesOf: "2025-04", region: "asia-northeast1" };
    const lines = renderPlan(documentOf(planView({ costPerDay, expectedSeconds: 0 }, [])), { verbose: false });
    expect(lines).toEqual([
      "Plan of up of users: nothing to change",
      "  data      no row is lost",
      "  downtime  none: it answers throughout",
      "  cost      9.60 USD a day (list prices of asia-northeast1, 2025-04)",
      "  time      none",
      "  approval  not needed",
      `  plan      ${"2".repeat(64)}`,
    ]);
  });

  it("says which seed file may lose rows, when it ends, and what an older spec has left that is billed", () => {
    const to = "statement 2, line 5, may lose rows: DELETE FROM users";
    const fields = [{ path: "seed 002.sql", to }, { path: "seed" }];
    const seeding = { step: "seed", resource: "job", action: "update", fields } as const;
    const standing = [
      { step: "instance", resource: "c/instances/old", costPerDay: 8 },
      { step: "service", resource: "l/services/old", costPerDay: 0 },
    ] as const;
    const plan = planView({ dataLoss: true }, [{ ...seeding, effects: { ...none, dataLoss: true } }]);
    const lines = renderPlan(documentOf({ ...plan, standing, timeToLiveSeconds: 18_000 }), { verbose: false });
    expect(lines).toContain("  ends      5h after this run has made it ready");
    expect(lines).toContain(`  loses     seed 002.sql: ${to}`);
    expect(lines).toContain("  stays     instances/old: 8.00 USD a day, made by an older spec, until it is removed");
    expect(lines).toContain("            services/old: billed by use, made by an older spec, until it is removed");
    expect(lines).toContain("  fields    seed: (none) -> (none)");
    expect(planSchema.parse(documentOf({ ...plan, standing })).standing).toEqual(standing);
  });

  it("says how much of the cost is for a cluster that an unfinished rebuild may have left, for it was not looked at", () => {
    const costPerDay = { before: 19.34, after: 19.34, pricesOf: "2025-04", region: "asia-northeast1" };
    const unfinished = { level: "database", costPerDay: 9.74 } as const;
    const document = documentOf({ ...planView({ costPerDay }, []), unfinished });
    expect(renderPlan(document, { verbose: false }).slice(3, 6)).toEqual([
      "  cost      19.34 USD a day (list prices of asia-northeast1, 2025-04)",
      "            9.74 of it for a second cluster that may stand, not looked at:",
      "            a rebuild at level database came to no end",
    ]);
    expect(planSchema.parse(document).unfinished).toEqual(unfinished);
  });

  it.each(["database", "all"] as const)("tells what both clusters cost while they stand, at level %s", (level) => {
    const costPerDay = { before: 9.6, after: 9.6, pricesOf: "2025-04", region: "asia-northeast1" };
    const made = { step: "cluster", resource: "c-g2", action: "create", fields: [] } as const;
    const gone = { step: "retire", resource: "c", action: "delete", fields: [] } as const;
    const both = [
      { ...made, effects: { ...none, costPerDay: 9.6 } },
      { ...gone, effects: { ...none, costPerDay: -9.6 } },
    ];
    const plan = { ...planView({ costPerDay }, both), action: "rebuild", level } as const;
    const lines = renderPlan(documentOf(plan), { verbose: false });
    expect(lines).toContain("            meanwhile 19.20: both clusters stand until the old one is removed");
    const data = renderPlan(documentOf({ ...plan, level: "data" }), { verbose: false });
    expect(data.join()).not.toContain("meanwhile 19");
  });

  it("says of a rebuild how much is built anew", () => {
    const [first] = renderPlan(documentOf({ ...planView(), action: "rebuild", level: "data" }), { verbose: false });
    expect(first).toBe("Plan of rebuild of users at level data: 1 to create");
  });
});
