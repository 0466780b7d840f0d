import type { StorageClient } from "../../google/clients/storage.ts";
import type { ChangeRecord, StoredChange } from "../entry/stored.ts";
import { appendRecord } from "./chain.ts";

/** Records, once, what somebody decided about an environment outside its runs, in the same chain as those. */
export async function recordChange(
  storage: StorageClient,
  bucket: string,
  { id, of: environment, change, requestedBy, reason, at, until }: StoredChange,
): Promise<void> {
  const record: Omit<ChangeRecord, "previous"> = { change, environment, requestedBy, at, reason, until };
  await appendRecord(storage, { bucket, id }, record);
}
