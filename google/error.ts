import { type Code, codeOfGrpc, codeOfHttp, codeOfReason, codes, isCode } from "./code.ts";
import { type Json, type JsonObject, parseJson, textOf, toObject, toObjects } from "./json.ts";

/** A call, for the people who read its error. */
export interface CallSite {
  /** The API's own name of the method, for example `compute.networks.insert`. */
  readonly method: string;
  /** Full name of the resource that the call is about. */
  readonly resource: string;
}

/** What an `ApiError` is made of. */
export interface ApiErrorFields extends CallSite {
  readonly code: Code;
  /** The API's own text. */
  readonly text: string;
  /** When it is not the code's own, for example 412. */
  readonly httpStatus?: number;
  /** `google.rpc` details, each with its `@type`. */
  readonly details?: readonly JsonObject[];
  /** `reason` of the answer's ErrorInfo, or of `errors[0]` (Compute, Storage, IAM), for example `alreadyExists`. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/** What a Google API refused or failed to do. An absent resource is a value, not this. */
export class ApiError extends Error {
  readonly code: Code;
  readonly httpStatus: number;
  readonly method: string;
  readonly resource: string;
  readonly text: string;
  readonly details: readonly JsonObject[];
  readonly reason: string | undefined;

  constructor(fields: ApiErrorFields) {
    super(`${fields.method} ${fields.resource}: ${fields.code}: ${fields.text}`, { cause: fields.cause });
    this.name = "ApiError";
    this.code = fields.code;
    this.httpStatus = fields.httpStatus ?? codes[fields.code].http;
    this.method = fields.method;
    this.resource = fields.resource;
    this.text = fields.text;
    this.details = fields.details ?? [];
    this.reason = fields.reason;
  }
}

/** Whether the error says that its resource does not exist. */
export function isAbsent(caught: unknown): boolean {
  return caught instanceof ApiError && caught.code === "NOT_FOUND";
}

/** The error of a REST answer: `google.rpc.Status` bodies, and those of Compute, Storage and IAM that have `errors[]`. */
export function errorOfResponse(answer: { readonly status: number; readonly text: string }, site: CallSite): ApiError {
  const error = toObject(toObject(parseJson(answer.text))?.error);
  const details = toObjects(error?.details);
  const reason = infoOf(details)?.reason ?? toObjects(error?.errors)[0]?.reason;
  const known = typeof reason === "string" ? reason : undefined;
  const code = codeOfReason(known) ?? (isCode(error?.status) ? error.status : codeOfHttp(answer.status));
  const text = textOf(error?.message) ?? (answer.text.slice(0, 500) || `HTTP status ${answer.status}`);
  return new ApiError({ ...site, code, text, httpStatus: answer.status, details, reason: known });
}

/**
 * Turns what an official client (gRPC) or the network threw into an `ApiError`, the original being its cause.
 * A connection that broke is UNAVAILABLE, one that took too long DEADLINE_EXCEEDED.
 */
export function toApiError(caught: unknown, site: CallSite): ApiError {
  if (caught instanceof ApiError) return caught;
  const thrown = caught instanceof Error ? caught : new Error(String(caught));
  const { code, details, reason, statusDetails } = fieldsOf(thrown);
  if (typeof code === "number") {
    const text = typeof details === "string" && details !== "" ? details : thrown.message;
    const known = typeof reason === "string" ? reason : undefined;
    return new ApiError({
      ...site,
      code: codeOfGrpc(code),
      text,
      reason: known,
      details: toObjects(statusDetails as Json | undefined),
      cause: caught,
    });
  }
  const isTimeout = code === "TimeoutError" || thrown.name === "TimeoutError";
  return new ApiError({
    ...site,
    code: isTimeout ? "DEADLINE_EXCEEDED" : networkCode(code),
    text: thrown.message,
    cause: caught,
  });
}

const brokenConnection: ReadonlySet<unknown> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

function networkCode(code: unknown): Code {
  return brokenConnection.has(code) ? "UNAVAILABLE" : "UNKNOWN";
}

function fieldsOf(error: Error): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    ["code", "details", "reason", "statusDetails"].map((key) => [key, Reflect.get(error, key)]),
  );
}

function infoOf(details: readonly JsonObject[]): JsonObject | undefined {
  return details.find((detail) => detail["@type"] === "type.googleapis.com/google.rpc.ErrorInfo");
}
