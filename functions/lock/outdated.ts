import type { StorageClient } from "../../google/clients/storage.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";

/**
 * Lets no rebuild begin by a spec that is not the environment's any more: it waited for approvers or for its turn, another
 * run has changed what is wanted since, and building by the older spec would undo that.
 *
 * @throws StepError FAILED_PRECONDITION, reason `OVERTAKEN`
 */
export async function refuseOutdated(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  request: Pick<StoredRequest, "run" | "environment" | "action" | "plannedBy" | "target">,
): Promise<void> {
  const { run, environment, action, plannedBy, target } = request;
  if (action !== "rebuild" || plannedBy === undefined || target !== undefined) return;
  const stored = await storage.readText(bucket, `specs/${environment}.yaml`);
  if (!stored || stored.text === plannedBy) return;
  const message = `the spec of ${environment} has changed since ${run} was asked for, which would build it by the older one: ask again for what is wanted now`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "OVERTAKEN", resource: environment, message });
}
