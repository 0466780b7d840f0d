import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Parser, type ReadEntry } from "tar";
import { SeedFailure } from "./failure.ts";

/** A seed file: ordered SQL that is applied once. */
export interface SeedFile {
  /** Path inside the seed directory. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the file's bytes in hex. */
  readonly checksum: string;
}

/** A seed archive unpacks to at most this many bytes, where the seed runner reads it. */
const mostUnpackedBytes = 512 * 1024 * 1024;

/**
 * Checks a packed seed directory against the hash in its object's name, and reads its `*.sql` files in the order in
 * which they are applied: that of their paths' characters, so `010-b.sql` comes after `002-a.sql`.
 *
 * @param object `seeds/<sha256>.tgz`
 * @param largestBytes what it may unpack to
 * @throws SeedFailure `checksum` when the bytes are not those that the name promises; `archive` when they cannot be read
 */
export async function readSeedFiles(
  object: string,
  packed: Uint8Array,
  largestBytes: number = mostUnpackedBytes,
): Promise<readonly SeedFile[]> {
  const promised = /([0-9a-f]{64})\.tgz$/.exec(object)?.[1];
  if (promised !== sha256(packed)) {
    throw new SeedFailure({ kind: "checksum", message: `${object} is not the archive that its name promises` });
  }
  const entries = await unpack(object, packed, largestBytes);
  return entries
    .filter(({ path }) => path.endsWith(".sql"))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ path, bytes }) => ({ name: path, text: decode(path, bytes), checksum: sha256(bytes) }));
}

interface Entry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

async function unpack(object: string, packed: Uint8Array, largestBytes: number): Promise<readonly Entry[]> {
  const reading: Promise<Entry>[] = [];
  let total = 0;
  const onReadEntry = (entry: ReadEntry): void => {
    total += entry.size ?? 0;
    if (entry.type !== "File" || total > largestBytes) entry.resume();
    else reading.push(entry.concat().then((bytes) => ({ path: entry.path.replace(/^\.\//, ""), bytes })));
  };
  try {
    await pipeline(Readable.from([Buffer.from(packed)]), new Parser({ strict: true, onReadEntry }));
  } catch (cause) {
    throw new SeedFailure({ kind: "archive", message: `${object} cannot be unpacked: ${String(cause)}`, cause });
  }
  if (total > largestBytes) {
    const mebibytes = Math.floor(largestBytes / 1024 ** 2);
    throw new SeedFailure({ kind: "archive", message: `${object} unpacks to over ${mebibytes} MiB` });
  }
  return Promise.all(reading);
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SeedFailure({ kind: "archive", message: `${name} is not UTF-8 text`, facts: { file: name }, cause });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
