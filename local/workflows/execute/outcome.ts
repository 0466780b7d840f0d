import type { TraceElement, WorkflowError } from "../fault.ts";
import { stringifyJson } from "../value/json.ts";
import { maxNesting } from "../value/size.ts";
import { isBytes, isFunction, isList, isMap, type Value } from "../value/value.ts";

/** How an execution ended; a result is JSON text. */
export type Outcome =
  | { readonly state: "SUCCEEDED"; readonly result: string }
  | { readonly state: "FAILED"; readonly error: ExecutionError }
  | { readonly state: "CANCELLED" };

/** What an execution failed with. */
export interface ExecutionError {
  /** JSON text of the error that nobody caught. */
  readonly payload: string;
  /** The message and the steps it came through, as people read it. */
  readonly context: string;
  /** Steps from the innermost outwards. */
  readonly trace: readonly TraceElement[];
}

/** Describes an error that nobody caught. */
export function toExecutionError(error: WorkflowError): ExecutionError {
  const places = error.trace.map(
    ({ step, routine, position }) => `in step "${step}", routine "${routine}", line: ${position.line}`,
  );
  return { payload: toPayload(error.value), context: [error.message, ...places].join("\n"), trace: error.trace };
}

/**
 * JSON text of any value, for errors, logs and histories must always be told: bytes become base64 text, and what is nested
 * too deeply for JSON becomes an ellipsis.
 */
export function toPayload(value: Value): string {
  return stringifyJson(toEncodable(value, 0));
}

function toEncodable(value: Value, depth: number): Value {
  if (depth === maxNesting && (isList(value) || isMap(value))) return "…";
  if (isList(value)) return value.map((item) => toEncodable(item, depth + 1));
  if (isMap(value)) return new Map([...value].map(([key, item]) => [key, toEncodable(item, depth + 1)]));
  if (isBytes(value)) return Buffer.from(value).toString("base64");
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return isFunction(value) ? value.functionName : value;
}
