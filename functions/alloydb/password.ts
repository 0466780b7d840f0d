import { randomInt } from "node:crypto";
import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import { idOf } from "../../spec/names.ts";
import { StepError } from "../error.ts";

/** A password and where it is kept. It goes from here into the body of a Google call, and nowhere else. */
export interface KeptPassword {
  /** `projects/{project}/secrets/{secret}/versions/{version}`, by number. */
  readonly version: string;
  readonly value: string;
}

/** Safe in URLs and shells; 40 characters of 64 are 240 bits. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/** Draws a password that nobody has seen. */
export function drawPassword(): string {
  return Array.from({ length: 40 }, () => alphabet[randomInt(alphabet.length)]).join("");
}

/**
 * The newest password of a secret; the first one is drawn here. A repeated call finds what the one before has kept.
 *
 * @param secret `projects/{project}/secrets/{secret}`
 */
export async function keepPassword(secretManager: SecretManagerClient, secret: string): Promise<KeptPassword> {
  const versions = await secretManager.listVersions(secret);
  const newest = versions.find(({ state }) => state === "ENABLED");
  if (newest) return readPassword(secretManager, versionName(secret, newest.name));
  const value = drawPassword();
  const added = await secretManager.addVersion(secret, value);
  return { version: versionName(secret, added.name), value };
}

/**
 * The password of a version.
 *
 * @throws StepError FAILED_PRECONDITION, reason `SECRET_GONE`, when there is no such version
 */
export async function readPassword(secretManager: SecretManagerClient, version: string): Promise<KeptPassword> {
  const value = await secretManager.accessVersion(version);
  if (value !== undefined) return { version, value };
  const message = `reading ${version}: it does not exist, and nothing else tells the password; run down, then up, which makes the database anew from its seed files`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "SECRET_GONE", resource: version, message });
}

/** Google answers with the project's number; names of ours have its id. */
function versionName(secret: string, answered: string): string {
  return `${secret}/versions/${idOf(answered)}`;
}
