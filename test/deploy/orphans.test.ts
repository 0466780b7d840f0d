import { describe, expect, it } from "@jest/globals";
import { findOrphans } from "../../deploy/orphans.ts";
import type { Marked, MarkedKind } from "../../google/clients/marked.ts";
import type { WorkflowsClient } from "../../google/clients/workflows.ts";
import { ApiError } from "../../google/error.ts";
import { ownershipOf } from "../../spec/names.ts";
import { createMemoryStorage } from "../support/memory-storage.ts";
import { put } from "../support/stored.ts";

const [project, region] = ["my-project", "asia-northeast1"];
const cluster = `projects/${project}/locations/${region}/clusters/c`;
const { labels } = ownershipOf({ installation: `${project}-alloyrun`, environment: "users", labels: {} });
const all: readonly Marked[] = [
  { kind: "instance", name: `${cluster}/instances/i`, labels },
  { kind: "instance", name: `${cluster}-g2/instances/i`, labels },
  { kind: "cluster", name: cluster, labels },
  { kind: "cluster", name: `${cluster}-g2`, labels },
  { kind: "cluster", name: `${cluster}-g3`, labels: {} },
];

/** A plan whose first cluster has this name. */
function planOf(name: string): object {
  return { steps: [{ name: "retire", input: { cluster: name } }] };
}

type GetExecution = WorkflowsClient["getExecution"];

async function find(
  entry: object,
  more: Readonly<Record<string, object>> = {},
  getExecution: GetExecution = async () => undefined,
  there = all,
) {
  const storage = createMemoryStorage();
  await put(storage, "environments/users.json", entry);
  await put(storage, "plans/h.json", planOf(cluster));
  for (const [object, value] of Object.entries(more)) await put(storage, object, value);
  const list = async (kind: MarkedKind) => there.filter((each) => each.kind === kind);
  const marked = { kinds: ["service", "instance", "cluster", "secret"], list } as const;
  return findOrphans({ marked, workflows: { getExecution }, storage, project, region });
}

describe("findOrphans", () => {
  const serves = { database: 1, cluster: 1 };
  const target = { level: "database", generations: { database: 1, cluster: 2 } };

  it("finds what a rebuild of the database that was broken off has left beside what serves", async () => {
    expect(await find({ plans: ["h"], serves, target })).toMatchObject({
      orphans: [],
      waiting: [],
      unfinished: [
        {
          ...{ environment: "users", level: "database", isHeld: false },
          beside: [`${cluster}-g2/instances/i`, `${cluster}-g2`],
        },
      ],
    });
  });

  it("tells one that nobody goes on with, for the environment was made ready since", async () => {
    const overtaken = { ...target, overtaken: true };
    expect(await find({ plans: ["h"], serves, target: overtaken })).toMatchObject({
      unfinished: [{ overtaken: true, isHeld: false, beside: [`${cluster}-g2/instances/i`, `${cluster}-g2`] }],
    });
  });

  it("tells no rebuild of what a removal has taken down, and of what still stands that it is being removed", async () => {
    const removed = { plans: ["h"], serves, target, removedBy: "run-down" };
    expect(await find(removed)).toMatchObject({
      unfinished: [{ removedBy: "run-down", beside: [`${cluster}-g2/instances/i`, `${cluster}-g2`] }],
    });
    const nothing = { ...removed, serves: { database: 2, cluster: 1 }, target: { ...target, level: "data" } };
    expect(await find(nothing, {}, async () => undefined, [])).toMatchObject({ unfinished: [] });
  });

  it("finds what older specs have left that is billed, and nothing of what the present ones name", async () => {
    const services = ["old", "new", "ready"].map((id) => `projects/${project}/locations/${region}/services/${id}`);
    const there: readonly Marked[] = [
      ...services.map((name) => ({ kind: "service" as const, name, labels })),
      { kind: "service", name: "projects/p/locations/r/services/foreign", labels: {} },
      { kind: "secret", name: "projects/p/secrets/s", labels },
      { kind: "instance", name: `${cluster}-g2/instances/i`, labels },
    ];
    const steps = (service = "") => [
      { name: "retire", input: { cluster, instance: `${cluster}/instances/i` } },
      { name: "service", input: { service } },
    ];
    const plans = { "plans/n.json": { steps: steps(services[1]) }, "plans/r.json": { steps: steps(services[2]) } };
    const olderOf = async (entry: object) =>
      (await find({ plans: ["n", "h"], ...entry }, plans, async () => undefined, there)).older;
    const old = { kind: "service", resource: services[0] };
    expect(await olderOf({ readyPlan: "r" })).toEqual([{ environment: "users", left: [old] }]);
    expect(await olderOf({})).toEqual([
      { environment: "users", left: [old, { kind: "service", resource: services[2] }] },
    ]);
    expect(await olderOf({ removedBy: "run-down" })).toEqual([]);
    expect(await olderOf({ readyPlan: "missing" })).toEqual([]);
  });

  it("finds none where none is", async () => {
    expect(await find({ plans: ["h"], serves })).toMatchObject({ orphans: [], unfinished: [] });
  });

  describe("where a lock lies", () => {
    const execution = "projects/1/locations/r/workflows/alloyrun-environment/executions/e";
    const beside = [`${cluster}-g2/instances/i`, `${cluster}-g2`];
    const findHeld = (getExecution: GetExecution) =>
      find({ plans: ["h"], serves, target }, { "locks/users.json": { run: "run-1", execution } }, getExecution);
    const refusing = (code: "PERMISSION_DENIED" | "INTERNAL") => async () => {
      throw new ApiError({ method: "executions.get", resource: execution, code, text: "said Google" });
    };

    it.each([
      ["ACTIVE", true],
      ["QUEUED", true],
      ["CANCELLED", false],
      ["FAILED", false],
    ])("tells by its execution, which is %s, whether a run is under way: %s", async (state, isHeld) => {
      const { unfinished } = await findHeld(async (name) => (name === execution ? { name, state } : undefined));
      expect(unfinished).toMatchObject([{ isHeld, beside }]);
    });

    it("takes for ended what Google does not keep any more", async () => {
      expect((await findHeld(async () => undefined)).unfinished).toMatchObject([{ isHeld: false, beside }]);
    });

    it("finds what stands for those who may not see executions, too", async () => {
      const { unfinished } = await findHeld(refusing("PERMISSION_DENIED"));
      expect(unfinished).toEqual([{ environment: "users", level: "database", beside }]);
      await expect(findHeld(refusing("INTERNAL"))).rejects.toThrow("said Google");
    });
  });

  it("counts generations by the name that the first cluster has, though it ends like a later one", async () => {
    const plans = { "plans/h2.json": planOf(`${cluster}-g2`) };
    const besideOf = async (cluster: number) => {
      const entry = { plans: ["h"], readyPlan: "h2", serves: { database: 1, cluster }, target };
      return (await find(entry, plans)).unfinished.map(({ beside }) => beside);
    };
    expect(await besideOf(1)).toEqual([[]]);
    expect(await besideOf(2)).toEqual([[`${cluster}-g2/instances/i`, `${cluster}-g2`]]);
    const later = { database: 1, cluster: 3 };
    expect(await find({ plans: ["h"], serves: later, target })).toMatchObject({
      unfinished: [{ beside: all.slice(0, 4).map(({ name }) => name) }],
    });
  });
});
