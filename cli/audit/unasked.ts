import { changeIdPrefix } from "../../functions/record/chain.ts";
import { idOf } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Anchor, Ended } from "./executions.ts";
import type { LoggedHead } from "./heads.ts";
import { type AuditedBucket, type ChainedRecord, toRecord } from "./records.ts";

/** A record that nothing outside the bucket knows of. */
export interface Unasked {
  readonly object: string;
  readonly problem: string;
}

/** Where a record must be known too, as far as it may be read. */
export interface Elsewhere {
  readonly anchor: Anchor | undefined;
  readonly heads: readonly LoggedHead[] | undefined;
}

/**
 * Finds the first record of something that never was: of a run without its execution, or of a change that nobody asked for.
 * Whoever writes to the bucket can add such a record and chain it as the others are, but can start no execution.
 */
export async function findUnasked(
  chain: readonly ChainedRecord[],
  { anchor, heads }: Elsewhere,
  bucket: AuditedBucket,
): Promise<Unasked | undefined> {
  const unknown = anchor && findWithoutExecution(chain, anchor);
  if (unknown) return unknown;
  for (const link of unlogged(chain, heads ?? [])) {
    const { object, record } = link;
    // Whoever appended it may have died before it was logged; then what was asked is there all the same.
    const isChange = record.startsWith(changeIdPrefix);
    if (anchor && !isChange) continue;
    const run = isChange ? record : record.replace(/\.\d+$/, "");
    if ((await bucket.storage.readText(bucket.bucket, objectOf.request(run))) === undefined) {
      return { object, problem: `nobody asked for ${run}: there is no request of it, and its record was not logged` };
    }
  }
  return undefined;
}

/** Records after the first one that the log has: it is kept by age, so that it must have them too. */
function unlogged(chain: readonly ChainedRecord[], heads: readonly LoggedHead[]): readonly ChainedRecord[] {
  const known = new Set(heads.map(({ record }) => record));
  const first = chain.findIndex(({ record }) => known.has(record));
  return first < 0 ? [] : chain.slice(first).filter(({ record }) => !known.has(record));
}

function findWithoutExecution(chain: readonly ChainedRecord[], anchor: Anchor): Unasked | undefined {
  const executions = new Map(anchor.executions.map((execution) => [execution.id, execution]));
  const told = new Map<string, string>();
  let isKeptByNow = false;
  for (const link of chain) {
    const record = toRecord(link);
    if (!record || !("execution" in record)) continue;
    const id = idOf(record.execution);
    const execution = executions.get(id);
    const problem = execution
      ? misnamed(link.record, { id, execution, before: told.get(id) })
      : missed(id, { endedAt: record.result.endedAt, isKeptByNow, state: record.result.state }, anchor);
    if (problem !== undefined) return { object: link.object, problem };
    told.set(id, link.record);
    isKeptByNow ||= execution !== undefined;
  }
  return undefined;
}

interface Named {
  readonly id: string;
  readonly execution: Pick<Ended, "run" | "head"> & { readonly says: Ended["says"] | "nothing" };
  /** The record before that names it as well. */
  readonly before: string | undefined;
}

/** What speaks against a record that names an execution which there is. */
function misnamed(record: string, { id, execution, before }: Named): string | undefined {
  const { run, says, head } = execution;
  if (record !== run && !record.startsWith(`${run}.`)) return `it names execution ${id}, which is that of ${run}`;
  if (before !== undefined) return `it names execution ${id}, and so does the record of ${before}`;
  if (head && head.id !== record) return `it names execution ${id}, which has recorded ${head.id} instead`;
  return says === "none" ? `it names execution ${id}, which says that it has recorded nothing` : undefined;
}

/**
 * What speaks against a record whose execution is not there. Google drops executions by age: one is missed that has ended
 * since the oldest that is kept, or is recorded after one that is kept. Only a run that was cancelled may be recorded long
 * after it has ended.
 */
function missed(
  id: string,
  { endedAt, isKeptByNow, state }: { readonly endedAt: number; readonly isKeptByNow: boolean; readonly state: string },
  { keptSince = Number.POSITIVE_INFINITY }: Anchor,
): string | undefined {
  if (endedAt < keptSince && !(isKeptByNow && state !== "cancelled")) return undefined;
  return `there was no such run: its execution ${id} is not among those that Google keeps, which reach back further`;
}
