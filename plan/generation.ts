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

/**
 * The generations that serve. Where nothing serves, or what serves has names of somebody else's choice, they are those that
 * are known to have served last: a service that is gone or was changed by hand says nothing about where the rows are.
 *
 * @param known those that the environment was ready with; the first ones when it never was
 */
export function generationsOf(
  serving: Serving | undefined,
  names: FirstNames,
  known: Generations = firstGenerations,
): Generations {
  if (!serving) return known;
  const cluster = idOf(serving.instance.split("/instances/")[0] ?? "");
  return {
    database: numberOf(serving.database, (generation) => databaseName(names.database, generation)) ?? known.database,
    cluster: numberOf(cluster, (generation) => clusterGenerationId(names.cluster, generation)) ?? known.cluster,
  };
}

/**
 * The generations that a rebuild ends with: `data` makes the next database in the same cluster, `database` and `all` the
 * first one in the next cluster. All else keeps what serves. A number is never taken twice: what was once done for a generation
 * that is gone would be taken for done.
 *
 * @param made the highest numbers that were ever taken
 */
export function nextGenerations(present: Generations, level: Level, made: Generations = present): Generations {
  switch (level) {
    case "app":
      return present;
    case "data":
      return { ...present, database: Math.max(present.database, made.database) + 1 };
    case "database":
    case "all":
      return { database: 1, cluster: Math.max(present.cluster, made.cluster) + 1 };
  }
}

/** Whether a rebuild makes a cluster of its own beside the one that serves. */
export function makesCluster(level: Level): boolean {
  return level === "database" || level === "all";
}

/** The higher number of each kind. */
export function highestOf(one: Generations, other: Generations): Generations {
  return { database: Math.max(one.database, other.database), cluster: Math.max(one.cluster, other.cluster) };
}

/** Whether both are the same database in the same cluster. */
export function sameGenerations(one: Generations, other: Generations): boolean {
  return one.database === other.database && one.cluster === other.cluster;
}

/** A generation whose rows nobody is to be asked about again: a database, or a cluster with all databases in it. */
export interface SpentGeneration {
  readonly cluster: number;
  /** All of the cluster's when absent. */
  readonly database?: number;
}

/** What is known of an environment's generations. */
export interface KnownGenerations {
  /** What it was ready with last. */
  readonly serves?: Generations;
  /** What an unfinished rebuild is to end with. */
  readonly target?: { readonly generations: Generations };
  readonly spent?: readonly SpentGeneration[];
}

/** So many are remembered: what is older was retired long since. */
const mostSpent = 20;

/**
 * What is decided about already when these generations serve: what a rebuild that never served was to end with holds but the
 * seed, and of what the one that serves now has replaced its approvers were told that the rows are lost.
 */
export function spentBeside(
  { serves, target, spent = [] }: KnownGenerations,
  present: Generations,
): readonly SpentGeneration[] {
  const unfinished = target?.generations;
  const replaced = unfinished && sameGenerations(unfinished, present) ? serves : unfinished;
  const added = replaced && !sameGenerations(replaced, present) ? [toSpent(replaced, present)] : [];
  const all = [...spent, ...added].filter((each) => !holds(each, present));
  return all.filter((each, index) => all.findIndex((other) => isSame(each, other)) === index).slice(-mostSpent);
}

function toSpent({ database, cluster }: Generations, present: Generations): SpentGeneration {
  return cluster === present.cluster ? { cluster, database } : { cluster };
}

/** Whether something spent is, or has in it, the database of these generations. */
export function holds({ cluster, database }: SpentGeneration, present: Generations): boolean {
  return cluster === present.cluster && (database === undefined || database === present.database);
}

function isSame(one: SpentGeneration, other: SpentGeneration): boolean {
  return one.cluster === other.cluster && one.database === other.database;
}

/** The number of a database's or cluster's generation by its name. @returns undefined for a name of somebody else's choice */
export function generationNumber(kind: "database" | "cluster", first: string, name: string): number | undefined {
  return numberOf(name, (generation) =>
    kind === "database" ? databaseName(first, generation) : clusterGenerationId(first, generation),
  );
}

/** Which generation has this name; undefined when none has. */
function numberOf(name: string, nameOf: (generation: number) => string): number | undefined {
  // A first name may itself end as that of another generation does.
  if (nameOf(1) === name) return 1;
  const generation = Number(/g(\d{1,6})$/.exec(name)?.[1] ?? 1);
  return nameOf(generation) === name ? generation : undefined;
}
