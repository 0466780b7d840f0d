import { createAuth, unguarded } from "../../google/auth.ts";
import { connectStorage, type StorageClient } from "../../google/clients/storage.ts";
import { connectWorkflowExecutions, type WorkflowExecutionsClient } from "../../google/clients/workflow-executions.ts";
import { type JsonObject, parseJson, toObject } from "../../google/json.ts";
import type { Run } from "../contract.ts";
import { StepError } from "../error.ts";
import { once } from "../once.ts";
import { badField } from "../parse.ts";
import { type EntryAnswer, implementEntry, requireText } from "./entry.ts";
import { claimRequest, enterLedger, isTeardownCurrent } from "./ledger.ts";
import type { StoredLock } from "./stored.ts";

/** What the lock is asked with. */
interface Clients {
  readonly storage: StorageClient;
  readonly executions: WorkflowExecutionsClient;
}

/** How an environment's lock stands for who asked. */
type LockAnswer =
  | {
      readonly state: "held";
      readonly fence: NonNullable<Run["fence"]>;
      readonly holder: StoredLock;
      /** After a claim: hashes of the plans by which something may have been made, the present one first. */
      readonly plans?: readonly string[];
    }
  | { readonly state: "busy"; readonly holder: StoredLock }
  /** Another execution works for the same request. */
  | { readonly state: "joined"; readonly execution: string }
  /** What a sweep found is not there any more. */
  | { readonly state: "obsolete" }
  | { readonly state: "free" };

/** A function that a dead run has called may go on for as long as functions may take, which `deploy` sets. */
const longestFunctionSeconds = 120;

/**
 * Holds an environment for one execution at a time: `claim`, `release` and `read` of `locks/{environment}.json`. A holder
 * whose execution has ended is dead, so a lock never goes stale; it is taken over once none of its calls can be under way.
 *
 * @see https://cloud.google.com/storage/docs/request-preconditions
 */
export const lock: EntryAnswer = implementEntry("lock", (body) => answerLock(body, openClients()));

/** Answers one call with the given clients. */
export async function answerLock(body: JsonObject, clients: Clients): Promise<LockAnswer> {
  const bucket = requireText(body, "bucket");
  const object = `locks/${requireText(body, "environment")}.json`;
  switch (body.action) {
    case "claim":
      return claimForRequest({ bucket, object, now: requireNow(body), wanted: toLock(body) }, clients);
    case "release":
      return release({ bucket, object, generation: generationOf(body) }, clients);
    case "read":
      return toAnswer(await readLock(clients.storage, { bucket, object }), { bucket, object });
    default:
      throw badField("action", "must be claim, release or read");
  }
}

interface Place {
  readonly bucket: string;
  readonly object: string;
}

interface Held {
  readonly generation: string;
  readonly holder: StoredLock;
}

interface Claim extends Place {
  readonly now: number;
  readonly wanted: StoredLock;
}

/** Claims the request, then the lock, and enters into the ledger what the environment is from then on. */
async function claimForRequest(wanted: Claim, clients: Clients): Promise<LockAnswer> {
  const { storage } = clients;
  const { bucket, wanted: claimant } = wanted;
  const claimed = await claimRequest(storage, { bucket, ...claimant });
  if (claimed.state === "joined") return claimed;
  const answer = await claim(wanted, clients);
  if (answer.state !== "held") return answer;
  const { request } = claimed;
  if (!(await isTeardownCurrent(storage, { bucket, request }))) {
    await storage.deleteObject(bucket, wanted.object, answer.fence.generation);
    return { state: "obsolete" };
  }
  const run = { id: claimant.run, environment: request.environment, fence: answer.fence };
  return { ...answer, plans: await enterLedger(storage, { run, request }) };
}

async function claim(wanted: Claim, clients: Clients): Promise<LockAnswer> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const found = await readLock(clients.storage, wanted);
    if (found?.holder.execution === wanted.wanted.execution) return toAnswer(found, wanted);
    if (found && (await isAlive(found.holder, wanted.now, clients))) return { state: "busy", holder: found.holder };
    const generation = await write(clients.storage, wanted, found?.generation ?? "0");
    if (generation !== undefined) return toAnswer({ generation, holder: wanted.wanted }, wanted);
  }
  throw settling(wanted.object, "several runs claim it at the same moment");
}

/**
 * Whether the holder's execution still runs.
 *
 * @throws StepError UNAVAILABLE, retryable, when it has ended so recently that its functions may still be at work
 */
async function isAlive({ execution }: StoredLock, now: number, { executions }: Clients): Promise<boolean> {
  const found = await executions.getExecution(execution);
  if (!found) return false;
  if (found.state === "ACTIVE" || found.state === "QUEUED") return true;
  const endedAt = found.endTime === undefined ? 0 : Date.parse(found.endTime) / 1000;
  if (now - endedAt >= longestFunctionSeconds) return false;
  throw settling(execution, "the run that held the lock ended without releasing it, and its last calls may still work");
}

async function release(place: Place & { readonly generation: string }, { storage }: Clients): Promise<LockAnswer> {
  await storage.deleteObject(place.bucket, place.object, place.generation);
  return toAnswer(await readLock(storage, place), place);
}

async function write(storage: StorageClient, { bucket, object, wanted }: Claim, ifGenerationMatch: string) {
  const content = JSON.stringify(wanted);
  const written = await storage.write({ bucket, object, content, contentType: "application/json", ifGenerationMatch });
  return written?.generation;
}

async function readLock(storage: StorageClient, { bucket, object }: Place): Promise<Held | undefined> {
  const found = await storage.readText(bucket, object);
  if (!found) return undefined;
  return { generation: found.generation, holder: toLock(toObject(parseJson(found.text)) ?? {}) };
}

function toAnswer(found: Held | undefined, { bucket, object }: Place): LockAnswer {
  if (!found) return { state: "free" };
  const { generation, holder } = found;
  return { state: "held", fence: { bucket, object, generation }, holder };
}

function toLock(body: JsonObject): StoredLock {
  return {
    execution: requireText(body, "execution"),
    run: requireText(body, "run"),
    requestedBy: requireText(body, "requestedBy"),
    why: requireText(body, "why"),
    since: typeof body.since === "number" ? body.since : requireNow(body),
  };
}

function requireNow({ now }: JsonObject): number {
  if (typeof now === "number") return now;
  throw badField("now", "must be seconds since the epoch");
}

function generationOf(body: JsonObject): string {
  return requireText(toObject(body.fence) ?? {}, "generation");
}

function settling(resource: string, why: string): StepError {
  return new StepError({ code: "UNAVAILABLE", reason: "LOCK_SETTLING", resource, message: `${resource}: ${why}` });
}

const openClients = once((): Clients => {
  const auth = createAuth();
  return { storage: connectStorage(auth)(unguarded), executions: connectWorkflowExecutions(auth)(unguarded) };
});
