import type { StorageClient } from "../../google/clients/storage.ts";
import { canonicalJson, sha256 } from "../../spec/names.ts";
import { readStored, writeStored } from "../entry/read.ts";
import type { ChangeRecord, RunRecord, StoredChain } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { createLog } from "../log.ts";

/** Where the order of an environment's records lies. */
export function chainObject(environment: string): string {
  return `chains/${environment}.json`;
}

/** Id of the record of a run: the run's own, and for one that was resumed `<run>.2`, `<run>.3` … */
export function recordId(run: string, attempt: number): string {
  return attempt <= 1 ? run : `${run}.${attempt}`;
}

/** Where a record lies. */
export function recordObject(environment: string, record: string): string {
  return `runs/${environment}/${record}.json`;
}

/** How the ids begin of records that are of no run. */
export const changeIdPrefix = "change-";

/** Whether a record of the chain is of a run. */
export function isOfRun({ record }: StoredChain["records"][number]): boolean {
  return !record.startsWith(changeIdPrefix);
}

/** The head is told where whoever writes to the bucket can change nothing, and where it may be looked up later. */
function tellHead(environment: string, head: object): void {
  createLog({ fields: { alloyrun: "recorded", environment } })("INFO", `recorded in the chain of ${environment}`, head);
}

/**
 * Appends a record to its environment's chain; one that is in it stays as it is. Runs that hold no lock are recorded too,
 * so two may come at the same moment: the one that is not the next any more is written again behind the other. Of two that
 * record the same run, as when it is cancelled in its last moment, the one counts that was written first.
 *
 * @returns SHA-256 of the record's text
 * @throws StepError UNAVAILABLE, retryable, when others were faster eight times
 */
export async function appendRecord(
  storage: StorageClient,
  { bucket, id }: { readonly bucket: string; readonly id: string },
  content: Omit<RunRecord, "previous"> | Omit<ChangeRecord, "previous">,
): Promise<string> {
  const environment = "run" in content ? content.run.environment : content.environment;
  const object = recordObject(environment, id);
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    // Before the chain, so that nobody who read an older chain writes over a record that the newer one is about to name.
    const known = await readStored<RunRecord | ChangeRecord>(storage, bucket, object);
    const chain = await readStored<StoredChain>(storage, bucket, chainObject(environment));
    const records = chain?.value.records ?? [];
    const entered = records.find(({ record }) => record === id);
    if (entered) return entered.sha256;
    const before = records.at(-1);
    const previous = before && { object: recordObject(environment, before.record), sha256: before.sha256 };
    const { previous: _, ...said }: RunRecord | ChangeRecord = known?.value ?? content;
    const record = { ...said, ...(previous && { previous }) };
    const place = { bucket, object, ifGenerationMatch: known?.generation ?? "0" };
    if ((await writeStored(storage, place, record)) === undefined) continue;
    const entry = { record: id, sha256: sha256(canonicalJson(record)) };
    const chainPlace = { bucket, object: chainObject(environment), ifGenerationMatch: chain?.generation ?? "0" };
    const written = await writeStored(storage, chainPlace, { records: [...records, entry] } satisfies StoredChain);
    if (written !== undefined) {
      tellHead(environment, entry);
      return entry.sha256;
    }
  }
  const message = `several runs of ${environment} are being recorded`;
  throw new StepError({ code: "UNAVAILABLE", reason: "CHAIN_BUSY", message });
}
