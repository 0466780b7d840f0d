import { type Code, codeOfGrpc, codeOfHttp, codes } from "../google/code.ts";
import { parseJson, textOf, toObject, toObjects } from "../google/json.ts";
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
  if (final) throw refusalOf(final);
}

/**
 * Bounds how often a step has its operations fail: each may cost minutes, and money where something was created.
 *
 * @param bound.failedOperations how many failed in this run so far
 * @param bound.limit with how many of them the step ends
 * @throws StepError with the last operation's code, reason `OPERATION_FAILED`
 */
export function refuseRepetition(
  failures: readonly OperationFailure[],
  { failedOperations, limit }: { readonly failedOperations: number; readonly limit: number },
): void {
  const last = failures.at(-1);
  if (last && failedOperations >= limit) throw refusalOf(last, ` (${failedOperations} operations failed in this run)`);
}

function refusalOf(failure: OperationFailure, remark = ""): StepError {
  const code = codeOfFailure(failure);
  const { word = code, text } = saidBy(failure);
  const isQuota = word === "QUOTA_EXCEEDED" || word === "RESOURCE_EXHAUSTED";
  return new StepError({
    code,
    reason: "OPERATION_FAILED",
    retryable: false,
    resource: failure.name,
    message: `operation ${failure.name} ended with ${word}: ${text}${remark}${isQuota ? quotaWay : ""}`,
  });
}

const quotaWay =
  "; `alloyrun doctor` with `--spec` tells which quotas are used up, and the command or page by which more is asked for";

/** What an operation says of its failure; Compute's have a list of errors, which the workflow passes on as JSON. */
function saidBy({ message }: OperationFailure): { readonly word?: string; readonly text: string } {
  const errors = toObjects(toObject(parseJson(message))?.errors);
  const texts = errors.flatMap((error) => textOf(error.message) ?? []);
  return texts.length > 0 ? { word: textOf(errors[0]?.code), text: texts.join("; ") } : { text: message };
}

/** INTERNAL is final here: an operation that ended so left its resource in a state that the step must see to. */
function passesByItself(failure: OperationFailure): boolean {
  const code = codeOfFailure(failure);
  return codes[code].retryable && code !== "INTERNAL";
}
