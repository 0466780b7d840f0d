import type { Marked, MarkedKind } from "../google/clients/marked.ts";
import type { StorageClient } from "../google/clients/storage.ts";
import type { Plan } from "../plan/plan.ts";
import { isNamedBy } from "../plan/standing.ts";
import { objectOf } from "../spec/objects.ts";
import { isMarkedFor, type Known, readerOf } from "./entries.ts";

/** What is billed of an environment, and named by none of the specs that it is built by. */
export interface OlderLeft {
  readonly environment: string;
  /** In the order in which they may be removed. */
  readonly left: readonly { readonly kind: MarkedKind; readonly resource: string }[];
}

/** What the entry of an environment says that matters here. */
interface Entry {
  readonly plans?: readonly string[];
  readonly readyPlan?: string;
  readonly removedBy?: string;
}

/** Kinds that are billed by time, and services, which go on answering and are billed by use. */
const billed: ReadonlySet<MarkedKind> = new Set(["service", "connector", "instance", "cluster"]);

/**
 * Finds what older specs of environments have left: resources that bear an environment's mark, and are named neither by the
 * plan that it was ready with last nor by the one that a run has begun since. Nothing is told of an environment whose removal
 * has begun, for that takes all down, nor of one whose plans cannot be read.
 */
export async function findOlder(
  storage: Pick<StorageClient, "readText">,
  { bucket, environments }: Known,
  marked: readonly Marked[],
): Promise<readonly OlderLeft[]> {
  const read = readerOf(storage, bucket);
  const found: OlderLeft[] = [];
  // One after the other: how many there are nobody knows.
  for (const environment of [...environments].sort()) {
    const { plans = [], readyPlan, removedBy } = (await read<Entry>(objectOf.ledger(environment))) ?? {};
    const hashes = [...new Set([...plans.slice(0, 1), ...(readyPlan === undefined ? [] : [readyPlan])])];
    const known = await Promise.all(hashes.map((hash) => read<Pick<Plan, "steps">>(objectOf.plan(hash))));
    const steps = known.flatMap((plan) => plan?.steps ?? []);
    if (removedBy !== undefined || known.length === 0 || known.includes(undefined)) continue;
    const isNamed = isNamedBy({ steps });
    const left = marked
      .filter((each) => billed.has(each.kind) && isMarkedFor(environment, bucket, each))
      .filter(({ name }) => !isNamed(name))
      .map(({ kind, name: resource }) => ({ kind, resource }));
    if (left.length > 0) found.push({ environment, left });
  }
  return found;
}
