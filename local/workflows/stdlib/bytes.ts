import { createHash, createHmac } from "node:crypto";
import { fault } from "../fault.ts";
import { row } from "./function.ts";

/** `base64.*` and `hash.*` @see https://cloud.google.com/workflows/docs/reference/stdlib/hash/compute_checksum */
// biome-ignore format: a table
export const bytes = [
  row("base64.encode",         "data: bytes, padding?: boolean",           "string", ({ data, padding = true }) => encode(data, padding)),
  row("base64.decode",         "data: string, padding?: boolean",          "bytes",  ({ data, padding = true }) => decode(data, padding)),
  row("hash.compute_checksum", "data: bytes, algorithm: string",           "bytes",  ({ data, algorithm }) => createHash(toDigest(algorithm)).update(data).digest()),
  row("hash.compute_hmac",     "key: bytes, data: bytes, algorithm: string", "bytes", ({ key, data, algorithm }) => createHmac(toDigest(algorithm), key).update(data).digest()),
];

const digests = new Set(["MD5", "SHA1", "SHA256", "SHA384", "SHA512"]);

function toDigest(algorithm: string): string {
  if (!digests.has(algorithm)) throw fault("ValueError", `unsupported algorithm ${algorithm}`);
  return algorithm.toLowerCase();
}

function encode(data: Uint8Array, isPadded: boolean): string {
  const encoded = Buffer.from(data).toString("base64");
  return isPadded ? encoded : encoded.replace(/=+$/, "");
}

function decode(data: string, isPadded: boolean): Uint8Array {
  // One character of a group holds no byte.
  const hasGoodLength = isPadded ? data.length % 4 === 0 : data.length % 4 !== 1 && !data.endsWith("=");
  const isWellFormed = /^[A-Za-z0-9+/]*={0,2}$/.test(data) && hasGoodLength;
  if (!isWellFormed) throw fault("ValueError", "data is not base64 text");
  return Buffer.from(data, "base64");
}
