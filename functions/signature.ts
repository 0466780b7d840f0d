import { createHmac, timingSafeEqual } from "node:crypto";

/** Header that carries the signature of a webhook, both of those we send and of those we take. */
export const signatureHeader = "x-alloyrun-signature";

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
  readonly time: number;
  readonly macs: readonly Buffer[];
}

/** Takes a header's value apart; undefined for what is none. */
export function parseSignature(header: string | undefined): Signature | undefined {
  if (header === undefined || header.length > longestHeader) return undefined;
  const parts = header.split(",").map((part) => part.trim());
  const times = parts.flatMap((part) => /^t=(\d{1,12})$/.exec(part)?.[1] ?? []);
  const macs = parts.flatMap((part) => /^v1=([0-9a-f]{64})$/.exec(part)?.[1] ?? []);
  if (times.length !== 1 || macs.length === 0) return undefined;
  return { time: Number(times[0]), macs: macs.map((mac) => Buffer.from(mac, "hex")) };
}

/** Whether a signature is of these bytes under this secret. */
export function isSignedBy({ time, macs }: Signature, { secret, body }: Omit<Signed, "time">): boolean {
  const wanted = macOf({ secret, time, body });
  return macs.some((mac) => timingSafeEqual(mac, wanted));
}

/** Whether a signature was made now, give or take five minutes; `now` in seconds since the epoch. */
export function isRecent({ time }: Pick<Signature, "time">, now: number): boolean {
  return Math.abs(now - time) <= windowSeconds;
}

function macOf({ secret, time, body }: Signed): Buffer {
  return createHmac("sha256", secret).update(`${time}.`).update(body).digest();
}
