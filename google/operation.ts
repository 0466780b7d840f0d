import { type Code, codeOfGrpc, codeOfHttp, isCode } from "./code.ts";
import { type Json, type JsonObject, textOf, toObject, toObjects } from "./json.ts";
import type { Rest } from "./rest.ts";

/** A long-running operation of a Google API, as one needs it to wait. */
export interface Operation {
  /** As its API gives it. */
  readonly name: string;
  /** Absolute URL whose GET answers the operation. */
  readonly url: string;
  readonly style: "longrunning" | "compute";
}

/** How an operation stands. */
export type OperationState =
  | { readonly state: "running"; readonly progressPercent?: number }
  | { readonly state: "done"; readonly response: JsonObject }
  /** Operations are kept for a limited time: look at the resource itself. */
  | { readonly state: "expired" };

/** An operation that ended in error. */
export class OperationError extends Error {
  readonly operation: string;
  readonly code: Code;
  readonly text: string;
  readonly details: readonly JsonObject[];

  constructor(fields: {
    readonly operation: string;
    readonly code: Code;
    readonly text: string;
    readonly details?: readonly JsonObject[];
  }) {
    super(`operation ${fields.operation} ended with ${fields.code}: ${fields.text}`);
    this.name = "OperationError";
    this.operation = fields.operation;
    this.code = fields.code;
    this.text = fields.text;
    this.details = fields.details ?? [];
  }
}

/** A `google.longrunning.Operation`; `done` is left out while it runs. */
export interface LongrunningBody {
  readonly name?: string | null;
  readonly done?: boolean | null;
}

/**
 * The operation that a call answered.
 *
 * @param version URL of the API's version, for example `https://alloydb.googleapis.com/v1`
 */
export function longrunningOperation(version: string, body: LongrunningBody): Operation {
  const name = body.name ?? "";
  return { name, url: `${version}/${name}`, style: "longrunning" };
}

/** A Compute Engine operation; global or of a region, as its `selfLink` says. */
export interface ComputeOperationBody {
  readonly name?: string;
  readonly selfLink?: string;
  readonly status?: string;
}

/** The Compute operation that a call answered. */
export function computeOperation(body: ComputeOperationBody): Operation {
  const url = (body.selfLink ?? "").replace("https://www.googleapis.com/", "https://compute.googleapis.com/");
  return { name: body.name ?? "", url, style: "compute" };
}

/**
 * Reads an operation once.
 *
 * @throws OperationError when it ended in error; ApiError when it could not be read
 * @see https://google.aip.dev/151
 */
export async function getOperation(rest: Rest, operation: Operation): Promise<OperationState> {
  const site = { method: "operations.get", resource: operation.name };
  const body = await rest.findJson<JsonObject>({ method: "GET", url: operation.url, site });
  return body ? stateOfOperation(body, operation) : { state: "expired" };
}

/**
 * How an operation stands by its body.
 *
 * @throws OperationError when it ended in error
 */
export function stateOfOperation(body: JsonObject, operation: Pick<Operation, "name" | "style">): OperationState {
  return operation.style === "compute"
    ? stateOfCompute(body, operation.name)
    : stateOfLongrunning(body, operation.name);
}

function stateOfLongrunning(body: JsonObject, operation: string): OperationState {
  if (body.done !== true) return { state: "running", progressPercent: progressOf(toObject(body.metadata)) };
  const error = toObject(body.error);
  if (!error) return { state: "done", response: toObject(body.response) ?? {} };
  const code = typeof error.code === "number" ? codeOfGrpc(error.code) : "UNKNOWN";
  throw new OperationError({ operation, code, text: textOf(error.message) ?? "", details: toObjects(error.details) });
}

function stateOfCompute(body: JsonObject, operation: string): OperationState {
  if (body.status !== "DONE") return { state: "running", progressPercent: progressOf(body) };
  const errors = toObjects(toObject(body.error)?.errors);
  if (errors.length === 0) return { state: "done", response: body };
  const text = errors.map((error) => textOf(error.message) ?? textOf(error.code) ?? "").join("; ");
  throw new OperationError({ operation, code: codeOfCompute(errors[0]?.code, body.httpErrorStatusCode), text });
}

/** Compute's own error codes stand in capitals (`RESOURCE_IN_USE_BY_ANOTHER_RESOURCE`), most of them no canonical code. */
function codeOfCompute(code: Json | undefined, httpStatus: Json | undefined): Code {
  if (isCode(code)) return code;
  if (code === "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE") return "FAILED_PRECONDITION";
  if (code === "RESOURCE_NOT_READY") return "UNAVAILABLE";
  if (code === "RESOURCE_ALREADY_EXISTS") return "ALREADY_EXISTS";
  return typeof httpStatus === "number" ? codeOfHttp(httpStatus) : "UNKNOWN";
}

function progressOf(from: JsonObject | undefined): number | undefined {
  const progress = from?.progress ?? from?.progressPercent;
  return typeof progress === "number" ? progress : undefined;
}
