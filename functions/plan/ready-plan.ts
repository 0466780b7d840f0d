import type { StorageClient } from "../../google/clients/storage.ts";
import { objectOf } from "../../spec/objects.ts";
import { readStored } from "../entry/read.ts";
import type { StoredEnvironment, StoredPlan, StoredRequest } from "../entry/stored.ts";
import { readPlan } from "../entry/stored-plan.ts";

/** Where the plans and requests of an environment lie, and what its entry says of when it was ready last. */
export interface ReadyEnvironment {
  readonly bucket: string;
  readonly ledger: Pick<StoredEnvironment, "readyPlan" | "readyRun"> | undefined;
}

/**
 * The plan that an environment was ready with last, as its entry names it, or, where that was not noted yet, as the run does
 * that made it ready. Undefined where neither is known any more.
 */
export async function readyPlanOf(
  storage: Pick<StorageClient, "readText">,
  { bucket, ledger }: ReadyEnvironment,
): Promise<StoredPlan | undefined> {
  const hash = ledger?.readyPlan ?? (await planHashOf(storage, bucket, ledger?.readyRun));
  return hash === undefined ? undefined : readPlan(storage, bucket, hash);
}

async function planHashOf(storage: Pick<StorageClient, "readText">, bucket: string, run: string | undefined) {
  const request = run && (await readStored<StoredRequest>(storage, bucket, objectOf.request(run)));
  return request ? request.value.planHash : undefined;
}
