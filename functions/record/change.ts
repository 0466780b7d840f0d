import { randomUUID } from "node:crypto";
import type { StorageClient } from "../../google/clients/storage.ts";
import type { ChangeRecord } from "../entry/stored.ts";
import { appendRecord, changeIdPrefix } from "./chain.ts";

/** Records what somebody decided about an environment outside its runs, in the same chain as those. */
export async function recordChange(
  storage: StorageClient,
  bucket: string,
  change: Omit<ChangeRecord, "previous">,
): Promise<void> {
  await appendRecord(storage, { bucket, id: `${changeIdPrefix}${randomUUID()}` }, change);
}
