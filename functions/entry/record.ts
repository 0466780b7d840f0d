import { isDeepStrictEqual } from "node:util";
import { createAuth, unguarded } from "../../google/auth.ts";
import { connectStorage, type StorageClient } from "../../google/clients/storage.ts";
import { type JsonObject, toObject } from "../../google/json.ts";
import { isBilledWhileHeld } from "../../plan/held.ts";
import { nextSweepAfter } from "../../plan/sweep.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Run } from "../contract.ts";
import { fenceGuard } from "../fence.ts";
import { once } from "../once.ts";
import { badField } from "../parse.ts";
import { approvalFor } from "../record/approval.ts";
import { appendRecord, recordId } from "../record/chain.ts";
import { settleReadiness } from "../record/readiness.ts";
import { tellRebuild } from "../record/rebuild.ts";
import { type EntryAnswer, implementEntry, requireText } from "./entry.ts";
import { withdrawBeginning, withdrawReadiness } from "./ledger.ts";
import { beingChanged, deleteUnderLock, readStored, writeStored } from "./read.ts";
import type { RunRecord, RunResult, StoredPlan, StoredRequest, StoredTeardown } from "./stored.ts";
import { readPlan } from "./stored-plan.ts";

/**
 * Writes what a run did (`record`): `runs/{environment}/{run}.json`, which carries the hash of the record before it, so
 * that none is changed or left out unseen, but for a try of the sweep's that could remove nothing; and `teardowns/{environment}.json`, which lists what a removal left to the
 * sweep. Before that (`ready`), since when the environment is ready and until when it lives.
 */
export const record: EntryAnswer = implementEntry("record", (body) => answerRecord(body, openStorage()));

/** Answers one call with the given storage; a repeated call changes nothing. */
export async function answerRecord(body: JsonObject, storage: StorageClient): Promise<object> {
  const bucket = requireText(body, "bucket");
  const run = toRun(body);
  switch (body.action) {
    case "ready": {
      const request = await requestOf(storage, bucket, run.id);
      return settleReadiness(storage, { bucket, run, request, url: requireText(body, "url") });
    }
    case "record":
      return writeRecord(storage, { bucket, run, body });
    default:
      throw badField("action", "must be ready or record");
  }
}

interface Recording {
  readonly bucket: string;
  readonly run: Run;
  readonly body: JsonObject;
}

async function writeRecord(storage: StorageClient, { bucket, run, body }: Recording): Promise<object> {
  const reports = (toObject(body.reports) ?? {}) as object as RunRecord["reports"];
  const answers = typeof body.answers === "boolean" || body.answers === "otherwise" ? body.answers : undefined;
  const ended = withNextTry(toResult(body));
  const told = await tellRebuild(storage, { bucket, run, result: ended, reports, answers });
  const result: RunResult = { ...ended, outcome: told?.outcome, usualMinutes: told?.usualMinutes };
  const request = await requestOf(storage, bucket, run.id);
  const changesHash = typeof body.changesHash === "string" ? body.changesHash : undefined;
  const { approval: asked } = body;
  const approval =
    typeof asked === "string" ? await approvalFor(storage, { bucket, approval: asked, changesHash }) : undefined;
  const { requestedBy, onBehalfOf, joinedBy, resumedBy = [], ticket, reason, attempt } = request;
  const content: Omit<RunRecord, "previous"> = {
    ...{ run, requestedBy, onBehalfOf, joinedBy, resumedBy: resumedBy.at(-1), ticket, reason, result, approval },
    execution: requireText(body, "execution"),
    reports,
    ...(changesHash !== undefined && { changesHash }),
  };
  const id = recordId(run.id, attempt);
  if (run.fence && madeNothing(content)) {
    const guard = fenceGuard(run, storage);
    await withdrawBeginning(storage, { bucket, environment: run.environment, record: id, guard });
  }
  const teardown = run.fence && (await readTeardown(storage, bucket, run));
  const head = isIdleTry(content, { request, before: teardown?.value })
    ? {}
    : { record: id, sha256: await appendRecord(storage, { bucket, id }, content) };
  // What failed while it looked once more, lock in hand, has no target yet, and has left everything as it was.
  if (run.fence && request.target) await settleTeardown(storage, { bucket, run, content, found: teardown });
  return { ...head, told, ...(result.nextTryAt !== undefined && { nextTryAt: result.nextTryAt }) };
}

/** Without its APIs a run makes nothing: the step that enables them was its first and last. */
function madeNothing({ run, reports }: Pick<RunRecord, "run" | "reports">): boolean {
  const steps = Object.keys(reports);
  return run.action !== "down" && steps.length === 1 && reports.services?.state === "failed";
}

/** What a run has told of its work. */
type Told = Pick<RunRecord, "result" | "reports">;

/**
 * The sweep asks every quarter of an hour, mostly to hear that Google still holds what it held, and to have refused what it
 * refused: that is no deed. A call that is repeated finds what it has listed itself, so that tells nothing.
 */
