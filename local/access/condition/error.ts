import { ApiError } from "../../error.ts";
import { unserved } from "../../unserved.ts";

/** The refusal of a condition that is none, with where it goes wrong. */
export function invalidCondition(problem: string, position: number): ApiError {
  return new ApiError({
    code: "INVALID_ARGUMENT",
    message: `Condition expression compilation failed: ERROR: <input>:1:${position + 1}: ${problem}`,
    reason: "badRequest",
  });
}

/** The refusal of what Google evaluates and this does not, so that no condition is silently taken for true. */
export function unservedCondition(what: string): ApiError {
  return unserved(
    "iam.conditions",
    `${what} in conditions is not evaluated here: request.time and its parts, resource.name, resource.type, ` +
      "resource.service and iam.googleapis.com/modifiedGrantsByRole are.",
  );
}
