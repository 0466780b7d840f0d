import type { TraceElement, WorkflowError } from "../fault.ts";
import { stringifyJson } from "../value/json.ts";
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

/** JSON text of an error's value; bytes in it become base64 text, for an error must always be told. */
export function toPayload(value: Value): string {
  return stringifyJson(toEncodable(value));
}

function toEncodable(value: Value): Value {
  if (isList(value)) return value.map(toEncodable);
  if (isMap(value)) return new Map([...value].map(([key, item]) => [key, toEncodable(item)]));
  if (isBytes(value)) return Buffer.from(value).toString("base64");
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return isFunction(value) ? value.functionName : value;
}
