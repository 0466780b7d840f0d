import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../google/error.ts";
import { getOperation, type Operation } from "../google/operation.ts";
import type { Rest } from "../google/rest.ts";

/** How long the installer waits for something of Google's to become so. */
export interface Patience {
  /** Looks before giving up. The pauses between them grow from a quarter of a second to ten seconds. */
  readonly attempts: number;
  readonly pause: (ms: number) => Promise<unknown>;
}

const pause: Patience["pause"] = (ms) => sleep(ms);

/** About half an hour: longer than any operation of an installation takes. */
export const patience: Patience = { attempts: 200, pause };

/** About six minutes: longer than a new identity or grant takes to be known everywhere, as a rule. */
const propagation: Patience = { attempts: 45, pause };

/**
 * Waits until an operation has ended.
 *
 * @throws OperationError when it ended in error; ApiError when it could not be read or did not end in time
 */
export async function awaitOperation(rest: Rest, operation: Operation, waiting = patience): Promise<void> {
  await untilDefined({ what: `operation ${operation.name}`, patience: waiting }, async () => {
    const state = await getOperation(rest, operation);
    return state.state === "running" ? undefined : state;
  });
}

/**
 * Repeats a call while Google has not yet heard of what it builds on.
 *
 * @param isEarly tells an error that passes with time from one that does not
 */
export async function persist<Value>(
  isEarly: (error: ApiError) => boolean,
  call: () => Promise<Value>,
  waiting: Patience = propagation,
): Promise<Value> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (caught) {
      if (!(caught instanceof ApiError && isEarly(caught)) || attempt >= waiting.attempts) throw caught;
      await waiting.pause(pauseMs(attempt));
    }
  }
}

/** Asks again until the answer is defined. @throws ApiError DEADLINE_EXCEEDED when it never is */
export async function untilDefined<Value>(
  { what, patience: waiting }: { readonly what: string; readonly patience: Patience },
  ask: () => Promise<Value | undefined>,
): Promise<Value> {
  for (let attempt = 0; attempt < waiting.attempts; attempt += 1) {
    const value = await ask();
    if (value !== undefined) return value;
    await waiting.pause(pauseMs(attempt));
  }
  throw new ApiError({
    method: "wait",
    resource: what,
    code: "DEADLINE_EXCEEDED",
    text: "it has not become so in time",
  });
}

function pauseMs(attempt: number): number {
  return Math.min(10_000, 250 * 1.3 ** attempt);
}
