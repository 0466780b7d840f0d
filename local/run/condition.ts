import { toApiError } from "../error.ts";
import type { Condition } from "../model/generated/run.ts";

/** Why something is not as it should be: one of Cloud Run's three lists of reasons. */
export type Reason = Pick<Condition, "reason" | "revisionReason" | "executionReason">;

/** A failed deployment or execution, as conditions and the operation's error carry it. */
export interface Failure {
  readonly message: string;
  readonly reason: Reason;
}

/** What became of waiting for an operation's time to pass: the failure that it ended in, if any. */
export async function waitFailure(waited: Promise<void>): Promise<Failure | undefined> {
  try {
    await waited;
    return undefined;
  } catch (caught) {
    return { message: toApiError(caught).message, reason: { reason: "UNKNOWN" } };
  }
}

/** A condition that holds. */
export function succeeded(type: string, time: string): Condition {
  return { type, state: "CONDITION_SUCCEEDED", lastTransitionTime: time };
}

/** A condition that does not hold, with its cause. */
export function failed(type: string, time: string, { message, reason }: Failure): Condition {
  return { type, state: "CONDITION_FAILED", message, lastTransitionTime: time, severity: "ERROR", ...reason };
}

/** A condition under way. */
export function reconciling(type: string, time: string, message?: string): Condition {
  return { type, state: "CONDITION_RECONCILING", message, lastTransitionTime: time };
}
