import { describe, expect, it } from "@jest/globals";
import { inCluster, inGeneration, nameOfCluster, ownClusters } from "../../../functions/alloydb/generation.ts";
import { clusterGenerationId, ownershipOf } from "../../../spec/names.ts";

const parent = "projects/p/locations/r";
const cluster = `${parent}/clusters/staging`;
const input = { cluster, instance: `${cluster}/instances/primary`, cpuCount: 2 };
const ownership = ownershipOf({ installation: "p-alloyrun", environment: "staging", labels: {} });

describe("inGeneration", () => {
  it("leaves the first generation as the plan names it", () => {
    expect(inGeneration(input, { clusterGeneration: 1 })).toBe(input);
  });

  it("names cluster and instance of a later one, and changes nothing else", () => {
    const second = `${parent}/clusters/staging-g2`;
    expect(inGeneration(input, { clusterGeneration: 2 })).toEqual({
      ...{ cluster: second, instance: `${second}/instances/primary`, cpuCount: 2 },
    });
    expect(inGeneration({ cluster }, { clusterGeneration: 2 })).toEqual({ cluster: second });
  });

  it("goes wherever a cluster of that generation is", () => {
    expect(inCluster(input, `${parent}/clusters/staging-g7`).instance).toBe(
      `${parent}/clusters/staging-g7/instances/primary`,
    );
  });
});

describe("ownClusters", () => {
  const own = { labels: ownership.labels };

  async function ownOf(ids: Readonly<Record<string, object>>, first = cluster): Promise<readonly string[]> {
    // Google may name the project by its number.
    const all = Object.entries(ids).map(([id, about]) => ({
      name: `projects/123/locations/r/clusters/${id}`,
      ...about,
    }));
    const found = await ownClusters({ cluster: first, ownership }, { listClusters: async () => all });
    return found.map((each) => nameOfCluster(first, each));
  }

  it("gives every generation of the environment's own, by the names of ours", async () => {
    expect(await ownOf({ staging: own, "staging-g2": own, "staging-g10": own })).toEqual(
      ["staging", "staging-g2", "staging-g10"].map((id) => `${parent}/clusters/${id}`),
    );
  });

  it("leaves out what only looks like one, and what is somebody else's", async () => {
    const others = { labels: ownershipOf({ installation: "p-alloyrun", environment: "other", labels: {} }).labels };
    expect(
      await ownOf({ "staging-g1": own, "staging-g02": own, "staging-gx": own, staging2: own, other: own }),
    ).toEqual([]);
    expect(await ownOf({ staging: others, "staging-g2": {} })).toEqual([]);
  });

  it("knows generations of a name that had to be shortened", async () => {
    const long = "s".repeat(63);
    const third = clusterGenerationId(long, 3);
    expect(third).toHaveLength(63);
    expect(await ownOf({ [third]: own, [long]: own }, `${parent}/clusters/${long}`)).toHaveLength(2);
  });
});
