import { type Code, codeOfGrpc, codeOfHttp, codes } from "../google/code.ts";
import type { OperationFailure } from "./contract.ts";
import { StepError } from "./error.ts";

/** The canonical code of a failed operation; Compute's operations give an HTTP status instead. */
export function codeOfFailure(failure: OperationFailure): Code {
  return failure.code >= 100 ? codeOfHttp(failure.code) : codeOfGrpc(failure.code);
}

/**
 * Lets pass failures of operations that the step mends by looking again: those that pass by themselves, and those that
 * `mends` says yes to.
 *
 * @throws StepError with the operation's code, reason `OPERATION_FAILED`, for any other
 */
export function refuseFailures(
  failures: readonly OperationFailure[],
  mends: (failure: OperationFailure) => boolean,
): void {
  const final = failures.find((failure) => !passesByItself(failure) && !mends(failure));
  if (!final) return;
  const code = codeOfFailure(final);
  throw new StepError({
    code,
    reason: "OPERATION_FAILED",
    retryable: false,
    resource: final.name,
    message: `operation ${final.name} ended with ${code}: ${final.message}`,
  });
}

/** INTERNAL is final here: an operation that ended so left its resource in a state that the step must see to. */
function passesByItself(failure: OperationFailure): boolean {
  const code = codeOfFailure(failure);
  return codes[code].retryable && code !== "INTERNAL";
}
