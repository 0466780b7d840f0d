import { createAuth, unguarded } from "../../google/auth.ts";
import { connectStorage } from "../../google/clients/storage.ts";
import { connectWorkflowExecutions } from "../../google/clients/workflow-executions.ts";
import { type JsonObject, toObject } from "../../google/json.ts";
import type { Generations } from "../../plan/generation.ts";
import { installationAccountId } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import { StepError } from "../error.ts";
import {
  claimLock,
  type Held,
  keptLock,
  type LockClients,
  type LockStanding,
  lockPlace,
  releaseLock,
} from "../lock/hold.ts";
import { protectionIn, refuseProtected } from "../lock/protection.ts";
import { enterQueue, leaveQueue } from "../lock/queue.ts";
import { once } from "../once.ts";
import { badField } from "../parse.ts";
import { isBySpec, isOutdated, onBasis, toBasis } from "../plan/basis.ts";
import { latestRun } from "../plan/target.ts";
import { isOfSweep } from "../request/sweeper.ts";
import { type EntryAnswer, implementEntry, requireText } from "./entry.ts";
import {
  claimRequest,
  enterLedger,
  isCurrent,
  noteTarget,
  readLedger,
  refuseOvertaken,
  refuseRemoved,
} from "./ledger.ts";
import { readStored } from "./read.ts";
import type { StoredFreeze, StoredLock, StoredRequest, StoredTeardown } from "./stored.ts";

/** How an environment stands for who wants it. */
type Turn =
  | LockStanding
  /** Others wait in front. */
  | { readonly state: "queued"; readonly ahead: number }
  /** Nobody may have it; whether this one waits for the end of that, in its turn. */
  | { readonly state: "frozen"; readonly freeze: StoredFreeze; readonly waits: boolean };

/** What the entry answers: how the request or the lock stands for who asked. */
type LockAnswer =
  /** After `begin`: the request is this execution's. */
  | { readonly state: "mine"; readonly request: Pick<StoredRequest, "attempt" | "onBusy" | "target"> }
  /** Another execution works for the same request. */
  | { readonly state: "joined"; readonly execution: string }
  /**
   * After `claim`: `latest` is the run that was recorded last; a rebuild is told when its plan is not of the present spec, and
   * a removal since when one waits for what only Google releases.
   */
  | (Held & { readonly latest: string; readonly isOutdated?: true; readonly heldSince?: number })
  | Turn
  /** What a sweep found is not there any more, or somebody else is at it; in a sentence. */
  | { readonly state: "obsolete"; readonly why: string };

/**
 * Gives a request to one execution (`begin`), and an environment to one run at a time (`claim`, `release`): `requests/`,
 * `locks/` and `queues/` of the bucket.
 *
 * @see https://cloud.google.com/storage/docs/request-preconditions
 */
export const lock: EntryAnswer = implementEntry("lock", (body) => answerLock(body, openClients()));

/** Answers one call with the given clients. */
export async function answerLock(body: JsonObject, clients: LockClients): Promise<LockAnswer> {
  const bucket = requireText(body, "bucket");
  const claimant = { bucket, run: requireText(body, "run"), execution: requireText(body, "execution") };
  switch (body.action) {
    case "begin": {
      const claimed = await claimRequest(clients.storage, claimant);
      if (claimed.state === "joined") return claimed;
      const { attempt, onBusy, target } = claimed.request;
      return { state: "mine", request: { attempt, onBusy, target } };
    }
    case "claim":
      return claim(body, claimant, clients);
    case "release": {
      const environment = requireText(body, "environment");
      await leaveQueue(clients.storage, { bucket, environment, execution: claimant.execution });
      return releaseLock(clients.storage, lockPlace(bucket, environment), claimant.execution);
    }
    default:
      throw badField("action", "must be begin, claim or release");
  }
}

interface Claimant {
  readonly bucket: string;
  readonly run: string;
  readonly execution: string;
}

/** Takes the lock when its turn has come, and enters into the ledger what the environment is from then on. */
async function claim(body: JsonObject, claimant: Claimant, clients: LockClients): Promise<LockAnswer> {
  const { storage } = clients;
  const { bucket, run, execution } = claimant;
  const claimed = await claimRequest(storage, claimant);
  if (claimed.state === "joined") return claimed;
  const basis = toBasis(body);
  const request = onBasis(claimed.request, basis);
  const { environment } = request;
  refuseLate(request, requireNow(body));
  const standing = await takeTurn(body, { ...claimant, request }, clients);
  if (standing.state !== "held")
    return isOfSweep(request) ? makeWay(standing, { environment, ...claimant }, clients) : standing;
  await leaveQueue(storage, { bucket, environment, execution });
  // The run that held it before may have built it from a spec that protects it.
  const spec = await storage.readText(bucket, objectOf.spec(environment));
  refuseProtected(protectionIn(spec?.text), request);
  const [ledger, teardown] = await Promise.all([
    readLedger(storage, bucket, environment),
    readStored<StoredTeardown>(storage, bucket, objectOf.teardown(environment)),
  ]);
  if (request.action === "rebuild") refuseRemoved(environment, ledger?.value);
  refuseOvertaken(request, { ledger, spec: spec?.text });
  if (!isCurrent({ request, ledger, teardown })) {
    await releaseLock(storage, lockPlace(bucket, environment), execution);
    return { state: "obsolete", why: "it was asked for again, or given more time, meanwhile" };
  }
  const latest = await latestRun(storage, bucket, environment);
  if (isOutdated(request, basis, spec?.text)) return { ...standing, latest, isOutdated: true };
  if (body.seen !== undefined && body.seen !== latest) return { ...standing, latest };
  const target = request.target ?? toGenerations(body);
  const plannedBy = isBySpec(request) ? (spec?.text ?? request.plannedBy) : request.plannedBy;
  const by = { id: run, environment, fence: standing.fence };
  const work = { run: by, request: { ...request, plannedBy }, target, ledger };
  await noteTarget(storage, work);
  const heldSince = request.action === "down" ? teardown?.value.since : undefined;
  await enterLedger(storage, work);
  return { ...standing, latest, ...(heldSince !== undefined && { heldSince }) };
}