function isIdleTry(
  { result, reports }: Told,
  { request, before }: { readonly request: StoredRequest; readonly before: StoredTeardown | undefined },
): boolean {
  if (request.teardown === undefined || result.state !== "remaining") return false;
  const tried = triedIn(reports);
  if (tried.length === 0) return true;
  if (!before || before.run === request.run) return false;
  return isDeepStrictEqual([before.remaining, before.tried], [result.remaining, tried]);
}

/** What a run has changed, or tried to. */
function triedIn(reports: RunRecord["reports"]): readonly string[] {
  const changes = Object.values(reports).flatMap(({ changes: ofStep = [] }) => ofStep);
  const tried = changes
    .filter(({ action }) => action !== "none")
    .map(({ action, resource }) => `${action} ${resource}`);
  return [...new Set(tried)].sort();
}

function readTeardown(storage: StorageClient, bucket: string, { environment }: Run) {
  return readStored<StoredTeardown>(storage, bucket, objectOf.teardown(environment));
}

/** What a removal leaves is tried again by the next sweep. */
function withNextTry(result: RunResult): RunResult {
  if (Object.keys(result.remaining).length === 0) return result;
  return { ...result, nextTryAt: nextSweepAfter(result.endedAt) };
}

interface Settling {
  readonly bucket: string;
  readonly run: Run;
  readonly content: Told;
  /** What the removal before has left. */
  readonly found: Awaited<ReturnType<typeof readTeardown>>;
}

/** After a removal: lists what remains. After anything else that succeeded the environment lives, and none is listed. */
async function settleTeardown(storage: StorageClient, { bucket, run, content, found }: Settling): Promise<void> {
  const { result } = content;
  const object = objectOf.teardown(run.environment);
  const ifGenerationMatch = found?.generation ?? "0";
  const guard = fenceGuard(run, storage);
  if (Object.keys(result.remaining).length > 0) {
    await guard();
    const unfinished = unfinishedOf(content, await readPlan(storage, bucket, run.planHash));
    const teardown = { ...toTeardown(run, content, found?.value), ...unfinished };
    const written = await writeStored(storage, { bucket, object, ifGenerationMatch }, teardown);
    if (written === undefined) throw beingChanged(bucket, object);
  } else if (found && result.action === "down" && result.state === "failed") {
    await guard();
    const teardown = { ...found.value, ...unfinishedOf(content, await readPlan(storage, bucket, run.planHash)) };
    const written = await writeStored(storage, { bucket, object, ifGenerationMatch }, teardown);
    if (written === undefined) throw beingChanged(bucket, object);
  } else if (found && result.state === "succeeded") {
    await deleteUnderLock(storage, { bucket, object, guard });
  }
  if (result.action !== "down") return;
  if (result.state !== "succeeded") return withdrawReadiness(storage, { bucket, run, guard });
  await deleteUnderLock(storage, { bucket, object: objectOf.ledger(run.environment), guard });
}

/** What failed, and what is billed for it: of what is only held the database alone costs something while it stays. */
function unfinishedOf(
  { result: { failures = {}, remaining } }: Told,
  plan: StoredPlan | undefined,
): Pick<StoredTeardown, "failures" | "billed"> {
  const costs = new Map<string, number>(plan?.steps.map(({ name, costPerDay }) => [name, costPerDay]));
  const steps = [...Object.keys(failures), ...Object.keys(remaining).filter(isBilledWhileHeld)];
  const billed = steps.flatMap((step) => ((costs.get(step) ?? 0) > 0 ? [[step, costs.get(step) ?? 0] as const] : []));
  const messages = Object.entries(failures).map(([step, { message = "it failed" }]) => [step, message] as const);
  return {
    ...(messages.length > 0 ? { failures: Object.fromEntries(messages) } : { failures: undefined }),
    ...(billed.length > 0 ? { billed: Object.fromEntries(billed) } : { billed: undefined }),
  };
}

function toTeardown(
  { id, environment }: Run,
  { result: { remaining, endedAt, nextTryAt = endedAt }, reports }: Told,
  before: StoredTeardown | undefined,
): StoredTeardown {
  const tried = triedIn(reports);
  return { environment, run: id, since: before?.since ?? endedAt, triedAt: endedAt, nextTryAt, remaining, tried };
}

async function requestOf(storage: StorageClient, bucket: string, run: string): Promise<StoredRequest> {
  const found = await readStored<StoredRequest>(storage, bucket, objectOf.request(run));
  if (found) return found.value;
  throw badField("run.id", "names no request");
}

function toRun(body: JsonObject): Run {
  const run = toObject(body.run);
  if (!run) throw badField("run", "must be an object");
  requireText(run, "id");
  requireText(run, "environment");
  return run as object as Run;
}

function toResult(body: JsonObject): RunResult {
  const result = toObject(body.result);
  if (!result) throw badField("result", "must be an object");
  requireText(result, "state");
  if (!toObject(result.remaining)) throw badField("result.remaining", "must be an object");
  return result as object as RunResult;
}

const openStorage = once(() => connectStorage(createAuth())(unguarded));
