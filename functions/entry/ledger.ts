import type { Guard } from "../../google/auth.ts";
import type { ObjectWrite, StorageClient } from "../../google/clients/storage.ts";
import { type Generations, highestOf, sameGenerations, spentBeside } from "../../plan/generation.ts";
import { canonicalJson, idOf } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Run } from "../contract.ts";
import { StepError } from "../error.ts";
import { fenceGuard } from "../fence.ts";
import { overtaken } from "../plan/basis.ts";
import { recordId } from "../record/chain.ts";
import { deleteUnderLock, editStored, readStored, type Stored, writeStored } from "./read.ts";
import { scheduledByNow } from "./scheduled-by.ts";
import type { StoredEnvironment, StoredRequest } from "./stored.ts";

/** An execution that wants to work for a request. */
export interface Claimant {
  readonly bucket: string;
  readonly run: string;
  /** Full name of the execution. */
  readonly execution: string;
}

/** Whose a request is: the claimant's, or that of the execution which claimed it before. */
export type RequestClaim =
  | { readonly state: "mine"; readonly request: StoredRequest }
  | { readonly state: "joined"; readonly execution: string };

/**
 * Claims a request for one execution, so that two that were started for it never both work.
 *
 * @throws StepError FAILED_PRECONDITION when there is no such request: only the request function starts executions
 */
export async function claimRequest(storage: StorageClient, claimant: Claimant): Promise<RequestClaim> {
  const { bucket, run, execution } = claimant;
  const object = objectOf.request(run);
  for (let attempt = 1; attempt <= 3; attempt++) {
    const found = await readStored<StoredRequest>(storage, bucket, object);
    if (!found) throw notRequested(claimant);
    const request = found.value;
    if (request.execution !== undefined) {
      // The API names executions under the project's number, the workflow itself under its id.
      const isMine = idOf(request.execution) === idOf(execution);
      return isMine ? { state: "mine", request } : { state: "joined", execution: request.execution };
    }
    const claimed = { ...request, execution };
    const place = { bucket, object, ifGenerationMatch: found.generation };
    if ((await writeStored(storage, place, claimed)) !== undefined) return { state: "mine", request: claimed };
  }
  const message = `request ${run} is being noted`;
  throw new StepError({ code: "UNAVAILABLE", reason: "REQUEST_SETTLING", message });
}

/** An environment's entry as it was read; undefined when there is none. */
export type Ledger = Stored<StoredEnvironment> | undefined;

/** What a sweep's request is compared with. */
interface Finding {
  readonly request: StoredRequest;
  readonly ledger: Ledger;
  /** The environment's list of what a removal left, as it is now. */
  readonly teardown: { readonly generation: string } | undefined;
}

/**
 * Whether what a sweep found is still so: an environment that was asked for again, or given more time, meanwhile is not
 * taken down.
 */
export function isCurrent({ request: { teardown, expiry }, ledger, teardown: found }: Finding): boolean {
  if (teardown !== undefined && found?.generation !== teardown) return false;
  return expiry === undefined || ledger?.value.expiresAt === expiry;
}

/** What a run that holds the lock works for. */
export interface LedgerEntry {
  readonly run: Pick<Run, "id" | "environment" | "fence">;
  readonly request: StoredRequest;
  /** What serves when the run has ended. */
  readonly target: Generations;
  /** The environment's entry, as it was read under the lock. */
  readonly ledger: Ledger;
}

/** Notes with the request what the run goes by and ends with, so that it is the same when the run is resumed. */
export async function noteTarget(storage: StorageClient, { run, request, target, ledger }: LedgerEntry): Promise<void> {
  if (request.target) return;
  const { bucket = "" } = run.fence ?? {};
  const found = await readStored<StoredRequest>(storage, bucket, objectOf.request(run.id));
  const { readyRun: after = null, specBy: specBefore = null } = ledger?.value ?? {};
  const place = { bucket, object: objectOf.request(run.id), ifGenerationMatch: found?.generation };
  const { planHash, plannedBy, startBy } = request;
  const since = { after, ...(request.action === "up" && { specBefore }) };
  const noted = { ...request, ...found?.value, planHash, plannedBy, startBy, target, ...since };
  const written = await writeStored(storage, place, noted);
  if (written === undefined) throw changedMeanwhile(bucket, objectOf.request(run.id));
}

/** An environment as it is when a run goes on. */
interface Present {
  readonly ledger: Ledger;
  /** Text of its spec; undefined when there is none. */
  readonly spec: string | undefined;
}

