import type { StorageClient } from "../../google/clients/storage.ts";
import { approvalsOf } from "../../spec/objects.ts";
import { editStored } from "../entry/read.ts";
import type { StoredApproval } from "../entry/stored.ts";

/** Closes a question that nobody waits for any more; one that was answered stays answered. */
export async function closeApproval(
  storage: StorageClient,
  { bucket, object, at }: { readonly bucket: string; readonly object: string; readonly at: string },
): Promise<void> {
  await editStored<StoredApproval>(storage, { bucket, object }, (approval) =>
    !approval || approval.decision || approval.closedAt !== undefined ? approval : { ...approval, closedAt: at },
  );
}

/** Closes whatever a run that has ended still asks. */
export async function closeApprovals(
  storage: StorageClient,
  { bucket, run, at }: { readonly bucket: string; readonly run: string; readonly at: string },
): Promise<void> {
  const objects = await storage.listObjects(bucket, approvalsOf(run));
  for (const { name } of objects) if (name !== undefined) await closeApproval(storage, { bucket, object: name, at });
}
