import type { Value } from "../value/value.ts";

/** A call step's call of a library function, connector or subworkflow. */
export interface CallRecord {
  readonly callee: string;
  readonly kind: "library" | "connector" | "subworkflow";
  readonly args: ReadonlyMap<string, Value>;
  readonly routine: string;
  readonly step: string;
  readonly threadId: number;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
}

/** How a call ended; `payload` is the JSON text of the error that it raised. */
export type CallEnd = { readonly endMs: number } & (
  | { readonly result: Value }
  | { readonly message: string; readonly payload: string }
);

/** Hears of calls as they happen, once each: an execution that is run again after a restart does not repeat them. */
export interface Observer {
  callBegan(call: CallRecord): void;
  callEnded(call: CallRecord, end: CallEnd): void;
}
