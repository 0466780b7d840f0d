import type { StorageClient } from "../../google/clients/storage.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Run } from "../contract.ts";
import { readStored } from "../entry/read.ts";
import type { RunRecord, StoredChain } from "../entry/stored.ts";
import { isOfRun } from "./chain.ts";

/** How far back is looked, and of how many runs alike the usual time is taken. */
const mostRead = 40;
const mostCounted = 9;

/**
 * Minutes that a run usually takes: the median of the newest runs of the same action and level that succeeded. Undefined
 * where none did.
 */
export async function usualMinutes(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  { environment, action, level }: Pick<Run, "environment" | "action" | "level">,
): Promise<number | undefined> {
  const chain = await readStored<StoredChain>(storage, bucket, objectOf.chain(environment));
  const newest = (chain?.value.records ?? []).filter(isOfRun).slice(-mostRead).reverse();
  const records = await Promise.all(
    newest.map(({ record }) => readStored<RunRecord>(storage, bucket, objectOf.record(environment, record))),
  );
  const alike = records.flatMap((found) => {
    const { run, result } = found?.value ?? {};
    const isAlike = run?.action === action && run.level === level && result?.action === action;
    return isAlike && result?.state === "succeeded" ? [minutesOf(result)] : [];
  });
  const counted = alike.slice(0, mostCounted).sort((a, b) => a - b);
  return counted[Math.floor(counted.length / 2)];
}

/** Minutes from a run's beginning to its end, to a tenth. */
export function minutesOf({ startedAt, endedAt }: Pick<RunRecord["result"], "startedAt" | "endedAt">): number {
  return Math.round((endedAt - startedAt) / 6) / 10;
}
