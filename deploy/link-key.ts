import type { SecretManagerClient } from "../google/clients/secret-manager.ts";
import { linkKeySecret } from "../spec/names.ts";
import { installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";

/**
 * Ensures the secret for the key of approval links, empty: the key is drawn by the function that makes the first link, so
 * that no person's machine ever has it.
 *
 * @throws ApiError ALREADY_EXISTS when a secret of that name is somebody else's
 */
export async function ensureLinkKey(
  secretManager: Pick<SecretManagerClient, "getSecret" | "createSecret">,
  target: Pick<Target, "project">,
): Promise<void> {
  const name = `projects/${target.project}/secrets/${linkKeySecret}`;
  const found = await secretManager.getSecret(name);
  if (found) refuseForeign(found, target, { name, method: "secretmanager.projects.secrets.get" });
  else await secretManager.createSecret(name, installationLabels(target.project));
}
