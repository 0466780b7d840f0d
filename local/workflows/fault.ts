import type { Position } from "./parse/syntax.ts";
import type { Value } from "./value/value.ts";

/**
 * Tags of errors that the runtime itself raises, each with the wider tags that come with it (choice `wider-tags`).
 *
 * @see https://cloud.google.com/workflows/docs/reference/syntax/error-types
 */
// biome-ignore format: a table
export const faultTags = {
  AuthError:             ["AuthError"],
  ConnectionError:       ["ConnectionError"],
  ConnectionFailedError: ["ConnectionFailedError"],
  HttpError:             ["HttpError"],
  IndexError:            ["IndexError", "LookupError"],
  KeyError:              ["KeyError", "LookupError"],
  OperationError:        ["OperationError"],
  ParallelNestingError:  ["ParallelNestingError"],
  RecursionError:        ["RecursionError"],
  ResourceLimitError:    ["ResourceLimitError"],
  ResponseTypeError:     ["ResponseTypeError"],
  SystemError:           ["SystemError"],
  TimeoutError:          ["TimeoutError"],
  TypeError:             ["TypeError"],
  UnhandledBranchError:  ["UnhandledBranchError", "RuntimeError"],
  ValueError:            ["ValueError"],
  ZeroDivisionError:     ["ZeroDivisionError", "ArithmeticError"],
} as const;

/** The tag that names a kind of error. */
export type FaultTag = keyof typeof faultTags;

/** Where an execution was when an error was raised: a step of a routine. */
export interface TraceElement {
  readonly step: string;
  readonly routine: string;
  readonly position: Position;
}

/** An error of the language on its way to an `except`, or out of the execution. */
export class WorkflowError extends Error {
  /** What `except` binds and the execution's error payload shows: a map, or whatever was raised. */
  readonly value: Value;
  readonly #trace: TraceElement[] = [];
  readonly #frames = new WeakSet<object>();

  constructor({
    value,
    message,
    cause,
  }: { readonly value: Value; readonly message: string; readonly cause?: unknown }) {
    super(message, { cause });
    this.name = "WorkflowError";
    this.value = value;
  }

  /** Steps from the innermost outwards, one for each routine on the call stack. */
  get trace(): readonly TraceElement[] {
    return this.#trace;
  }

  /** Notes the step that a call frame was in; only the innermost step of a frame counts. */
  locate(frame: object, element: TraceElement): void {
    if (this.#frames.has(frame)) return;
    this.#frames.add(frame);
    this.#trace.push(element);
  }
}

/** Makes an error of the runtime: a map of `message`, `tags` and further fields. */
export function fault(
  tag: FaultTag,
  detail: string,
  { fields = {}, cause }: { readonly fields?: Readonly<Record<string, Value>>; readonly cause?: unknown } = {},
): WorkflowError {
  const message = tag === "HttpError" ? detail : `${tag}: ${detail}`;
  const value = new Map<string, Value>([...Object.entries(fields), ["message", message], ["tags", faultTags[tag]]]);
  return new WorkflowError({ value, message, cause });
}
