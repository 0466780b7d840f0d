import type { Marked } from "../google/clients/marked.ts";
import type { StorageClient } from "../google/clients/storage.ts";
import { parseJson, textOf, toObject } from "../google/json.ts";
import { idOf } from "../google/name.ts";
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

/** Finds the rebuilds of environments that have not come to their end, as the ledger has them. */
export async function findUnfinished(
  storage: Pick<StorageClient, "readText">,
  { bucket, environments }: { readonly bucket: string; readonly environments: Iterable<string> },
  marked: readonly Marked[],
): Promise<readonly Unfinished[]> {
  const found: Unfinished[] = [];
  // One after the other: how many there are nobody knows.
  for (const environment of [...environments].sort()) {
    const [entry, lock] = await Promise.all([
      storage.readText(bucket, `environments/${environment}.json`),
      storage.readText(bucket, `locks/${environment}.json`),
    ]);
    const { target, serves } = toObject(parseJson(entry?.text ?? "")) ?? {};
    const level = textOf(toObject(target)?.level);
    if (level === undefined) continue;
    const serving = toObject(serves)?.cluster;
    const own = marked.filter(({ kind, labels }) => isDatabases(kind) && isOf(environment, bucket, labels));
    const beside = own.map(({ name }) => name).filter((name) => serving !== undefined && numberOf(name) !== serving);
    found.push({ environment, level, isHeld: lock !== undefined, beside });
  }
  return found;
}

function isDatabases(kind: Marked["kind"]): boolean {
  return kind === "cluster" || kind === "instance";
}

function isOf(environment: string, installation: string, labels: Marked["labels"] = {}): boolean {
  return labels[installationLabel] === installation && labels[environmentLabel] === environment;
}

/** Which generation a cluster is of, or the one that an instance is in: `<cluster>-g2` is the second. */
function numberOf(name: string): number {
  const [cluster = ""] = name.split("/instances/");
  return Number(/-g(\d{1,6})$/.exec(idOf(cluster))?.[1] ?? 1);
}
