import type { StorageClient } from "../../google/clients/storage.ts";
import type { WorkflowExecutionsClient } from "../../google/clients/workflow-executions.ts";
import { isUnderWay } from "../../google/under-way.ts";
import { objectOf } from "../../spec/objects.ts";
import { editStored } from "../entry/read.ts";
import type { StoredQueue } from "../entry/stored.ts";

/** What the queue is asked with. */
export interface QueueClients {
  readonly storage: StorageClient;
  readonly executions: Pick<WorkflowExecutionsClient, "getExecution">;
}

/** An execution that waits for an environment. */
export interface Waiter {
  readonly bucket: string;
  readonly environment: string;
  readonly run: string;
  readonly execution: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

/**
 * Takes a place in the queue, or keeps the one that is held; whoever has died before loses it.
 *
 * @returns how many wait in front
 */
export async function enterQueue({ storage, executions }: QueueClients, waiter: Waiter): Promise<number> {
  const { run, execution, now } = waiter;
  const entered = await editStored<StoredQueue>(storage, placeOf(waiter), (queue) => {
    const waiting = queue?.waiting ?? [];
    if (waiting.some((each) => each.execution === execution)) return queue;
    return { waiting: [...waiting, { run, execution, since: now }] };
  });
  const ahead = beforeOf(entered?.waiting ?? [], execution);
  const dead: string[] = [];
  for (const each of ahead) if (!(await isWaiting(each.execution, executions))) dead.push(each.execution);
  if (dead.length === 0) return ahead.length;
  const left = await editStored<StoredQueue>(storage, placeOf(waiter), (queue) => without(queue, dead));
  return beforeOf(left?.waiting ?? [], execution).length;
}

/** Gives up a place in the queue; whoever has none loses nothing. */
export async function leaveQueue(
  storage: StorageClient,
  { execution, ...place }: Pick<Waiter, "bucket" | "environment" | "execution">,
): Promise<void> {
  await editStored<StoredQueue>(storage, placeOf(place), (queue) => without(queue, [execution]));
}

function without(queue: StoredQueue | undefined, executions: readonly string[]): StoredQueue | undefined {
  const waiting = queue?.waiting.filter(({ execution }) => !executions.includes(execution)) ?? [];
  return waiting.length === (queue?.waiting.length ?? 0) ? queue : { waiting };
}

function beforeOf(waiting: StoredQueue["waiting"], execution: string): StoredQueue["waiting"] {
  const place = waiting.findIndex((each) => each.execution === execution);
  return place < 0 ? waiting : waiting.slice(0, place);
}

async function isWaiting(execution: string, executions: QueueClients["executions"]): Promise<boolean> {
  return isUnderWay(await executions.getExecution(execution));
}

function placeOf({ bucket, environment }: Pick<Waiter, "bucket" | "environment">) {
  return { bucket, object: objectOf.queue(environment) };
}
