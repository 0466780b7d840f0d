import type { Principal } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import { toApiError } from "../error.ts";
import type { Container } from "../model/generated/run.ts";
import type { AccessSecretVersionResponse } from "../model/generated/secret-manager.ts";
import { accountPrincipal } from "../workload/service-account.ts";
import { DeployError } from "./deploy-error.ts";

/** Whose secrets are read and in whose name. */
export interface SecretReader {
  readonly project: string;
  /** E-mail of the runtime service account. */
  readonly serviceAccount: string;
}

/**
 * The environment of a container: values as they stand, secrets as the runtime service account reads them now.
 *
 * @param index of the container within its template, for messages
 * @throws DeployError when a secret cannot be read
 */
export async function resolveEnvironment(
  cloud: Cloud,
  { container, index }: { readonly container: Container; readonly index: number },
  reader: SecretReader,
): Promise<Record<string, string>> {
  const entries = (container.env ?? []).map(async ({ name = "", value = "", valueSource }, position) => {
    const { secret, version = "latest" } = valueSource?.secretKeyRef ?? {};
    if (!secret) return [name, value];
    const path = `spec.template.spec.containers[${index}].env[${position}].value_from.secret_key_ref.name`;
    return [name, (await accessSecret(cloud, { secret, version, path }, reader)).toString()];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** A version of a secret, and where a template names it. */
interface Reference {
  /** Id of a secret of the reader's project, or a full name. */
  readonly secret: string;
  readonly version: string;
  /** Path within the template, for messages. */
  readonly path: string;
}

/**
 * Reads a secret as the runtime service account.
 *
 * @throws DeployError when it cannot
 */
export async function accessSecret(
  cloud: Cloud,
  { secret, version, path }: Reference,
  reader: SecretReader,
): Promise<Buffer> {
  const name = `${secret.includes("/") ? secret : `projects/${reader.project}/secrets/${secret}`}/versions/${version || "latest"}`;
  const principal: Principal | undefined = await accountPrincipal(cloud, reader.serviceAccount).catch(() => undefined);
  if (!principal) throw refused(`${path}: Service account ${reader.serviceAccount} does not exist.`);
  try {
    const method = "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion";
    const { payload } = await cloud.call<AccessSecretVersionResponse>(method, { name }, principal);
    return Buffer.from(payload?.data ?? "", "base64");
  } catch (caught) {
    const { code, message } = toApiError(caught);
    const numbered = name.replace(
      /^projects\/([^/]+)/,
      (_, id) => `projects/${cloud.projects.find(id)?.projectNumber ?? id}`,
    );
    if (code !== "PERMISSION_DENIED") throw refused(`${path}: ${message}`, caught);
    throw refused(
      `${path}: Permission denied on secret: ${numbered} for Revision service account ${reader.serviceAccount}. ` +
        "The service account used must be granted the 'Secret Manager Secret Accessor' role " +
        "(roles/secretmanager.secretAccessor) at the secret, project or higher level.",
      caught,
    );
  }
}

function refused(message: string, cause?: unknown): DeployError {
  return new DeployError({ message, reason: { reason: "SECRETS_ACCESS_CHECK_FAILED" }, cause });
}
