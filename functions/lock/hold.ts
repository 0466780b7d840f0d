import type { StorageClient } from "../../google/clients/storage.ts";
import type { WorkflowExecutionsClient } from "../../google/clients/workflow-executions.ts";
import { isUnderWay } from "../../google/under-way.ts";
import { idOf } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Run } from "../contract.ts";
import { readStored, writeStored } from "../entry/read.ts";
import type { StoredLock } from "../entry/stored.ts";
import { StepError } from "../error.ts";

/** What a lock is asked with. */
export interface LockClients {
  readonly storage: StorageClient;
  readonly executions: Pick<WorkflowExecutionsClient, "getExecution">;
}

/** Where a lock lies: `locks/{environment}.json`. */
export interface LockPlace {
  readonly bucket: string;
  readonly object: string;
}

/** A lock that is held, with the fence that every changing call reads again. */
export interface Held {
  readonly state: "held";
  readonly fence: NonNullable<Run["fence"]>;
  readonly holder: StoredLock;
}

/** How a lock stands for who asked. */
export type LockStanding =
  | Held
  | { readonly state: "busy"; readonly holder: StoredLock }
  /** The holder is dead, and its last calls may still work: whoever waits is given it then. */
  | { readonly state: "settling"; readonly holder: StoredLock }
  | { readonly state: "free" };

/** A function that a dead run has called may go on for as long as functions may take, which `deploy` sets. */
const longestFunctionSeconds = 120;

/** Where an environment's lock lies. */
export function lockPlace(bucket: string, environment: string): LockPlace {
  return { bucket, object: objectOf.lock(environment) };
}

/**
 * Takes the lock, or keeps it when it is held already. A holder whose execution has ended is dead, so a lock never goes
 * stale; it is taken over once none of its calls can be under way.
 *
 * @throws StepError UNAVAILABLE, retryable, when several claim it at the same moment; FAILED_PRECONDITION, reason
 * `EXECUTION_ENDED`, for a call that has outlived its own execution: it would begin what nobody waits for
 */
export async function claimLock(
  clients: LockClients,
  { place, wanted, now }: { readonly place: LockPlace; readonly wanted: StoredLock; readonly now: number },
): Promise<LockStanding> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const found = await readLock(clients.storage, place);
    if (found && isSame(found.value.execution, wanted.execution)) return held(place, found.generation, found.value);
    const life = found ? await lifeOf(found.value, now, clients) : "dead";
    if (found && life !== "dead") return { state: life, holder: found.value };
    await refuseDead(wanted, clients);
    const ifGenerationMatch = found?.generation ?? "0";
    const generation = await writeStored(clients.storage, { ...place, ifGenerationMatch }, wanted);
    if (generation !== undefined) return held(place, generation, wanted);
  }
  throw settling(place.object, "several runs claim it at the same moment");
}

/** The lock as this execution holds it; undefined when it does not. */
export async function keptLock(storage: StorageClient, place: LockPlace, execution: string): Promise<Held | undefined> {
  const found = await readLock(storage, place);
  return found && isSame(found.value.execution, execution) ? held(place, found.generation, found.value) : undefined;
}

/** Frees the lock if this execution holds it. */
export async function releaseLock(storage: StorageClient, place: LockPlace, execution: string): Promise<LockStanding> {
  const found = await readLock(storage, place);
  if (!found) return { state: "free" };
  if (!isSame(found.value.execution, execution)) return { state: "busy", holder: found.value };
  await storage.deleteObject(place.bucket, place.object, found.generation);
  return { state: "free" };
}

/** Who holds a lock; undefined when nobody does. */
export function readLock(storage: StorageClient, { bucket, object }: LockPlace) {
  return readStored<StoredLock>(storage, bucket, object);
}

/** Whether the holder's execution still runs, or has ended so recently that its functions may still be at work. */
async function lifeOf(
  { execution }: StoredLock,
  now: number,
  { executions }: LockClients,
): Promise<"busy" | "settling" | "dead"> {
  const found = await executions.getExecution(execution);
  if (!found) return "dead";
  if (isUnderWay(found)) return "busy";
  const endedAt = found.endTime === undefined ? 0 : Date.parse(found.endTime) / 1000;
  return now - endedAt >= longestFunctionSeconds ? "dead" : "settling";
}

async function refuseDead({ execution, run }: StoredLock, { executions }: LockClients): Promise<void> {
  const found = await executions.getExecution(execution);
  if (!found || isUnderWay(found)) return;
  const message = `the execution of ${run} that asks for it has ended: ${found.state}`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "EXECUTION_ENDED", resource: execution, message });
}

/** The API names executions under the project's number, the workflow itself under its id. */
function isSame(execution: string, other: string): boolean {
  return idOf(execution) === idOf(other);
}

function held(place: LockPlace, generation: string, holder: StoredLock): Held {
  return { state: "held", fence: { ...place, generation }, holder };
}

function settling(resource: string, why: string): StepError {
  return new StepError({ code: "UNAVAILABLE", reason: "LOCK_SETTLING", resource, message: `${resource}: ${why}` });
}