/** What a schedule asks for begins within half an hour of its time, or is done by an hour, as its spec says. Whoever resumes it knows the time. */
function refuseLate({ startBy, attempt, environment }: StoredRequest, now: number): void {
  if (startBy === undefined || now <= startBy || attempt > 1) return;
  const message = `the rebuild of ${environment} has waited too long: by its schedule it was to begin by ${toTimestamp(startBy)}`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "TOO_LATE", resource: environment, message });
}

/** How the environment stands for who wants it: it may be frozen, others may wait in front, or hold it. */
async function takeTurn(
  body: JsonObject,
  { request, ...claimant }: Claimant & { readonly request: StoredRequest },
  clients: LockClients,
): Promise<Turn> {
  const { bucket, run, execution } = claimant;
  const { environment } = request;
  const now = requireNow(body);
  const freeze = await readStored<StoredFreeze>(clients.storage, bucket, objectOf.freeze(environment));
  const isFrozen = freeze !== undefined && now < freeze.value.until;
  if (isFrozen && !waitsForThaw(request)) return { state: "frozen", freeze: freeze.value, waits: false };
  const place = lockPlace(bucket, environment);
  // Who has it and looks again is in front of all who wait: they would wait for it, and it for them, for good.
  const kept = isFrozen ? undefined : await keptLock(clients.storage, place, execution);
  if (kept) return kept;
  const ahead = await enterQueue(clients, { bucket, environment, run, execution, now });
  if (isFrozen) return { state: "frozen", freeze: freeze.value, waits: true };
  if (ahead > 0) return { state: "queued", ahead };
  return claimLock(clients, { place, wanted: toLock(body, request, claimant), now });
}

/** Who may queue waits; but not a sweep, nor a schedule, whose rebuild would come at an hour that nobody expects. */
function waitsForThaw(request: StoredRequest): boolean {
  const { onBusy, requestedBy } = request;
  return onBusy === "queue" && !isOfSweep(request) && !requestedBy.startsWith(`${installationAccountId("scheduler")}@`);
}

/**
 * A sweep waits for nobody but for calls of the dead: two that begin at once find the same, and the next one looks again
 * at what whoever is at it leaves.
 */
async function makeWay(
  standing: Exclude<Turn, Held>,
  place: Claimant & { readonly environment: string },
  { storage }: LockClients,
): Promise<LockAnswer> {
  if (standing.state === "settling" || standing.state === "free") return standing;
  await leaveQueue(storage, place);
  return { state: "obsolete", why: whyNot(standing) };
}

function whyNot(standing: Exclude<Turn, Held>): string {
  switch (standing.state) {
    case "frozen":
      return `${standing.freeze.by} has frozen it: ${standing.freeze.reason}`;
    case "busy":
      return `${standing.holder.run} is changing it (${standing.holder.why})`;
    default:
      return "another run waits to change it";
  }
}

function toLock(body: JsonObject, request: StoredRequest, { run, execution }: Claimant): StoredLock {
  const { requestedBy, action, level } = request;
  // What the plan says is better than what was guessed before there was one.
  const expectedSeconds = typeof body.expectedSeconds === "number" ? body.expectedSeconds : request.expectedSeconds;
  return { execution, run, requestedBy, why: whyOf(action, level), since: requireNow(body), expectedSeconds };
}

function whyOf(action: string, level: string): string {
  return action === "rebuild" ? `rebuild at level ${level}` : action;
}

function toGenerations(body: JsonObject): Generations {
  const { database, cluster } = toObject(body.target) ?? {};
  return { database: typeof database === "number" ? database : 1, cluster: typeof cluster === "number" ? cluster : 1 };
}

function requireNow({ now }: JsonObject): number {
  if (typeof now === "number") return now;
  throw badField("now", "must be seconds since the epoch");
}

const openClients = once((): LockClients => {
  const auth = createAuth();
  return { storage: connectStorage(auth)(unguarded), executions: connectWorkflowExecutions(auth)(unguarded) };
});
