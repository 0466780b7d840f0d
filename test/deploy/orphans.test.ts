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

async function find(entry: object, more: Readonly<Record<string, object>> = {}) {
  const storage = createMemoryStorage();
  await put(storage, "environments/users.json", entry);
  for (const [object, value] of Object.entries(more)) await put(storage, object, value);
  const list = async (kind: MarkedKind) => all.filter((each) => each.kind === kind);
  return findOrphans({ marked: { kinds: ["instance", "cluster"], list }, storage, project, region });
}

describe("findOrphans", () => {
  const serves = { database: 1, cluster: 1 };
  const target = { level: "database", generations: { database: 1, cluster: 2 } };

  it("finds what a rebuild of the database that was broken off has left beside what serves", async () => {
    expect(await find({ plans: [], serves, target })).toEqual({
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
    const { unfinished } = await find({ plans: [], serves, target }, { "locks/users.json": { run: "run-1" } });
    expect(unfinished).toMatchObject([{ isHeld: true }]);
    expect(await find({ plans: [], serves })).toMatchObject({ orphans: [], unfinished: [] });
  });
});
