import { accountEmail, installationAccountId } from "../../spec/names.ts";
import type { RequestBody } from "../api.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { StepError } from "../error.ts";

/** Whether a removal goes on, or was declared by the spec: then nobody is asked to approve it, and it makes way for others. */
export function isOfSweep({ teardown, expiry }: Pick<RequestBody, "teardown" | "expiry">): boolean {
  return teardown !== undefined || expiry !== undefined;
}

/**
 * Lets pass the installation's own sweep, which goes on with removals and expiries that nobody has to approve again.
 *
 * @throws StepError PERMISSION_DENIED
 */
export function requireSweeper(caller: string, { project }: Pick<InstallationEnvironment, "project">): void {
  if (caller === accountEmail(project, installationAccountId("sweep"))) return;
  const message = `only the sweep of this installation may ask for that, not ${caller}`;
  throw new StepError({ code: "PERMISSION_DENIED", reason: "SWEEP_ONLY", message });
}
