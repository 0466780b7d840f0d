import type { Operation } from "../google/operation.ts";
import type { Change } from "../plan/change.ts";
import type { Ownership } from "../spec/names.ts";
import type { Done, Pending, PendingOperation, Removed } from "./contract.ts";
import type { Log } from "./log.ts";

/** The answer of a step whose resources are as wanted; `changes` is what this call did. */
export function done<Output extends object>(output: Output, changes: readonly Change[] = []): Done<Output> {
  return { state: "done", output, changes };
}

/** The answer of a removal that leaves what is somebody else's, naming each; what is said is logged too. */
export function leave(left: readonly string[], log: Log, changes: readonly Change[] = []): Done<Removed> {
  for (const says of left) log("WARNING", says);
  return done(left.length > 0 ? { left } : {}, changes);
}

/** What is said of a resource that has the name, and is not the environment's own. */
export function leftAlone(resource: string, { mark }: Pick<Ownership, "mark">): string {
  return `${resource} is not of ${mark}; it was left as it is`;
}

/** An operation together with how long it takes as a rule. */
export function expecting(expectedSeconds: number, operation: Operation): PendingOperation {
  return { ...operation, expectedSeconds };
}

/** The answer of a step that waits for operations, after which it wants to be called again. */
export function pending(waiting: {
  readonly operations: readonly PendingOperation[];
  /** What is being waited for, for people. */
  readonly reason: string;
  readonly changes?: readonly Change[];
}): Pending {
  return { state: "pending", retryAfterSeconds: 5, changes: [], ...waiting };
}

/** The answer of a step that waits for something that is no operation of ours: it wants to be called again later. */
export function notYet(waiting: {
  readonly reason: string;
  readonly retryAfterSeconds: number;
  readonly changes?: readonly Change[];
}): Pending {
  return { state: "pending", operations: [], changes: [], ...waiting };
}

/** Several answers as one: what is held is waited for only when nothing else is, for it is found again then. */
export function together(answers: readonly Pending[]): Pending {
  const going = answers.filter((answer) => answer.held !== true);
  const some = going.length > 0 ? going : answers;
  return {
    state: "pending",
    operations: some.flatMap(({ operations }) => operations),
    retryAfterSeconds: Math.min(...some.map(({ retryAfterSeconds }) => retryAfterSeconds)),
    reason: some.map(({ reason }) => reason).join("; "),
    changes: some.flatMap(({ changes }) => changes),
    ...(going.length === 0 && { held: true }),
  };
}

/** Seconds after which a step asks again for what Google gives back in its own time. */
const heldRetrySeconds = 300;

/**
 * The answer of a removal that Google refuses while something else still holds the resource. Nothing speeds it up, so
 * the run may end here and leave the rest to the sweep.
 */
export function held(reason: string): Pending {
  return { ...notYet({ reason: `held: ${reason}`, retryAfterSeconds: heldRetrySeconds }), held: true };
}
