import { createHmac, timingSafeEqual } from "node:crypto";

/** Header that carries the signature of a webhook, both of those we send and of those we take. */
export const signatureHeader = "x-alloyrun-signature";

/**
 * Header of products that sign a body alone, whenever that was: whoever takes it must see to it that a message which comes
 * again does nothing again.
 *
 * @see https://www.w3.org/TR/websub/#authenticated-content-distribution
 */
export const hubSignatureHeader = "x-hub-signature";

/** Seconds by which a signature's time may differ from ours. */
const windowSeconds = 300;

/** The longest that a header is looked at. */
const longestHeader = 500;

/** What is signed: the exact bytes of a body at a time, in seconds since the epoch. */
export interface Signed {
  readonly secret: string;
  readonly time: number;
  readonly body: string | Uint8Array;
}

/** The header's value: `t=<seconds>,v1=<hex>`, the latter being HMAC-SHA256 of `<seconds>.<body>` under the secret. */
export function signatureOf({ secret, time, body }: Signed): string {
  return `t=${time},v1=${macOf({ secret, time, body }).toString("hex")}`;
}

/** A header's value taken apart; one with several `v1` is good when one of them is, so that secrets can be changed. */
export interface Signature {
  /** Absent where a body is signed alone. */
  readonly time?: number;
  readonly macs: readonly Buffer[];
}

/** Takes a header's value apart; undefined for what is none. */
export function parseSignature(header: string | undefined): Signature | undefined {
  if (header === undefined || header.length > longestHeader) return undefined;
  const parts = header.split(",").map((part) => part.trim());
  const times = parts.flatMap((part) => /^t=(\d{1,12})$/.exec(part)?.[1] ?? []);
  const macs = parts.flatMap((part) => macIn(/^v1=(.+)$/.exec(part)?.[1]) ?? []);
  if (times.length !== 1 || macs.length === 0) return undefined;
  return { time: Number(times[0]), macs };
}

/** Takes a value of `X-Hub-Signature` apart, `sha256=<hex>`; undefined for what is none. */
export function parseHubSignature(header: string | undefined): Signature | undefined {
  const mac = macIn(/^sha256=(.+)$/.exec(header ?? "")?.[1]);
  return mac && { macs: [mac] };
}

/** In hexadecimal; or in base64, which is all that some products can make. */
function macIn(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, "hex");
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** Whether a signature is of these bytes under this secret. */
export function isSignedBy({ time, macs }: Signature, { secret, body }: Omit<Signed, "time">): boolean {
  const wanted = macOf({ secret, time, body });
  return macs.some((mac) => timingSafeEqual(mac, wanted));
}

/** Whether a time is now, give or take five minutes; both in seconds since the epoch. */
export function isRecent(time: number, now: number): boolean {
  return Math.abs(now - time) <= windowSeconds;
}

/** A time, which begins with a digit, cannot be taken for the beginning of a JSON object, nor the other way round. */
function macOf({ secret, time, body }: Omit<Signed, "time"> & Pick<Signature, "time">): Buffer {
  const mac = createHmac("sha256", secret);
  return (time === undefined ? mac : mac.update(`${time}.`)).update(body).digest();
}
