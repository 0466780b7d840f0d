import type { StorageClient } from "../../google/clients/storage.ts";
import { readStored } from "../entry/read.ts";
import type { RunRecord, StoredApproval } from "../entry/stored.ts";
import { approvalObject } from "../plan/approve.ts";

/** What a record keeps of an approval; undefined while nobody has decided, for then it has decided nothing. */
export async function approvalFor(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  approval: string,
): Promise<RunRecord["approval"]> {
  const found = await readStored<StoredApproval>(storage, bucket, approvalObject(approval));
  if (!found?.value.decision) return undefined;
  const { id, reasons, decision } = found.value;
  return { id, reasons, ...decision };
}
