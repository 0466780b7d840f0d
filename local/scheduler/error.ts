import { ApiError } from "../error.ts";

/** The refusal of a request that can never succeed. */
export function invalid(message: string, cause?: unknown): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message, cause });
}
