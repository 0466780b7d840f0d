import { ApiError } from "../error.ts";

/** A refusal of one field, in the words and with the details that Cloud Run gives. */
export function violation(field: string, description: string): ApiError {
  return new ApiError({
    code: "INVALID_ARGUMENT",
    message: `Violation in ${field}: ${description}`,
    details: [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field, description }] }],
  });
}
