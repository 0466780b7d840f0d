import { ApiError } from "../google/error.ts";
import type { StepPermissions } from "../plan/step.ts";
import { StepError, toStepError } from "./error.ts";

/**
 * Turns anything caught into a `StepError`. A refusal that a grant of the environment's own would end is worth asking
 * again: `identity` made that grant moments ago, and it takes minutes to spread. What the step may do on the project was
 * proved when alloyrun was installed, so a refusal there stays one.
 *
 * @see https://cloud.google.com/iam/docs/access-change-propagation
 */
export function toErrorOfStep(caught: unknown, permissions: StepPermissions): StepError {
  const error = toStepError(caught);
  if (!(caught instanceof ApiError) || !restsOnEarlyGrant(caught, permissions)) return error;
  const { code, message, reason, resource, details } = error;
  return new StepError({ code, message, reason, resource, details, retryable: true, cause: caught });
}

function restsOnEarlyGrant({ code, method }: ApiError, { secrets, actAsRuntime }: StepPermissions): boolean {
  if (code !== "PERMISSION_DENIED") return false;
  if (secrets && method.startsWith("secretmanager.")) return true;
  return (actAsRuntime ?? []).length > 0 && method.startsWith("run.");
}
