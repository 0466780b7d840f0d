import type { Secret, SecretManagerClient } from "../google/clients/secret-manager.ts";
import { linkKeySecret } from "../spec/names.ts";
import { found, type InstallationChange, present } from "./change.ts";
import { installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";

type Project = Pick<Target, "project">;

/**
 * Ensures the secret for the key of approval links, empty: the key is drawn by the function that makes the first link, so
 * that no person's machine ever has it.
 *
 * @throws ApiError ALREADY_EXISTS when a secret of that name is somebody else's
 */
export async function ensureLinkKey(
  secretManager: Pick<SecretManagerClient, "getSecret" | "createSecret">,
  target: Project,
): Promise<void> {
  const name = secretName(target);
  if (!secretChange(target, await secretManager.getSecret(name))) return;
  await secretManager.createSecret(name, installationLabels(target.project));
}

/** What `ensureLinkKey` would make. */
export async function planLinkKey(
  secretManager: Pick<SecretManagerClient, "getSecret">,
  target: Project,
): Promise<readonly InstallationChange[]> {
  return found(secretChange(target, await present(secretManager.getSecret(secretName(target)))));
}

function secretChange(target: Project, secret: Secret | undefined): InstallationChange | undefined {
  const name = secretName(target);
  if (!secret) return { kind: "secret", action: "create", resource: name, differences: [] };
  refuseForeign(secret, target, { name, method: "secretmanager.projects.secrets.get" });
  return undefined;
}

function secretName({ project }: Project): string {
  return `projects/${project}/secrets/${linkKeySecret}`;
}
