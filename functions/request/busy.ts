import type { StorageClient } from "../../google/clients/storage.ts";
import { isUnderWay } from "../../google/under-way.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { canonicalJson } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { FreezeView, HolderView, RequestedAction } from "../api.ts";
import { readStored } from "../entry/read.ts";
import type { StoredFreeze, StoredLock, StoredRequest } from "../entry/stored.ts";
import { StepError, type StepErrorFields } from "../error.ts";
import { lockPlace, readLock } from "../lock/hold.ts";
import { isBySpec } from "../plan/basis.ts";
import { type AcceptClients, readRequest } from "./note.ts";

/** Another run holds the environment. */
export class BusyError extends StepError {
  readonly holder: HolderView;

  constructor(environment: string, holder: HolderView) {
    const message = `${environment} is being changed by ${holder.run} (${holder.why}) since ${holder.since}: wait, or ask with onBusy queue`;
    super({ code: "ABORTED", reason: "BUSY", message, retryable: false });
    this.name = "BusyError";
    this.holder = holder;
  }
}

/** Somebody has frozen the environment. */
export class FrozenError extends StepError {
  readonly freeze: FreezeView;

  constructor(freeze: StoredFreeze, says: Pick<StepErrorFields, "reason" | "message">) {
    super({ code: "FAILED_PRECONDITION", ...says });
    this.name = "FrozenError";
    this.freeze = toFreezeView(freeze);
  }
}

/**
 * Lets a request pass unless a living run holds its environment and it would rather fail than wait. One that is identical
 * to what the holder does passes, for it is going to join.
 *
 * @throws BusyError telling who holds it, why, since when, and how long that takes
 */
export async function refuseBusy(
  request: StoredRequest,
  { storage, executions, installation }: AcceptClients,
): Promise<void> {
  if (!changes(request.action) || request.onBusy === "queue") return;
  const held = await readLock(storage, lockPlace(installation.bucket, request.environment));
  if (!held || !(await isAlive(held.value, executions))) return;
  const holder = await readRequest({ storage, installation }, held.value.run);
  if (holder && isSame(holder.request, request)) return;
  throw new BusyError(request.environment, toHolder(held.value));
}

/**
 * Lets a request pass unless somebody has frozen its environment.
 *
 * @throws FrozenError, reason `FROZEN`, with who, why and until when
 */
export async function refuseFrozen(
  storage: StorageClient,
  { installation, environment, action }: Asked,
): Promise<void> {
  if (!changes(action)) return;
  const freeze = await freezeInForce(storage, { bucket: installation.bucket, environment });
  if (!freeze) return;
  const message = `${saysFrozen(environment, freeze)}. ${wayToUnfreeze(environment, installation)}.`;
  throw new FrozenError(freeze, { reason: "FROZEN", message });
}

interface Asked {
  readonly installation: Pick<AcceptClients["installation"], "project" | "region" | "bucket">;
  readonly environment: string;
  readonly action: string;
}

/** What ends a freeze. */
export function wayToUnfreeze(environment: string, place: Place): string {
  return `\`${commandLine(place, "unfreeze", environment)}\` ends that`;
}

/** The freeze that holds an environment now; undefined when none does. */
export async function freezeInForce(
  storage: StorageClient,
  { bucket, environment }: { readonly bucket: string; readonly environment: string },
): Promise<StoredFreeze | undefined> {
  const found = await readStored<StoredFreeze>(storage, bucket, objectOf.freeze(environment));
  return found && Date.parse(found.readAt) / 1000 < found.value.until ? found.value : undefined;
}

/** What is said of a freeze. */
export function saysFrozen(environment: string, { until, by, reason }: StoredFreeze): string {
  return `${environment} is frozen until ${toTimestamp(until)} by ${by}: ${reason}`;
}

/** A freeze as those see it whom it keeps away. */
export function toFreezeView({ reason, by, until }: StoredFreeze): FreezeView {
  return { reason, by, until: toTimestamp(until) };
}

/** Whether a living run holds an environment. */
export async function isBusy(
  environment: string,
  { storage, executions, installation }: AcceptClients,
): Promise<boolean> {
  const held = await readLock(storage, lockPlace(installation.bucket, environment));
  return held !== undefined && isAlive(held.value, executions);
}

/** Whether an action changes an environment. */
export function changes(action: RequestedAction | string): boolean {
  return action === "up" || action === "rebuild" || action === "down";
}

/** Whether whoever took a lock still runs: one that is dead gives it back to nobody. */
export async function isAlive({ execution }: StoredLock, executions: AcceptClients["executions"]): Promise<boolean> {
  return isUnderWay(await executions.getExecution(execution));
}

/**
 * Whether the very same is asked: the spec, and as much of it built anew, for as long, and by the same plan. What a sweep
 * asks for counts only for what it found, but a removal that holds the environment does what the sweep wants finished.
 */
export function isSame(open: StoredRequest, request: StoredRequest): boolean {
  const keyOf = ({ action, level, planHash, changesHash, spec, timeToLiveSeconds, teardown, expiry }: StoredRequest) =>
    canonicalJson({ action, level, planHash, changesHash, spec, timeToLiveSeconds, teardown, expiry });
  // What a rebuild goes by that has not begun is decided when it does.
  const asked = isBySpec(open) && isBySpec(request) ? { ...open, planHash: request.planHash } : open;
  return (keyOf(asked) === keyOf(request) && !isBoundToHour(open, request)) || finishes(open, request);
}

/**
 * What a schedule asks for does not begin after its hour, nor waits for the end of a freeze. Until it has begun it is not what
 * a person asks for, who would wait; another firing is as bound as the first.
 */
function isBoundToHour(open: StoredRequest, request: StoredRequest): boolean {
  return isFired(open) && !isFired(request) && open.target === undefined;
}

/** Whether a schedule has asked for it: one that an earlier version noted has only the hour after which it does not begin. */
function isFired({ scheduledAt, startBy }: StoredRequest): boolean {
  return (scheduledAt ?? startBy) !== undefined;
}

/** A removal that has held the environment does what a sweep asks for. */
function finishes({ action, target }: StoredRequest, { teardown }: StoredRequest): boolean {
  return teardown !== undefined && action === "down" && target !== undefined;
}

/** A lock as those see it who wait for it. */
export function toHolder({ run, requestedBy, why, since, expectedSeconds }: StoredLock): HolderView {
  const status = `/v1/runs/${run}`;
  return { run, status, requestedBy, why, since: toTimestamp(since), expectedSeconds };
}
