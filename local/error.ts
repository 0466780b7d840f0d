import type { JsonObject } from "./json.ts";

/**
 * The canonical codes with their gRPC number and HTTP status, both ways.
 *
 * @see https://cloud.google.com/apis/design/errors
 */
// biome-ignore format: a table
export const codes = {
  CANCELLED:           { grpc: 1,  http: 499 },
  UNKNOWN:             { grpc: 2,  http: 500 },
  INVALID_ARGUMENT:    { grpc: 3,  http: 400 },
  DEADLINE_EXCEEDED:   { grpc: 4,  http: 504 },
  NOT_FOUND:           { grpc: 5,  http: 404 },
  ALREADY_EXISTS:      { grpc: 6,  http: 409 },
  PERMISSION_DENIED:   { grpc: 7,  http: 403 },
  RESOURCE_EXHAUSTED:  { grpc: 8,  http: 429 },
  FAILED_PRECONDITION: { grpc: 9,  http: 400 },
  ABORTED:             { grpc: 10, http: 409 },
  OUT_OF_RANGE:        { grpc: 11, http: 400 },
  UNIMPLEMENTED:       { grpc: 12, http: 501 },
  INTERNAL:            { grpc: 13, http: 500 },
  UNAVAILABLE:         { grpc: 14, http: 503 },
  DATA_LOSS:           { grpc: 15, http: 500 },
  UNAUTHENTICATED:     { grpc: 16, http: 401 },
} as const;

/** Name of a canonical code, as in `error.status` of a response. */
export type Code = keyof typeof codes;

/** The name of a code by its gRPC number; UNKNOWN for what is none. */
export function codeOf(grpc: number): Code {
  return Object.keys(codes).find((name): name is Code => codes[name as Code].grpc === grpc) ?? "UNKNOWN";
}

/** What an `ApiError` is made of. */
export interface ApiErrorFields {
  readonly code: Code;
  /** The text a caller sees, in the service's own words. */
  readonly message: string;
  /** `google.rpc` details, each with its `@type`. */
  readonly details?: readonly JsonObject[];
  /** HTTP status when it is not the code's own (412 of Storage and Compute fingerprints). */
  readonly httpStatus?: number;
  /** `errors[].reason` of the Compute, IAM and Storage envelopes, for example `alreadyExists`. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/** A refusal or failure of an emulated API: what its caller receives over REST or gRPC. */
export class ApiError extends Error {
  readonly code: Code;
  readonly details: readonly JsonObject[];
  readonly httpStatus: number;
  readonly reason: string | undefined;

  constructor(fields: ApiErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.name = "ApiError";
    this.code = fields.code;
    this.details = fields.details ?? [];
    this.httpStatus = fields.httpStatus ?? codes[fields.code].http;
    this.reason = fields.reason;
  }

  /** The `google.rpc.Status` of this error, as an operation's `error` carries it. */
  toStatus(): { code: number; message: string; details?: readonly JsonObject[] } {
    const status = { code: codes[this.code].grpc, message: this.message };
    return this.details.length > 0 ? { ...status, details: this.details } : status;
  }
}

/** Turns anything caught into an `ApiError`; what is none is INTERNAL with the original as its cause. */
export function toApiError(caught: unknown): ApiError {
  if (caught instanceof ApiError) return caught;
  const message = caught instanceof Error ? caught.message : String(caught);
  return new ApiError({ code: "INTERNAL", message: `Internal error encountered: ${message}`, cause: caught });
}

/** A `google.rpc.ErrorInfo` detail. */
export function errorInfo(reason: string, domain: string, metadata: Record<string, string>): JsonObject {
  return { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain, metadata };
}
