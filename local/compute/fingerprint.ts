import { createHash } from "node:crypto";
import { conditionNotMet, required } from "./error.ts";

/** Fingerprint of what a resource says, by which a change proves that it saw the latest. */
export function fingerprintOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value ?? {}))
    .digest()
    .subarray(0, 8)
    .toString("base64");
}

/** What a fingerprint is asked of. */
export interface FingerprintCheck {
  readonly sent: string | undefined;
  readonly present: string | undefined;
  /** Field that carries it, for the refusal. */
  readonly field: string;
  readonly message?: string;
}

/**
 * Insists that a change was made in sight of the latest state. Clients may spell the bytes with the URL's alphabet.
 *
 * @throws ApiError 400 when there is none, 412 when it is another
 */
export function demandFingerprint({ sent, present, field, message = "Invalid fingerprint." }: FingerprintCheck): void {
  if (!sent) throw required(field);
  const isSame = Buffer.from(sent, "base64").equals(Buffer.from(present ?? "", "base64"));
  if (!isSame) throw conditionNotMet(message);
}
