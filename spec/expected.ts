import type { Spec } from "./schema.ts";

/** Seconds that things take to be made on Google Cloud, as a rule. Whatever is estimated or scheduled is counted by these. */
// biome-ignore format: a table
export const expectedSeconds = {
  services:  30,
  network:   32,
  peering:   70,
  connector: 150,
  identity:  45,
  build:     100,
  cluster:   20,
  instance:  { ZONAL: 490, REGIONAL: 670 },
  readPool:  430,
  seed:      40,
  service:   45,
  verify:    30,
  traffic:   10,
  schedule:  2,
  retire:    5,
  /** What is only looked at: it is there already, or somebody else's. */
  look:      2,
  /** Telling what would be done: every step looks. */
  plan:      20,
} as const;

/** Seconds that they take to be removed. */
// biome-ignore format: a table
export const removalSeconds = {
  services: 0,
  network:  32,
  peering:  25,
  egress:   60,
  identity: 1,
  image:    5,
  cluster:  180,
  instance: 120,
  readPool: 120,
  seed:     5,
  service:  5,
  verify:   0,
  traffic:  0,
  schedule: 2,
  retire:   0,
} as const;

/** What the time of a rebuild depends on. */
export interface RebuildFacts {
  readonly availability: "ZONAL" | "REGIONAL";
  readonly hasReadPool: boolean;
  /** Seconds that what served before is kept, for requests that it is still answering. */
  readonly graceSeconds: number;
}

/** What the time of a spec's rebuilds depends on. */
export function rebuildFactsOf({ database, service }: Pick<Spec, "database" | "service">): RebuildFacts {
  const { availability } = database.instance;
  return { availability, hasReadPool: database.readPool !== undefined, graceSeconds: service.timeoutSeconds };
}

/**
 * Seconds that a rebuild takes as a rule, until what served before is gone. What is built beside it at the same time, an
 * image, is done sooner.
 */
export function rebuildSeconds(level: "app" | "data" | "database" | "all", facts: RebuildFacts): number {
  const { cluster, instance, readPool, seed, service, verify, traffic, retire } = expectedSeconds;
  const switched = service + verify + traffic;
  switch (level) {
    case "app":
      return switched;
    case "data":
      return seed + switched + facts.graceSeconds + retire;
    case "database":
    case "all": {
      const ready = seed + switched + facts.graceSeconds + removalSeconds.cluster;
      return cluster + instance[facts.availability] + Math.max(ready, facts.hasReadPool ? readPool : 0);
    }
  }
}

/** The same in whole minutes, for schedules: less than that is not a plan but a hope. */
export function rebuildMinutes(level: "app" | "data" | "database" | "all", facts: RebuildFacts): number {
  return Math.ceil(rebuildSeconds(level, facts) / 60);
}
