import { ApiError } from "../error.ts";

/** The refusal of a request that can never succeed. */
export function invalid(message: string, cause?: unknown): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message, cause });
}

/** The refusal of what the local cloud does not do. */
export function unserved(what: string): ApiError {
  return new ApiError({ code: "UNIMPLEMENTED", message: `${what} is not served by the local cloud.` });
}
