import { sha256 } from "../../spec/names.ts";
import { type AuditedBucket, type ChainedRecord, readChain, toRecord } from "./records.ts";

/** What came of checking a chain. */
export interface Verification {
  readonly environment: string;
  readonly valid: boolean;
  /** How many records were found as they were written, from the first. */
  readonly verified: number;
  readonly records: number;
  /** The last record of the chain: noted elsewhere, it proves later that nothing was cut off. */
  readonly head?: { readonly record: string; readonly sha256: string };
  /** The first link that does not hold. */
  readonly broken?: { readonly object: string; readonly problem: string };
}

/**
 * Checks an environment's records by nothing but their texts: each has the SHA-256 that the chain says, and names the one
 * before it with that one's. A record beside the chain tells that the chain was cut.
 *
 * @param head SHA-256 of a head that was noted earlier; it must still be in the chain
 * @returns undefined when nothing is recorded
 */
export async function verifyChain(
  bucket: AuditedBucket,
  environment: string,
  head?: string,
): Promise<Verification | undefined> {
  const listed = await bucket.storage.listObjects(bucket.bucket, `runs/${environment}/`);
  const chain = (await readChain(bucket, environment)) ?? [];
  if (chain.length === 0 && listed.length === 0) return undefined;
  const at = chain.findIndex((each, index) => problemOf(each, chain[index - 1]) !== undefined);
  const first = chain[at];
  const broken = first
    ? { object: first.object, problem: problemOf(first, chain[at - 1]) ?? "" }
    : findMissing(chain, { environment, head, listed: listed.flatMap(({ name }) => name ?? []) });
  const last = chain.at(-1);
  return {
    ...{ environment, valid: broken === undefined, verified: at < 0 ? chain.length : at, records: chain.length },
    ...(last && { head: { record: last.record, sha256: last.sha256 } }),
    ...(broken && { broken }),
  };
}

function problemOf(link: ChainedRecord, before: ChainedRecord | undefined): string | undefined {
  if (link.text === undefined) return "the record is gone";
  const found = sha256(link.text);
  if (found !== link.sha256) return `the record was changed: its SHA-256 is ${found}, the chain says ${link.sha256}`;
  const previous = toRecord(link)?.previous;
  if (previous?.object === before?.object && previous?.sha256 === before?.sha256) return undefined;
  const named = previous ? `${previous.object} (${previous.sha256})` : "none";
  const wanted = before ? `${before.object} (${before.sha256})` : "none";
  return `the record names ${named} as the one before it; the chain has ${wanted}`;
}

interface Outside {
  readonly environment: string;
  readonly head?: string;
  /** Names of all objects that are records. */
  readonly listed: readonly string[];
}

function findMissing(chain: readonly ChainedRecord[], { environment, head, listed }: Outside): Verification["broken"] {
  const known = new Set(chain.map(({ object }) => object));
  const stray = listed.find((object) => !known.has(object));
  if (stray !== undefined) {
    return {
      object: stray,
      problem: "the record is not in the chain: it is being written right now, or the chain was cut",
    };
  }
  if (head === undefined || chain.some(({ sha256: hash }) => hash === head)) return undefined;
  return { object: `chains/${environment}.json`, problem: `the chain has no record ${head}, which was its head` };
}
