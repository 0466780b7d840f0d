import type { Marked } from "../google/clients/marked.ts";
import type { StorageClient } from "../google/clients/storage.ts";
import { parseJson, toObject } from "../google/json.ts";
import { idOf } from "../google/name.ts";
import { type Generations, generationNumber } from "../plan/generation.ts";
import type { Plan } from "../plan/plan.ts";
import type { RetireInput } from "../plan/steps/retire.ts";
import { environmentLabel, installationLabel } from "../spec/names.ts";

/** A rebuild that has not come to its end: what it has made stands beside what serves, and is nobody's orphan. */
export interface Unfinished {
  readonly environment: string;
  /** `data`, `database` or `all`. */
  readonly level: string;
  /** Whether a run holds the environment, so that it may be the very rebuild. */
  readonly isHeld: boolean;
  /** Clusters of other generations than the one that serves, and their instances, by full name. */
  readonly beside: readonly string[];
}

/** What the entry of an environment says that matters here. */
interface Entry {
  readonly plans?: readonly string[];
  readonly readyPlan?: string;
  readonly serves?: Generations;
  readonly target?: { readonly level: string };
}

/** Finds the rebuilds of environments that have not come to their end, as the ledger has them. */
export async function findUnfinished(
  storage: Pick<StorageClient, "readText">,
  { bucket, environments }: { readonly bucket: string; readonly environments: Iterable<string> },
  marked: readonly Marked[],
): Promise<readonly Unfinished[]> {
  const read = async <Value extends object>(object: string) => {
    const text = (await storage.readText(bucket, object))?.text;
    return toObject(parseJson(text ?? "")) as object | undefined as Value | undefined;
  };
  const found: Unfinished[] = [];
  // One after the other: how many there are nobody knows.
  for (const environment of [...environments].sort()) {
    const [entry, lock] = await Promise.all([
      read<Entry>(`environments/${environment}.json`),
      read(`locks/${environment}.json`),
    ]);
    if (entry?.target?.level === undefined) continue;
    const { target, serves } = entry;
    const hash = entry.readyPlan ?? entry.plans?.[0];
    const first = hash === undefined ? undefined : firstCluster(await read<Partial<Plan>>(`plans/${hash}.json`));
    const own = marked.filter(({ kind, labels }) => isDatabases(kind) && isOf(environment, bucket, labels));
    const beside = own.map(({ name }) => name).filter((name) => isBeside(name, first, serves));
    found.push({ environment, level: target.level, isHeld: lock !== undefined, beside });
  }
  return found;
}

function isDatabases(kind: Marked["kind"]): boolean {
  return kind === "cluster" || kind === "instance";
}

function isOf(environment: string, installation: string, labels: Marked["labels"] = {}): boolean {
  return labels[installationLabel] === installation && labels[environmentLabel] === environment;
}

/** Id of the cluster of the first generation, which may itself end in `-g2`; undefined when the plan is not there. */
function firstCluster(plan: Partial<Plan> | undefined): string | undefined {
  const input = plan?.steps?.find(({ name }) => name === "retire")?.input as Partial<RetireInput> | undefined;
  return input?.cluster === undefined ? undefined : idOf(input.cluster);
}

/** Whether a cluster, or the one that an instance is in, is of another generation than the one that serves. */
function isBeside(name: string, first: string | undefined, serves: Generations | undefined): boolean {
  if (first === undefined || serves === undefined) return false;
  const [cluster = ""] = name.split("/instances/");
  const generation = generationNumber("cluster", first, idOf(cluster));
  return generation !== undefined && generation !== serves.cluster;
}
