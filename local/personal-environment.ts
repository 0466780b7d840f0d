import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adcClient } from "./access/oauth-clients.ts";
import { emailOf, owner, ownerEmail, type Principal } from "./access/principal.ts";
import { personOf } from "./access/token-text.ts";
import type { Tokens } from "./access/tokens.ts";
import type { Cloud } from "./cloud.ts";
import type { MetadataServers } from "./server/metadata.ts";

/** What a person's environment is made from. */
export interface PersonalContext {
  /** Project that it names unless asked for another. */
  readonly project: string;
  /** Address of the port, whose own metadata pages speak for the owner. */
  readonly ownHost: () => string;
  readonly parts: () => { readonly cloud: Cloud; readonly metadataServers: MetadataServers };
}

/** Whose environment is asked for. */
export interface PersonalOptions {
  /** E-mail of a person, or of a service account that exists; the owner unless given. */
  readonly as?: string;
  readonly project?: string;
}

/** How long an access token lives that gcloud reads from a file and cannot renew. */
const longLifeSeconds = 10 * 365 * 24 * 3600;

/**
 * Makes the variables with which a person's programs reach the local cloud as that person: a credentials file that wins
 * over a login of their own, a token for gcloud, a metadata server.
 */
export function createPersonalEnvironment({
  project: usual,
  ownHost,
  parts,
}: PersonalContext): (options?: PersonalOptions) => Promise<Record<string, string>> {
  return async ({ as = ownerEmail, project = usual } = {}) => {
    const { cloud, metadataServers } = parts();
    const principal = principalOf(cloud, as);
    const files = writeFiles(cloud, principal, project);
    if (principal === owner) return cloud.environment({ metadataHost: ownHost(), project, ...files });
    const subject = { identity: { principal }, project, region: "us-central1" };
    const { host } = await metadataServers.listen(subject, "127.0.0.1");
    return cloud.environment({ metadataHost: host, project, ...files });
  };
}

function principalOf({ store }: Cloud, email: string): Principal {
  const account = store.collection<{ readonly uniqueId: string }>("iam.serviceAccounts").get(email);
  return account ? { kind: "serviceAccount", email, uniqueId: account.uniqueId } : personOf(email);
}

/** Files that only this user reads. */
function writeFiles({ directory, tokens, access }: Cloud, principal: Principal, project: string) {
  const name = createHash("sha256")
    .update(`${emailOf(principal)} ${project}`)
    .digest("hex")
    .slice(0, 16);
  const folder = join(directory, "people", name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [accessTokenFile, credentialsFile] = [join(folder, "access-token"), join(folder, "credentials.json")];
  const projectResource = `//cloudresourcemanager.googleapis.com/projects/${project}`;
  // As gcloud does it: who may not use a project gets credentials that name none.
  const mayUse = access.allows(principal, "serviceusage.services.use", projectResource);
  const credentials = {
    type: "authorized_user",
    account: emailOf(principal),
    client_id: adcClient,
    client_secret: "local",
    refresh_token: tokens.refreshToken(principal),
    ...(mayUse ? { quota_project_id: project } : {}),
    universe_domain: "googleapis.com",
  };
  writeFileSync(accessTokenFile, bearerOf(tokens, principal), { mode: 0o600 });
  writeFileSync(credentialsFile, JSON.stringify(credentials, undefined, 2), { mode: 0o600 });
  return { accessTokenFile, credentialsFile };
}

/** People are known by name; an account needs a token. */
function bearerOf(tokens: Tokens, principal: Principal): string {
  if (principal.kind === "owner") return "owner";
  if (principal.kind === "user") return `user:${principal.email}`;
  return tokens.accessToken({ principal }, { lifetimeSeconds: longLifeSeconds }).token;
}
