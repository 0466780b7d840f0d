import { StepError } from "../error.ts";

/** The error for a part of an existing network that does not fit and is not ours to change; `says` what is wrong with it. */
export function unfit(resource: string, says: string): StepError {
  return new StepError({
    code: "FAILED_PRECONDITION",
    reason: "UNFIT_NETWORK",
    resource,
    message: `${resource} ${says}`,
  });
}
