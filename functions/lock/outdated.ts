import type { StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";

/**
 * Lets no rebuild begin by a spec that is not the environment's any more: it waited for approvers or for its turn, another
 * run has changed what is wanted since, and building by the older spec would undo that.
 *
 * @param stored text of the environment's spec as it is now; undefined when there is none
 * @throws StepError FAILED_PRECONDITION, reason `OVERTAKEN`
 */
export function refuseOutdated(
  {
    run,
    environment,
    action,
    plannedBy,
    target,
  }: Pick<StoredRequest, "run" | "environment" | "action" | "plannedBy" | "target">,
  stored: string | undefined,
): void {
  if (action !== "rebuild" || plannedBy === undefined || target !== undefined) return;
  if (stored === undefined || stored === plannedBy) return;
  const message = `the spec of ${environment} has changed since ${run} was asked for, which would build it by the older one: ask again for what is wanted now`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "OVERTAKEN", resource: environment, message });
}
