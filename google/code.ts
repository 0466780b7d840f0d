/**
 * Google's canonical codes: gRPC number, HTTP status, and whether the same call may succeed if it is made again later.
 * The only place that knows.
 *
 * @see https://cloud.google.com/apis/design/errors#handling_errors
 */
// biome-ignore format: a table
export const codes = {
  CANCELLED:           { grpc: 1,  http: 499, retryable: false },
  UNKNOWN:             { grpc: 2,  http: 500, retryable: false },
  INVALID_ARGUMENT:    { grpc: 3,  http: 400, retryable: false },
  DEADLINE_EXCEEDED:   { grpc: 4,  http: 504, retryable: true  },
  NOT_FOUND:           { grpc: 5,  http: 404, retryable: false },
  ALREADY_EXISTS:      { grpc: 6,  http: 409, retryable: false },
  PERMISSION_DENIED:   { grpc: 7,  http: 403, retryable: false },
  RESOURCE_EXHAUSTED:  { grpc: 8,  http: 429, retryable: true  },
  FAILED_PRECONDITION: { grpc: 9,  http: 400, retryable: false },
  ABORTED:             { grpc: 10, http: 409, retryable: true  },
  OUT_OF_RANGE:        { grpc: 11, http: 400, retryable: false },
  UNIMPLEMENTED:       { grpc: 12, http: 501, retryable: false },
  INTERNAL:            { grpc: 13, http: 500, retryable: true  },
  UNAVAILABLE:         { grpc: 14, http: 503, retryable: true  },
  DATA_LOSS:           { grpc: 15, http: 500, retryable: false },
  UNAUTHENTICATED:     { grpc: 16, http: 401, retryable: false },
} as const;

/** Name of a canonical code. */
export type Code = keyof typeof codes;

/** Whether a text is the name of a canonical code. */
export function isCode(text: unknown): text is Code {
  return typeof text === "string" && Object.hasOwn(codes, text);
}

const names = Object.keys(codes).filter(isCode);

/** The code of a gRPC number; UNKNOWN when there is none. */
export function codeOfGrpc(grpc: number): Code {
  return names.find((name) => codes[name].grpc === grpc) ?? "UNKNOWN";
}

/** Legacy `errors[].reason` values (Compute, Storage, IAM) that say more than the HTTP status does. */
// biome-ignore format: a table
const codesOfReasons: Readonly<Record<string, Code>> = {
  alreadyExists:                "ALREADY_EXISTS",
  conflict:                     "ALREADY_EXISTS",
  duplicate:                    "ALREADY_EXISTS",
  conditionNotMet:              "ABORTED",
  resourceInUseByAnotherResource: "FAILED_PRECONDITION",
  resourceNotReady:             "UNAVAILABLE",
  failedPrecondition:           "FAILED_PRECONDITION",
  rateLimitExceeded:            "RESOURCE_EXHAUSTED",
  userRateLimitExceeded:        "RESOURCE_EXHAUSTED",
  CONCURRENT_OPERATIONS_QUOTA_EXCEEDED: "RESOURCE_EXHAUSTED",
};

/** The code that a legacy reason stands for, when it says more than the status beside it. */
export function codeOfReason(reason: string | undefined): Code | undefined {
  return reason !== undefined && Object.hasOwn(codesOfReasons, reason) ? codesOfReasons[reason] : undefined;
}

/**
 * The code of a REST answer by its HTTP status alone. 409 stands for ALREADY_EXISTS or ABORTED and 400 for
 * INVALID_ARGUMENT or FAILED_PRECONDITION, so ask for `status` and `reason` of the body first.
 */
export function codeOfHttp(status: number): Code {
  if (status === 409 || status === 412) return "ABORTED";
  if (status === 400) return "INVALID_ARGUMENT";
  if (status === 500) return "INTERNAL";
  if (status === 502) return "UNAVAILABLE";
  return names.find((name) => codes[name].http === status) ?? "UNKNOWN";
}
