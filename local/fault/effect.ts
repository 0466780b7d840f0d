import type { Clock, Hold } from "../clock.ts";
import { ApiError, type Code } from "../error.ts";
import { ConnectionLost } from "./connection-lost.ts";
import type { ErrorEffect, FaultEffect, TimeoutEffect } from "./plan.ts";

/** How a call waits, and until when. */
export interface Flow {
  /** Waits on the clock without holding it. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Awaits what is no work, without holding the clock. */
  readonly during: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** The signal of callers inside this process, who have no line to hang up. */
export const noLine = new AbortController().signal;

/** Seconds of the clock after which a caller inside gives up: the longest that a step of a workflow waits. */
const patienceSeconds = 1800;

/** The flow of a call that holds the clock. */
export function flowOf(hold: Hold, signal: AbortSignal): Flow {
  return {
    sleep: (ms) => hold.sleep(ms, { draws: true, signal }),
    during: (wait) => hold.during(wait),
    signal,
  };
}

/** The flow of traffic, which never holds the clock. */
export function trafficFlow(clock: Clock, signal: AbortSignal): Flow {
  return { sleep: (ms) => clock.sleep(ms, { draws: true, signal }), during: (wait) => wait(), signal };
}

/**
 * Does some work the way a fault wants it: not at all, or without its answer, or late.
 *
 * @throws ApiError what the caller is to see; ConnectionLost when that is nothing
 */
export async function suffer<T>(effect: FaultEffect | undefined, flow: Flow, work: () => Promise<T> | T): Promise<T> {
  if (effect === undefined) return await work();
  if (effect.kind === "slow" || effect.kind === "never") {
    if (effect.kind === "slow") await patiently(flow, () => flow.sleep((effect.seconds ?? 0) * 1000));
    return await work();
  }
  if (effect.after) await work();
  return await refuse(effect, flow);
}

/** Ends a call that gets no answer of its own; always throws. */
async function refuse(effect: Exclude<FaultEffect, { kind: "slow" | "never" }>, flow: Flow): Promise<never> {
  switch (effect.kind) {
    case "error":
      throw toError(effect);
    case "close":
      throw new ConnectionLost();
    case "timeout":
      return await keepWaiting(effect, flow);
  }
}

async function keepWaiting({ seconds }: TimeoutEffect, flow: Flow): Promise<never> {
  const { signal } = flow;
  if (seconds !== undefined) {
    await patiently(flow, () => flow.sleep(seconds * 1000));
    throw toError({ kind: "error", code: "DEADLINE_EXCEEDED" });
  }
  if (signal === noLine) {
    await flow.sleep(patienceSeconds * 1000);
    throw new ConnectionLost();
  }
  await flow.during(() => hangUp(signal));
  throw gone();
}

/** Waits unless the caller hangs up meanwhile. */
async function patiently({ signal }: Flow, wait: () => Promise<void>): Promise<void> {
  try {
    await wait();
  } catch (caught) {
    throw signal.aborted ? gone() : caught;
  }
}

function hangUp(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function gone(): ApiError {
  return new ApiError({ code: "CANCELLED", message: "The caller hung up." });
}

/** The refusal that a fault gives. */
export function toError({ code, message, httpStatus, reason, details }: ErrorEffect): ApiError {
  return new ApiError({ code, message: message ?? sentences[code] ?? code, httpStatus, reason, details });
}

/** What Google says when there is nothing to say. */
const sentences: Readonly<Partial<Record<Code, string>>> = {
  ABORTED: "The operation was aborted.",
  CANCELLED: "The operation was cancelled.",
  DEADLINE_EXCEEDED: "Deadline expired before operation could complete.",
  FAILED_PRECONDITION: "Precondition check failed.",
  INTERNAL: "Internal error encountered.",
  INVALID_ARGUMENT: "Request contains an invalid argument.",
  NOT_FOUND: "Requested entity was not found.",
  PERMISSION_DENIED: "The caller does not have permission",
  RESOURCE_EXHAUSTED: "Resource has been exhausted (e.g. check quota).",
  ALREADY_EXISTS: "Requested entity already exists",
  UNAVAILABLE: "The service is currently unavailable.",
};
