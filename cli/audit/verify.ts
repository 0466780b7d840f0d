import { idOf, sha256 } from "../../spec/names.ts";
import { objectOf, recordsOf } from "../../spec/objects.ts";
import { type Anchor, type ExecutionList, readAnchor } from "./executions.ts";
import { type HeadLog, type LoggedHead, readLoggedHeads } from "./heads.ts";
import { type AuditedBucket, type ChainedRecord, readChain, toRecord } from "./records.ts";
import { type Elsewhere, findUnasked } from "./unasked.ts";

/** What came of checking a chain. */
export interface Verification {
  readonly environment: string;
  readonly valid: boolean;
  /** How many records were found as they were written, from the first. */
  readonly verified: number;
  readonly records: number;
  /** How many records have the hash that the execution's own result says; absent when executions may not be read. */
  readonly confirmed?: number;
  /** RFC 3339: how far back executions tell that no record was left out; absent when there is none. */
  readonly since?: string;
  /** How many records have the hash that was logged when they were made; absent when the log may not be read. */
  readonly logged?: number;
  /** Runs whose execution ended before it could say anything of a record; absent when there is none. */
  readonly mute?: readonly string[];
  /** The last record of the chain: noted elsewhere, it proves later that nothing was cut off. */
  readonly head?: { readonly record: string; readonly sha256: string };
  /** The first link that does not hold. */
  readonly broken?: {
    readonly object: string;
    readonly problem: string;
    /** Run that is recorded by cancelling it, if it was cancelled at Google. */
    readonly unrecorded?: string;
  };
}

/** What a chain is compared with beside itself. */
export interface Anchors {
  /** SHA-256 of a head that was noted earlier; it must still be in the chain. */
  readonly head?: string;
  readonly executions?: ExecutionList;
  readonly log?: HeadLog;
}

/**
 * Checks an environment's records by their texts: each has the SHA-256 that the chain says, and names the one before it
 * with that one's. A record beside the chain tells that the chain was cut. Who writes the whole chain anew is found out by
 * what was noted elsewhere: by the auditor, by the executions of the environment, each of which must have its record, and by
 * the log, which has the hash of each record, those too that are of no run. A record of what never was is found out likewise.
 *
 * @returns undefined when nothing is known of such an environment
 */
export async function verifyChain(
  bucket: AuditedBucket,
  environment: string,
  { head, executions, log }: Anchors = {},
): Promise<Verification | undefined> {
  // A run is recorded before its execution ends, so that whatever has ended by now is in the chain that is read next.
  const anchor = executions && (await readAnchor(environment, executions));
  const heads = log && (await readLoggedHeads(environment, log));
  const listed = await bucket.storage.listObjects(bucket.bucket, recordsOf(environment));
  const chain = (await readChain(bucket, environment)) ?? [];
  const known = chain.length + listed.length + (anchor?.ended.length ?? 0) + (heads?.length ?? 0);
  if (known === 0 && head === undefined) return undefined;
  const at = chain.findIndex((each, index) => problemOf(each, chain[index - 1]) !== undefined);
  const first = chain[at];
  const broken = first
    ? { object: first.object, problem: problemOf(first, chain[at - 1]) ?? "" }
    : (findMissing(chain, { environment, head, anchor, heads, listed: listed.flatMap(({ name }) => name ?? []) }) ??
      (await findForged(bucket, { chain, environment, anchor, heads, executions, log })));
  const last = chain.at(-1);
  return {
    ...{ environment, valid: broken === undefined, verified: at < 0 ? chain.length : at, records: chain.length },
    ...(anchor && toldBy(anchor)),
    ...(heads && { logged: heads.length }),
    ...(last && { head: { record: last.record, sha256: last.sha256 } }),
    ...(broken && { broken }),
  };
}

function toldBy({ ended, since }: Anchor): Pick<Verification, "confirmed" | "since" | "mute"> {
  const mute = ended.filter(({ says }) => says === "mute").map(({ run }) => run);
  return {
    confirmed: ended.filter(({ head }) => head).length,
    ...(since !== undefined && { since }),
    ...(mute.length > 0 && { mute }),
  };
}

interface Suspected extends Elsewhere, Pick<Anchors, "executions" | "log"> {
  readonly chain: readonly ChainedRecord[];
  readonly environment: string;
}

/** What was recorded since executions and log were read is not among them: they are read again before anything is said. */
async function findForged(
  bucket: AuditedBucket,
  { chain, environment, anchor, heads, executions, log }: Suspected,
): Promise<Verification["broken"]> {
  if (!(await findUnasked(chain, { anchor, heads }, bucket))) return undefined;
  const [anchorNow, headsNow] = await Promise.all([
    executions && readAnchor(environment, executions),
    log && readLoggedHeads(environment, log),
  ]);
  return findUnasked(chain, { anchor: anchorNow, heads: headsNow }, bucket);
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
  readonly anchor: Anchor | undefined;
  readonly heads: readonly LoggedHead[] | undefined;
  /** Names of all objects that are records. */
  readonly listed: readonly string[];
}

function findMissing(
  chain: readonly ChainedRecord[],
  { environment, head, anchor, heads = [], listed }: Outside,
): Verification["broken"] {
  const known = new Set(chain.map(({ object }) => object));
  const stray = listed.find((object) => !known.has(object));
  if (stray !== undefined) {
    return {
      object: stray,
      problem: "the record is not in the chain: it is being written right now, or the chain was cut",
    };
  }
  const unlike = anchor && findUnlike(chain, anchor, environment);
  if (unlike) return unlike;
  const cut = heads.find(({ record, sha256: hash }) => !isIn(chain, { record, sha256: hash }));
  if (cut) {
    const problem = `the log has a record of SHA-256 ${cut.sha256}; the chain has ${hashIn(chain, cut.record)}`;
    return { object: objectOf.record(environment, cut.record), problem };
  }
  if (head === undefined || chain.some(({ sha256: hash }) => hash === head)) return undefined;
  return { object: objectOf.chain(environment), problem: `the chain has no record ${head}, which was its head` };
}

/** The first execution that ended with another record than the chain has, or was cancelled and has none there. */
function findUnlike(chain: readonly ChainedRecord[], { ended }: Anchor, environment: string): Verification["broken"] {
  const forged = ended
    .flatMap(({ head }) => head ?? [])
    .find(({ id, sha256: hash }) => !isIn(chain, { record: id, sha256: hash }));
  if (forged) {
    const problem = `the run's execution ended with a record of SHA-256 ${forged.sha256}; the chain has ${hashIn(chain, forged.id)}`;
    return { object: objectOf.record(environment, forged.id), problem };
  }
  const recorded = new Set(chain.map((link) => executionOf(link)));
  const left = ended.find(({ says, id }) => says === "cancelled" && !recorded.has(id));
  if (!left) return undefined;
  const problem = `execution ${left.id} was cancelled, and no record tells of it: it was removed, or whoever cancelled it did so at Google`;
  return { object: objectOf.record(environment, left.run), problem, unrecorded: left.run };
}

function isIn(chain: readonly ChainedRecord[], head: LoggedHead): boolean {
  return chain.some(({ record, sha256: hash }) => record === head.record && hash === head.sha256);
}

function hashIn(chain: readonly ChainedRecord[], record: string): string {
  return chain.find((each) => each.record === record)?.sha256 ?? "no such record";
}

/** Id of the execution that a record is of; the API names it under the project's number, the workflow under its id. */
function executionOf(link: ChainedRecord): string | undefined {
  const record = toRecord(link);
  return record && "execution" in record ? idOf(record.execution) : undefined;
}
