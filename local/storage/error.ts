import { ApiError } from "../error.ts";

/** @returns 404 for a bucket */
export function noBucket(): ApiError {
  return new ApiError({ code: "NOT_FOUND", reason: "notFound", message: "The specified bucket does not exist." });
}

/** @returns 404 for an object */
export function noObject(bucket: string, object: string): ApiError {
  return new ApiError({ code: "NOT_FOUND", reason: "notFound", message: `No such object: ${bucket}/${object}` });
}

/** @returns 412 */
export function conditionNotMet(): ApiError {
  const message = "At least one of the pre-conditions you specified did not hold.";
  return new ApiError({ code: "FAILED_PRECONDITION", httpStatus: 412, reason: "conditionNotMet", message });
}

/** @returns 304: what the caller has is still current */
export function notModified(): ApiError {
  return new ApiError({ code: "FAILED_PRECONDITION", httpStatus: 304, reason: "notModified", message: "Not Modified" });
}

/** @returns 409 */
export function conflict(message: string): ApiError {
  return new ApiError({ code: "ALREADY_EXISTS", httpStatus: 409, reason: "conflict", message });
}

/** @returns 400 */
export function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", reason: "invalid", message });
}

/** @returns 429 */
export function tooFast(bucket: string, object: string): ApiError {
  return new ApiError({
    code: "RESOURCE_EXHAUSTED",
    reason: "rateLimitExceeded",
    message: `The object ${bucket}/${object} exceeded the rate limit for object mutation operations (create, update, and delete). Please reduce your request rate.`,
  });
}
