import { accountEmail, installationAccountId } from "../../spec/names.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { StepError } from "../error.ts";

/** Accounts of the installation's own that bring what others ask: the public door, and Pub/Sub's pushes. */
export type Door = "hook" | "push";

/** The door by which a caller asks; undefined for whoever asks in their own name. */
export function doorOf(caller: string, installation: Pick<InstallationEnvironment, "project">): Door | undefined {
  return (["hook", "push"] as const).find((door) => isDoor(door, caller, installation));
}

/** Whether a caller is that account of the installation. */
export function isDoor(door: Door, caller: string, { project }: Pick<InstallationEnvironment, "project">): boolean {
  return caller === accountEmail(project, installationAccountId(door));
}

/**
 * Lets only that account say something that is believed.
 *
 * @param about what it says, and the installation's project
 * @throws StepError PERMISSION_DENIED, reason `NOT_YOURS_TO_SAY`, for every other caller
 */
export function demandDoor(
  door: Door,
  caller: string,
  { field, project }: { readonly field: string; readonly project: string },
): void {
  if (isDoor(door, caller, { project })) return;
  const message = `${field} is taken only from ${installationAccountId(door)}: everybody else asks in their own name`;
  throw new StepError({ code: "PERMISSION_DENIED", reason: "NOT_YOURS_TO_SAY", message });
}
