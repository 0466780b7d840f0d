import type { ChangeRecord, RunRecord, StoredChain } from "../../functions/entry/stored.ts";
import { inParts } from "../../functions/in-parts.ts";
import type { StorageClient } from "../../google/clients/storage.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { canonicalJson } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";

/** The bucket that an auditor reads, with nothing of alloyrun in between. */
export interface AuditedBucket {
  readonly storage: Pick<StorageClient, "readText" | "listObjects">;
  readonly bucket: string;
}

/** An entry of an environment's chain with the text of its record; absent when there is none. */
export interface ChainedRecord {
  readonly record: string;
  readonly object: string;
  /** SHA-256 of the record's text, as the chain has it. */
  readonly sha256: string;
  readonly text?: string;
}

/**
 * All records of an environment in the order of its chain; undefined when it has no chain. The last one may not have its own
 * object yet, or its writer has died before: the chain itself has its text until the next one comes.
 */
export async function readChain(
  { storage, bucket }: AuditedBucket,
  environment: string,
): Promise<readonly ChainedRecord[] | undefined> {
  const found = await storage.readText(bucket, objectOf.chain(environment));
  if (!found) return undefined;
  const { records = [], tail } = (toObject(parseJson(found.text)) ?? {}) as object as Partial<StoredChain>;
  const read = async ({ record, sha256 }: StoredChain["records"][number]) => {
    const object = objectOf.record(environment, record);
    const kept = record === records.at(-1)?.record && tail ? canonicalJson(tail) : undefined;
    return { record, object, sha256, text: (await storage.readText(bucket, object))?.text ?? kept };
  };
  return Array.fromAsync(inParts(records, read));
}

/** What a record says; undefined when there is no record, or it is no JSON object. */
export function toRecord({ text = "" }: Pick<ChainedRecord, "text">): RunRecord | ChangeRecord | undefined {
  return toObject(parseJson(text)) as object | undefined as RunRecord | ChangeRecord | undefined;
}
