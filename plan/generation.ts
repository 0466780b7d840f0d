import { clusterGenerationId, databaseName, idOf } from "../spec/names.ts";

/** How often a rebuild can have made something anew: for each of them 1 is the first. */
export interface Generations {
  /** 1 for `mydb`, 2 for `mydb_g2` … */
  readonly database: number;
  /** 1 for `<cluster>`, 2 for `<cluster>-g2` … */
  readonly cluster: number;
}

/** How much of an environment is built anew. */
export type Level = "app" | "data" | "database" | "all";

/** What serves, as the serving revision names it. */
export interface Serving {
  /** Name of the database, with its generation. */
  readonly database: string;
  /** `projects/{project}/locations/{region}/clusters/{cluster}/instances/{instance}` */
  readonly instance: string;
}

/** The names that the plan gives to the first generation. */
export interface FirstNames {
  readonly database: string;
  /** Id of the cluster. */
  readonly cluster: string;
}

/** The generations of an environment that nothing has been rebuilt in. */
const firstGenerations: Generations = { database: 1, cluster: 1 };

/** The generations that serve; the first where nothing serves, or where what serves has names of somebody else's choice. */
export function generationsOf(serving: Serving | undefined, names: FirstNames): Generations {
  if (!serving) return firstGenerations;
  const cluster = idOf(serving.instance.split("/instances/")[0] ?? "");
  return {
    database: numberOf(serving.database, (generation) => databaseName(names.database, generation)),
    cluster: numberOf(cluster, (generation) => clusterGenerationId(names.cluster, generation)),
  };
}

/**
 * The generations that a rebuild ends with: `data` makes the next database in the same cluster, `database` and `all` the
 * first one in the next cluster. All else keeps what serves.
 */
export function nextGenerations(present: Generations, level: Level): Generations {
  switch (level) {
    case "app":
      return present;
    case "data":
      return { ...present, database: present.database + 1 };
    case "database":
    case "all":
      return { database: 1, cluster: present.cluster + 1 };
  }
}

/** Which generation has this name; 1 when none has. */
function numberOf(name: string, nameOf: (generation: number) => string): number {
  const generation = Number(/g(\d{1,6})$/.exec(name)?.[1] ?? 1);
  return nameOf(generation) === name ? generation : 1;
}
