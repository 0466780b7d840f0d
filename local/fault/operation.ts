import type { RunningOperation, RunOperation } from "../api.ts";
import { type ApiError, errorInfo } from "../error.ts";
import { toError } from "./effect.ts";
import type { ErrorEffect, FaultEffect } from "./plan.ts";

/** Milliseconds that an operation takes when a fault makes it slow. */
export function lengthened(ms: number, effect: FaultEffect | undefined): number {
  if (effect?.kind !== "slow") return ms;
  return ms * (effect.factor ?? 1) + (effect.seconds ?? 0) * 1000;
}

/**
 * An operation's work the way a fault wants it. A failure before the effect comes when the work has waited out its
 * latency, so that the work leaves behind what it leaves when it fails by itself.
 *
 * @param host whose operation it is
 */
export function faulty(work: RunOperation, host: string, effect: FaultEffect | undefined): RunOperation {
  switch (effect?.kind) {
    case "error":
      return effect.after ? failingAfter(work, failure(effect, host)) : failingBefore(work, failure(effect, host));
    case "never":
      return endless(work);
    case "slow":
      return late(work);
    default:
      return work;
  }
}

function failingAfter(work: RunOperation, error: ApiError): RunOperation {
  return async (operation) => {
    await work(operation);
    throw error;
  };
}

function failingBefore(work: RunOperation, error: ApiError): RunOperation {
  return async (operation) => {
    let isMet = false;
    const meet = () => {
      isMet = true;
      return Promise.reject(error);
    };
    try {
      await work(withLatency(operation, meet));
    } catch (caught) {
      // What failed by itself before it came to that keeps its own reason.
      if (!isMet) throw caught;
    }
    throw error;
  };
}

function endless(work: RunOperation): RunOperation {
  return async (operation) => {
    const forever = () => operation.hold.during(() => new Promise<never>(() => {}));
    await work(withLatency(operation, forever));
    return await forever();
  };
}

/** Not all work waits for its latency by itself. */
function late(work: RunOperation): RunOperation {
  return async (operation) => {
    const response = await work(operation);
    await operation.latency();
    return response;
  };
}

/** The operation with something more at the end of its latency. */
function withLatency(operation: RunningOperation, then: () => Promise<void>): RunningOperation {
  return {
    ...operation,
    async latency() {
      await operation.latency();
      await then();
    },
  };
}

/** Compute shows the reason of its first detail as the error's code. */
function failure(effect: ErrorEffect, host: string): ApiError {
  const { reason, details } = effect;
  if (reason === undefined || details !== undefined) return toError(effect);
  return toError({ ...effect, details: [errorInfo(reason, host, {})] });
}
