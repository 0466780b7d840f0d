import { type Code, codes } from "../google/code.ts";
import { ApiError } from "../google/error.ts";
import type { JsonObject } from "../google/json.ts";
import { OperationError } from "../google/operation.ts";

/** What a `StepError` is made of. */
export interface StepErrorFields {
  readonly code: Code;
  /** What was being done to what, what came back, and what to do. */
  readonly message: string;
  /** One word in capitals that programs read, for example `FOREIGN_RESOURCE`. */
  readonly reason: string;
  /** Whether the same call may succeed later; what the code says when omitted. */
  readonly retryable?: boolean;
  /** Full name of the resource that it is about. */
  readonly resource?: string;
  /** Further `google.rpc` details. */
  readonly details?: readonly JsonObject[];
  readonly cause?: unknown;
}

/** What leaves a function when it fails: Google's own error form, so that a workflow reads ours and Google's alike. */
export class StepError extends Error {
  readonly code: Code;
  readonly reason: string;
  readonly retryable: boolean;
  readonly resource: string | undefined;
  readonly details: readonly JsonObject[];

  constructor(fields: StepErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.name = "StepError";
    this.code = fields.code;
    this.reason = fields.reason;
    this.retryable = fields.retryable ?? codes[fields.code].retryable;
    this.resource = fields.resource;
    this.details = fields.details ?? [];
  }

  /** HTTP status of the answer. */
  get httpStatus(): number {
    return codes[this.code].http;
  }
}

/** Turns anything caught into a `StepError`, the original being its cause. */
export function toStepError(caught: unknown): StepError {
  if (caught instanceof StepError) return caught;
  if (caught instanceof ApiError) {
    const { code, message, resource, details } = caught;
    return new StepError({ code, message, resource, details, reason: caught.reason ?? code, cause: caught });
  }
  if (caught instanceof OperationError) {
    const { code, message, details } = caught;
    return new StepError({ code, message, details, reason: "OPERATION_FAILED", retryable: false, cause: caught });
  }
  const message = caught instanceof Error ? caught.message : String(caught);
  return new StepError({ code: "INTERNAL", message, reason: "UNEXPECTED", retryable: false, cause: caught });
}

/** Where an error came from that nobody has foreseen, for the log; undefined of a refusal, which says itself what it is. */
export function stackOf({ reason, cause }: StepError): string | undefined {
  return reason === "UNEXPECTED" && cause instanceof Error ? cause.stack : undefined;
}

/**
 * The body of the answer. It never holds a stack trace.
 *
 * @param from name of the step or entry
 * @see https://cloud.google.com/apis/design/errors#http_mapping
 */
export function errorBody(error: StepError, from: string): JsonObject {
  const metadata = {
    retryable: String(error.retryable),
    step: from,
    ...(error.resource !== undefined && { resource: error.resource }),
  };
  const info = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: error.reason,
    domain: "alloyrun",
    metadata,
  };
  const details = [info, ...error.details];
  return { error: { code: error.httpStatus, status: error.code, message: error.message, details } };
}
