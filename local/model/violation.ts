import { ApiError } from "../error.ts";

/** One thing wrong with a request. */
export interface Violation {
  /** Path of the field in the definition's spelling, for example `cluster.initial_user`; empty for the request itself. */
  readonly field: string;
  readonly description: string;
  /** The word for it in the older envelopes, where it is not `badRequest`. */
  readonly reason?: string;
}

/** The refusal of a request with all that is wrong with it. */
export function invalidArgument(violations: readonly Violation[]): ApiError {
  return new ApiError({
    code: "INVALID_ARGUMENT",
    message: violations.map(({ description }) => description).join("\n"),
    reason: violations[0]?.reason ?? "badRequest",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        fieldViolations: violations.map(({ field, description }) => (field ? { field, description } : { description })),
      },
    ],
  });
}
