import type { SecretManagerClient } from "../google/clients/secret-manager.ts";
import type { HookSecret } from "../spec/schema.ts";
import { StepError } from "./error.ts";

/**
 * The value of a webhook's secret, without the line break that a shell's `echo` leaves at its end.
 *
 * @throws StepError FAILED_PRECONDITION, reason `NO_HOOK_SECRET`, when it is not there or empty
 */
export async function readHookSecret(
  secretManager: Pick<SecretManagerClient, "accessVersion">,
  project: string,
  { secret, version }: HookSecret,
): Promise<string> {
  const name = `projects/${project}/secrets/${secret}/versions/${version}`;
  const value = (await secretManager.accessVersion(name))?.replace(/\r?\n$/, "");
  if (value) return value;
  const message = `${name} is not there, or empty: add it, or name another version in the spec`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "NO_HOOK_SECRET", resource: name, message });
}
