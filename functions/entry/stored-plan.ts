import type { StorageClient } from "../../google/clients/storage.ts";
import { objectOf } from "../../spec/objects.ts";
import { readStored } from "./read.ts";
import type { StoredPlan } from "./stored.ts";

/** Reads a plan by its hash; undefined when none is stored under it. */
export async function readPlan(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  hash: string,
): Promise<StoredPlan | undefined> {
  return (await readStored<StoredPlan>(storage, bucket, objectOf.plan(hash)))?.value;
}
