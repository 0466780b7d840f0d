import type { RunRecord } from "../../functions/entry/stored.ts";
import { inParts } from "../../functions/in-parts.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { approvalsOf, objectOf } from "../../spec/objects.ts";
import { type AuditedBucket, readChain, toRecord } from "./records.ts";

/**
 * All that is known of a run in one document: the request with the spec that it went by, the plan of steps and inputs, the
 * changes as they were seen, every decision, and the record of each attempt with steps, operations and what was verified.
 *
 * @returns undefined when no such run was requested
 */
export async function gatherEvidence(bucket: AuditedBucket, run: string): Promise<object | undefined> {
  const read = async (object: string | undefined) => {
    const found = object === undefined ? undefined : await bucket.storage.readText(bucket.bucket, object);
    return found && toObject(parseJson(found.text));
  };
  const request = await read(objectOf.request(run));
  if (!request) return undefined;
  const chain = (await readChain(bucket, String(request.environment))) ?? [];
  const attempts = chain.filter(({ record }) => record === run || record.startsWith(`${run}.`));
  const last = attempts.map(toRecord).at(-1) as RunRecord | undefined;
  const planHash = last?.run?.planHash || request.planHash;
  const asked = await bucket.storage.listObjects(bucket.bucket, approvalsOf(run));
  const approvals = await Array.fromAsync(inParts(asked, ({ name }) => read(name)));
  return {
    ...{ run, request },
    plan: await read(typeof planHash === "string" ? objectOf.plan(planHash) : undefined),
    changes: await read(last?.changesHash && objectOf.plan(last.changesHash)),
    // Who has the callback's URL could wake the execution up.
    approvals: approvals.flatMap(({ callback: _, ...approval } = {}) => (approval.id === undefined ? [] : approval)),
    records: attempts.map(({ object, sha256, text }) => ({ object, sha256, record: toRecord({ text }) })),
  };
}
