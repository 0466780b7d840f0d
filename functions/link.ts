import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { SecretManagerClient } from "../google/clients/secret-manager.ts";
import { parseJson } from "../google/json.ts";
import { linkKeySecret } from "../spec/names.ts";

/** Whom a link lets decide about what. It is used up when the approval is decided, by whomever. */
export interface ApprovalLink {
  readonly approval: string;
  /** E-mail address. */
  readonly approver: string;
}

/** The longest token that is looked at. */
const longestToken = 1000;

/** The token of a link: what it says, and HMAC-SHA256 of that under the key. The same link has the same token. */
export function tokenOf({ approval, approver }: ApprovalLink, key: string): string {
  const says = Buffer.from(JSON.stringify([approval, approver])).toString("base64url");
  return `${says}.${macOf(says, key).toString("base64url")}`;
}

/** What a token says, before anybody has checked that it is ours; undefined for what cannot be one. */
export function peekToken(token: string): ApprovalLink | undefined {
  const [says = "", mac = "", ...rest] = token.split(".");
  if (token.length > longestToken || mac.length !== 43 || rest.length > 0) return undefined;
  const said = parseJson(Buffer.from(says, "base64url").toString("utf8"));
  const [approval, approver, ...more] = Array.isArray(said) ? said : [];
  const isLink = typeof approval === "string" && typeof approver === "string" && more.length === 0;
  return isLink && /^[a-z][-a-z0-9]{0,99}$/.test(approval) ? { approval, approver } : undefined;
}

/** Whether a token was made with this key. */
export function isTokenOf(token: string, key: string): boolean {
  const [says = "", mac = ""] = token.split(".");
  const given = Buffer.from(mac, "base64url");
  const wanted = macOf(says, key);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * The key of links: the first version of its secret, which is drawn here when there is none, so that nobody has ever seen
 * it. Two that draw at once both find the first afterwards. Whoever wants every link void deletes the secret and deploys.
 *
 * @param secret `projects/{project}/secrets/{secret}`
 */
export async function keepLinkKey(
  secretManager: Pick<SecretManagerClient, "accessVersion" | "addVersion">,
  secret: string,
): Promise<string> {
  const known = await readLinkKey(secretManager, secret);
  if (known !== undefined) return known;
  await secretManager.addVersion(secret, randomBytes(32).toString("base64url"));
  const drawn = await readLinkKey(secretManager, secret);
  if (drawn !== undefined) return drawn;
  throw new Error(`${secret} has no first version, although one was added`);
}

/** The key of links; undefined while no link was ever made. */
export function readLinkKey(
  secretManager: Pick<SecretManagerClient, "accessVersion">,
  secret: string,
): Promise<string | undefined> {
  return secretManager.accessVersion(`${secret}/versions/1`);
}

/** Full name of the secret that holds the key of links. */
export function linkKeyName(project: string): string {
  return `projects/${project}/secrets/${linkKeySecret}`;
}

function macOf(says: string, key: string): Buffer {
  return createHmac("sha256", key).update(`alloyrun approval\n${says}`).digest();
}
