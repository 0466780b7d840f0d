import type { StorageClient } from "../../google/clients/storage.ts";
import { objectOf } from "../../spec/objects.ts";
import { readStored } from "../entry/read.ts";
import type { RunRecord, StoredApproval } from "../entry/stored.ts";

/** An approval that a run has asked for, and the plan that the run goes by. */
export interface AskedApproval {
  readonly bucket: string;
  readonly approval: string;
  readonly changesHash: string | undefined;
}

/**
 * What a record keeps of an approval; undefined while nobody has decided, for then it has decided nothing, and where it was
 * about another plan: who approved that has not approved this one.
 */
export async function approvalFor(
  storage: Pick<StorageClient, "readText">,
  { bucket, approval, changesHash }: AskedApproval,
): Promise<RunRecord["approval"]> {
  const found = await readStored<StoredApproval>(storage, bucket, objectOf.approval(approval));
  if (!found?.value.decision || found.value.changesHash !== changesHash) return undefined;
  const { id, reasons, decision } = found.value;
  return { id, reasons, ...decision };
}