/**
 * Lets pass a run that has not begun, and one that goes on where it stood. What another run has built since, or has begun to
 * build by another spec, is not undone by one that was begun before it: it would put back an older spec, and older data.
 *
 * @throws StepError FAILED_PRECONDITION, reason `OVERTAKEN`
 */
export function refuseOvertaken(request: StoredRequest, { ledger, spec }: Present): void {
  const { run, environment, action, target, after, plannedBy } = request;
  if (target === undefined) return;
  const { readyRun, specBy } = ledger?.value ?? {};
  if (after !== undefined && readyRun !== undefined && readyRun !== run && readyRun !== after) {
    throw overtaken(environment, `${readyRun} has built ${environment} since ${run} began, and ${askAgain}`);
  }
  if (isOfOlder(request, { ledger, spec })) {
    throw overtaken(
      environment,
      `${specBy} has begun to build ${environment} by another spec since ${run} began, and ${wouldUndo}: ask again with the spec that is wanted now`,
    );
  }
  // A rebuild brings no spec: what it began by would be built, and the environment's spec would say otherwise.
  const isOfOther = plannedBy !== undefined && spec !== undefined && plannedBy !== spec;
  if (action !== "rebuild" || !isOfOther) return;
  throw overtaken(
    environment,
    `another run has changed the spec of ${environment} since ${run} began, and ${askAgain}`,
  );
}

/** Whether an `up` brings a spec in whose place a later one has put another since, whatever came of that. */
function isOfOlder(request: StoredRequest, { ledger, spec }: Present): boolean {
  const { run, action, spec: brought, specBefore } = request;
  if (action !== "up" || specBefore === undefined || spec === brought) return false;
  // Where its own is not noted yet, whoever carried it out died right before that, and the one before stands.
  return ![undefined, run, specBefore].includes(ledger?.value.specBy);
}

const wouldUndo = "going on would undo that";

const askAgain = `${wouldUndo}: ask again for what is wanted now`;

/**
 * Writes what the environment is from now on, under its lock: the spec that was asked for, the plan among those by which
 * something of it may have been made, and what an unfinished rebuild is to end with. A removal takes all of them down.
 */
export async function enterLedger(storage: StorageClient, entry: LedgerEntry): Promise<void> {
  const { run, request, ledger: found } = entry;
  const { bucket = "" } = run.fence ?? {};
  const { environment, action, spec } = request;
  const object = objectOf.ledger(environment);
  const guard = fenceGuard(run, storage);
  if (action === "down") await withdrawReadiness(storage, { bucket, run, guard });
  if (action !== "up" && action !== "rebuild") return;
  const write = async (place: Omit<ObjectWrite, "bucket">) => {
    await guard();
    if (!(await storage.write({ bucket, ...place }))) throw changedMeanwhile(bucket, place.object);
  };
  const stored = spec === undefined ? undefined : await storage.readText(bucket, objectOf.spec(environment));
  const content = canonicalJson(nextEntry(found?.value, entry, stored?.text));
  if (!found || content !== canonicalJson(found.value)) {
    const ifGenerationMatch = found?.generation ?? "0";
    await write({ object, content, contentType: "application/json", ifGenerationMatch });
  }
  if (spec !== undefined && stored?.text !== spec) {
    const ifGenerationMatch = stored?.generation ?? "0";
    await write({
      object: objectOf.spec(environment),
      content: spec,
      contentType: "application/yaml",
      ifGenerationMatch,
    });
  }
  await deleteUnderLock(storage, { bucket, object: objectOf.teardown(environment), guard });
}

function nextEntry(
  known: StoredEnvironment | undefined,
  { request, target }: LedgerEntry,
  spec: string | undefined,
): StoredEnvironment {
  const { planHash = "", action, level } = request;
  const plans = [planHash, ...(known?.plans ?? []).filter((hash) => hash !== planHash)];
  const unfinished = action === "rebuild" && level !== "app" ? { level, generations: target } : known?.target;
  const made = known?.made ? highestOf(known.made, target) : target;
  // Another rebuild takes the place of the unfinished one, whose leftovers have never served.
  const isOther = known?.target && unfinished && !sameGenerations(known.target.generations, unfinished.generations);
  const spent = isOther && known.serves ? spentBeside(known, known.serves) : known?.spent;
  const begunBy = known && known.begunBy !== null ? known.begunBy : recordId(request.run, request.attempt);
  // A rebuild is refused as long as a removal has begun: whoever comes here with one calls it off.
  const { scheduledBy: _by, removedBy: _removed, ...rest } = known ?? {};
  const scheduledBy = scheduledByNow(known?.scheduledBy, request, spec);
  return {
    ...rest,
    plans,
    made,
    ...(begunBy !== undefined && { begunBy }),
    ...(action === "up" && { specBy: request.run }),
    ...(scheduledBy && { scheduledBy }),
    ...(unfinished && { target: unfinished }),
    ...(spent && spent.length > 0 && { spent }),
  };
}

