import type { StorageClient } from "../../google/clients/storage.ts";
import { canonicalJson, sha256 } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import { readStored, writeOnce, writeStored } from "../entry/read.ts";
import type { ChangeRecord, RunRecord, StoredChain } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { createLog } from "../log.ts";

/** Id of the record of a run: the run's own, and for one that was resumed `<run>.2`, `<run>.3` … */
export function recordId(run: string, attempt: number): string {
  return attempt <= 1 ? run : `${run}.${attempt}`;
}

/** How the ids begin of records that are of no run. */
export const changeIdPrefix = "change-";

/** Whether a record of the chain is of a run. */
export function isOfRun({ record }: StoredChain["records"][number]): boolean {
  return !record.startsWith(changeIdPrefix);
}

/** The head is told where whoever writes to the bucket can change nothing, and where it may be looked up later. */
function tellHead(environment: string, head: object): void {
  createLog({ alloyrun: "recorded", environment })("INFO", `recorded in the chain of ${environment}`, head);
}

/**
 * Appends a record to its environment's chain; one that is in it stays as it is. Runs that hold no lock are recorded too,
 * so two may come at the same moment: the chain gives each its place, and of two that record the same run, as when it is
 * cancelled in its last moment, the one counts that has its place first. Only then is the record written under its own name,
 * never to be written again; where a writer died in between, the next one writes it from the chain.
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
  const place = { bucket, object: objectOf.chain(environment) };
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    const found = await readStored<StoredChain>(storage, bucket, place.object);
    const records = found?.value.records ?? [];
    await writeTail(storage, { bucket, environment }, found?.value);
    const entered = records.find(({ record }) => record === id);
    if (entered) return entered.sha256;
    const before = records.at(-1);
    const previous = before && { object: objectOf.record(environment, before.record), sha256: before.sha256 };
    const tail: RunRecord | ChangeRecord = { ...content, ...(previous && { previous }) };
    const entry = { record: id, sha256: sha256(canonicalJson(tail)) };
    const chain: StoredChain = { records: [...records, entry], tail };
    const ifGenerationMatch = found?.generation ?? "0";
    if ((await writeStored(storage, { ...place, ifGenerationMatch }, chain)) === undefined) continue;
    await writeTail(storage, { bucket, environment }, chain);
    tellHead(environment, { ...entry, run: "run" in content ? content.run.id : undefined });
    return entry.sha256;
  }
  const message = `several runs of ${environment} are being recorded`;
  throw new StepError({ code: "UNAVAILABLE", reason: "CHAIN_BUSY", message });
}

/** Whether a record has its place in its environment's chain. */
export async function isRecorded(
  storage: StorageClient,
  { bucket, environment, id }: { readonly bucket: string; readonly environment: string; readonly id: string },
): Promise<boolean> {
  const chain = await readStored<StoredChain>(storage, bucket, objectOf.chain(environment));
  return chain?.value.records.some(({ record }) => record === id) ?? false;
}

async function writeTail(
  storage: StorageClient,
  { bucket, environment }: { readonly bucket: string; readonly environment: string },
  chain: StoredChain | undefined,
): Promise<void> {
  const entry = chain?.records.at(-1);
  if (!chain?.tail || !entry) return;
  await writeOnce(storage, { bucket, object: objectOf.record(environment, entry.record) }, chain.tail);
}
