import { describe, expect, it } from "@jest/globals";
import { findOrphans } from "../../deploy/orphans.ts";
import type { Marked, MarkedKind } from "../../google/clients/marked.ts";
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

async function find(entry: object, more: Readonly<Record<string, object>> = {}) {
  const storage = createMemoryStorage();
  await put(storage, "environments/users.json", entry);
  await put(storage, "plans/h.json", planOf(cluster));
  for (const [object, value] of Object.entries(more)) await put(storage, object, value);
  const list = async (kind: MarkedKind) => all.filter((each) => each.kind === kind);
  return findOrphans({ marked: { kinds: ["instance", "cluster"], list }, storage, project, region });
}

describe("findOrphans", () => {
  const serves = { database: 1, cluster: 1 };
  const target = { level: "database", generations: { database: 1, cluster: 2 } };

  it("finds what a rebuild of the database that was broken off has left beside what serves", async () => {
    expect(await find({ plans: ["h"], serves, target })).toEqual({
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

  it("tells one that may be under way, and finds none where none is", async () => {
    const { unfinished } = await find({ plans: ["h"], serves, target }, { "locks/users.json": { run: "run-1" } });
    expect(unfinished).toMatchObject([{ isHeld: true }]);
    expect(await find({ plans: [], serves })).toMatchObject({ orphans: [], unfinished: [] });
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
