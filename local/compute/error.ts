import { ApiError } from "../error.ts";

/** @returns 404 `notFound` */
export function notFound(path: string): ApiError {
  return new ApiError({ code: "NOT_FOUND", reason: "notFound", message: `The resource '${path}' was not found` });
}

/** @returns 409 `alreadyExists` */
export function alreadyExists(path: string): ApiError {
  return new ApiError({
    code: "ALREADY_EXISTS",
    reason: "alreadyExists",
    message: `The resource '${path}' already exists`,
  });
}

/** @returns 400 `resourceNotReady`: another change of the resource is under way */
export function notReady(path: string): ApiError {
  return new ApiError({
    code: "FAILED_PRECONDITION",
    reason: "resourceNotReady",
    message: `The resource '${path}' is not ready`,
  });
}

/** @returns 400 `resourceInUseByAnotherResource`, naming the blocker */
export function inUse(path: string, blocker: string): ApiError {
  const kind = singular(path.split("/").at(-2) ?? "");
  return new ApiError({
    code: "FAILED_PRECONDITION",
    reason: "resourceInUseByAnotherResource",
    message: `The ${kind} resource '${path}' is already being used by '${blocker}'`,
  });
}

/** @returns 400 `invalid` */
export function invalid(field: string, value: unknown, why: string): ApiError {
  return new ApiError({
    code: "INVALID_ARGUMENT",
    reason: "invalid",
    message: `Invalid value for field '${field}': '${String(value)}'. ${why}`,
  });
}

/** @returns 400 `required` */
export function required(field: string): ApiError {
  return new ApiError({
    code: "INVALID_ARGUMENT",
    reason: "required",
    message: `Required field '${field}' not specified`,
  });
}

/** @returns 412 `conditionNotMet` */
export function conditionNotMet(message: string): ApiError {
  return new ApiError({ code: "FAILED_PRECONDITION", httpStatus: 412, reason: "conditionNotMet", message });
}

function singular(collection: string): string {
  return collection === "addresses" ? "address" : collection.replace(/s$/, "");
}
