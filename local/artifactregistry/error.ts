import { ApiError } from "../error.ts";

/** @returns NOT_FOUND, in the words that Artifact Registry has for everything */
export function missing(): ApiError {
  return new ApiError({ code: "NOT_FOUND", message: "Requested entity was not found." });
}