/**
 * From when its removal begins an environment is not ready any more, and no rebuild brings it back; when it expires stays,
 * for that may be why it is removed.
 */
export async function withdrawReadiness(
  storage: StorageClient,
  { bucket, run, guard }: { readonly bucket: string; readonly run: LedgerEntry["run"]; readonly guard: Guard },
): Promise<void> {
  const object = objectOf.ledger(run.environment);
  await guard();
  await editStored<StoredEnvironment>(storage, { bucket, object, guard }, (ledger) => {
    if (!ledger || (ledger.readyAt === undefined && ledger.removedBy !== undefined)) return ledger;
    const { readyAt: _at, readyRun: _run, url: _url, removedBy = run.id, ...rest } = ledger;
    return { ...rest, removedBy };
  });
}

/**
 * Lets pass what stands to be rebuilt: nothing does where a removal has come to its end, or has begun and no `up` has begun
 * since. What that has left is not the environment that was approved, nor has it the life that it was given.
 *
 * @throws StepError NOT_FOUND, reason `GONE`
 */
export function refuseRemoved(environment: string, ledger: Pick<StoredEnvironment, "removedBy"> | undefined): void {
  const message = saysRemoved(environment, ledger);
  if (message !== undefined) throw goneFor(environment, message);
}

/** Why nothing of an environment stands to be rebuilt, and what brings it back; undefined where it does. */
export function saysRemoved(
  environment: string,
  ledger: Pick<StoredEnvironment, "removedBy"> | undefined,
): string | undefined {
  if (!ledger) return saysGone(environment);
  const { removedBy } = ledger;
  if (removedBy === undefined) return undefined;
  const ways = "`alloyrun up` with its file brings it back, a `down` of it takes down what is left";
  return `${environment} was taken down: ${removedBy} has begun to remove it, and no rebuild undoes that; ${ways}`;
}

/** Whether something of an environment may stand: it was ready once, or a run has begun to make it. */
export function mayStand(ledger: StoredEnvironment | undefined): boolean {
  if (!ledger) return false;
  return ledger.begunBy !== null || ledger.serves !== undefined || ledger.readyAt !== undefined;
}

/** Notes that a run which was the first to begin has made nothing after all. */
export async function withdrawBeginning(
  storage: StorageClient,
  {
    bucket,
    environment,
    record,
    guard,
  }: { readonly bucket: string; readonly environment: string; readonly record: string; readonly guard: Guard },
): Promise<void> {
  await guard();
  await editStored<StoredEnvironment>(storage, { bucket, object: objectOf.ledger(environment), guard }, (ledger) => {
    return ledger?.begunBy === record ? { ...ledger, begunBy: null } : ledger;
  });
}

/** Says of an environment that it was removed, and that only an `up` makes it anew. */
export function gone(environment: string): StepError {
  return goneFor(environment, saysGone(environment));
}

function saysGone(environment: string): string {
  return `${environment} is gone: nothing of it stands; \`alloyrun up\` with its file makes it anew`;
}

function goneFor(environment: string, message: string): StepError {
  return new StepError({ code: "NOT_FOUND", reason: "GONE", resource: environment, message });
}

/** Reads the entry of an environment. */
export function readLedger(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  environment: string,
): Promise<Ledger> {
  return readStored<StoredEnvironment>(storage, bucket, objectOf.ledger(environment));
}

function notRequested({ run, execution }: Claimant): StepError {
  const message = `execution ${execution} works for no request (${run}): ask through alloyrun's request function`;
  return new StepError({ code: "FAILED_PRECONDITION", reason: "NOT_REQUESTED", message });
}

function changedMeanwhile(bucket: string, object: string): StepError {
  const message = `gs://${bucket}/${object} changed meanwhile`;
  return new StepError({ code: "ABORTED", reason: "CONCURRENT_WRITE", message });
}
