import type { Marked } from "../google/clients/marked.ts";
import type { StorageClient } from "../google/clients/storage.ts";
import type { WorkflowsClient } from "../google/clients/workflows.ts";
import { ApiError } from "../google/error.ts";
import { idOf } from "../google/name.ts";
import { isUnderWay } from "../google/under-way.ts";
import { type Generations, generationNumber, type Level } from "../plan/generation.ts";
import type { Plan } from "../plan/plan.ts";
import { inputOf } from "../plan/step-input.ts";
import { objectOf } from "../spec/objects.ts";
import { isMarkedFor, type Known, readerOf } from "./entries.ts";

/** A rebuild that has not come to its end: what it has made stands beside what serves, and is nobody's orphan. */
export interface Unfinished {
  readonly environment: string;
  /** `data`, `database` or `all`. */
  readonly level: Level;
  /** There when the environment was made ready since: nobody goes on with it, the next run that builds all removes it. */
  readonly overtaken?: true;
  /** Run that began to take the environment down: that goes on, and no rebuild. */
  readonly removedBy?: string;
  /** Whether a run holds the environment, so that it may be the very rebuild; absent where whoever asks may not see that. */
  readonly isHeld?: boolean;
  /** Clusters of other generations than the one that serves, and their instances, by full name. */
  readonly beside: readonly string[];
}

/** What is asked: the bucket, which tells of rebuilds, and the executions that hold environments. */
export interface UnfinishedClients {
  readonly storage: Pick<StorageClient, "readText">;
  readonly workflows: Pick<WorkflowsClient, "getExecution">;
}

/** What the entry of an environment says that matters here. */
interface Entry {
  readonly plans?: readonly string[];
  readonly readyPlan?: string;
  readonly serves?: Generations;
  readonly target?: { readonly level: Level; readonly overtaken?: true };
  readonly removedBy?: string;
}

/** Finds the rebuilds of environments that have not come to their end, as the ledger has them. */
export async function findUnfinished(
  { storage, workflows }: UnfinishedClients,
  { bucket, environments }: Known,
  marked: readonly Marked[],
): Promise<readonly Unfinished[]> {
  const read = readerOf(storage, bucket);
  const found: Unfinished[] = [];
  // One after the other: how many there are nobody knows.
  for (const environment of [...environments].sort()) {
    const [entry, lock] = await Promise.all([
      read<Entry>(objectOf.ledger(environment)),
      read<{ readonly execution?: string }>(objectOf.lock(environment)),
    ]);
    if (entry?.target?.level === undefined) continue;
    const { serves, removedBy } = entry;
    const { level, overtaken } = entry.target;
    const hash = entry.readyPlan ?? entry.plans?.[0];
    const first = hash === undefined ? undefined : firstCluster(await read<Partial<Plan>>(objectOf.plan(hash)));
    const own = marked.filter((each) => isDatabases(each.kind) && isMarkedFor(environment, bucket, each));
    const beside = own.map(({ name }) => name).filter((name) => isBeside(name, first, serves));
    // A removal has taken down what nothing is seen of any more.
    if (removedBy !== undefined && beside.length === 0) continue;
    const isHeld = await isHeldBy(lock?.execution, workflows);
    const about = { environment, level, ...(overtaken && { overtaken }), ...(isHeld !== undefined && { isHeld }) };
    found.push({ ...about, ...(removedBy !== undefined && { removedBy }), beside });
  }
  return found;
}

/**
 * Whether the execution that a lock names has not ended. One that is cancelled never gives its lock back: the next run takes it.
 *
 * @returns undefined when executions may not be seen
 */
async function isHeldBy(
  execution: string | undefined,
  workflows: UnfinishedClients["workflows"],
): Promise<boolean | undefined> {
  if (execution === undefined) return false;
  try {
    return isUnderWay(await workflows.getExecution(execution));
  } catch (caught) {
    if (caught instanceof ApiError && caught.code === "PERMISSION_DENIED") return undefined;
    throw caught;
  }
}

function isDatabases(kind: Marked["kind"]): boolean {
  return kind === "cluster" || kind === "instance";
}

/** Id of the cluster of the first generation, which may itself end in `-g2`; undefined when the plan is not there. */
function firstCluster(plan: Partial<Plan> | undefined): string | undefined {
  const { cluster } = inputOf(plan, "retire");
  return cluster === undefined ? undefined : idOf(cluster);
}

/** Whether a cluster, or the one that an instance is in, is of another generation than the one that serves. */
function isBeside(name: string, first: string | undefined, serves: Generations | undefined): boolean {
  if (first === undefined || serves === undefined) return false;
  const [cluster = ""] = name.split("/instances/");
  const generation = generationNumber("cluster", first, idOf(cluster));
  return generation !== undefined && generation !== serves.cluster;
}
