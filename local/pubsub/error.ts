import { ApiError } from "../error.ts";

/** Last segment of a resource name, which is what refusals call a resource by. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The refusal of a request that can never succeed. */
export function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}

/** The refusal of a name that nothing has. */
export function notFound(name: string): ApiError {
  return new ApiError({ code: "NOT_FOUND", message: `Resource not found (resource=${idOf(name)}).` });
}

/** The refusal of a name that is taken. */
export function alreadyExists(name: string): ApiError {
  return new ApiError({
    code: "ALREADY_EXISTS",
    message: `Resource already exists in the project (resource=${idOf(name)}).`,
  });
}

/** The refusal of what the state of things does not allow. */
export function failedPrecondition(message: string): ApiError {
  return new ApiError({ code: "FAILED_PRECONDITION", message });
}
