import type { Json } from "../../json.ts";
import { WorkflowError } from "../fault.ts";
import type { Settled } from "../task.ts";
import { parseJson } from "../value/json.ts";
import { toPayload } from "./outcome.ts";

/**
 * One thing that an execution learnt from the world, as JSON. Times are milliseconds since the epoch.
 *
 * - `time`: what the time was when the execution began, and each time it had let other work have its turn
 * - `answer`: what the host gave at once: a UUID, the URL of a callback endpoint; empty for a log entry that was written
 * - `end`: a wait that was over; `effect` is the thread's id and the number of the wait in that thread, as in `2.5`
 */
export type JournalEntry =
  | { readonly kind: "time"; readonly timeMs: number }
  | { readonly kind: "answer"; readonly value: string }
  | {
      readonly kind: "end";
      readonly effect: string;
      readonly timeMs: number;
      readonly value?: Json;
      readonly error?: { readonly payload: string; readonly message: string };
    };

/**
 * Everything that an execution depends on besides its program and argument, in order.
 *
 * An execution that is started again with what was noted comes to the same place by the same steps, asking the host for
 * nothing on the way; what it was still waiting for is then asked of the host again. Entries hold what HTTP responses
 * held, so they are as secret as those; credentials are never noted.
 */
export interface Journal {
  /** What an earlier run of the same execution noted; empty for a new one. */
  readonly past: readonly JournalEntry[];
  /** Notes one more entry, before the execution acts on it. */
  append(entry: JournalEntry): void;
}

/** A journal that forgets, for an execution that nobody runs again. */
export const noJournal: Journal = { past: [], append: () => undefined };

/** How the value of a kind of wait is noted. */
export interface Codec<T> {
  toJson(value: T): Json;
  fromJson(json: Json): T;
}

/** What an `end` entry says about how the wait ended. */
type EndNote = Pick<Extract<JournalEntry, { kind: "end" }>, "value" | "error">;

/** The journal's form of how a wait ended; `undefined` for a failure that is not the definition's to see. */
export function noteOf<T>(outcome: Settled<T>, codec: Codec<T>): EndNote | undefined {
  if ("value" in outcome) return { value: codec.toJson(outcome.value) };
  if (!(outcome.error instanceof WorkflowError)) return undefined;
  return { error: { payload: toPayload(outcome.error.value), message: outcome.error.message } };
}

/** How a wait ended, from the journal. */
export function outcomeOf<T>({ value, error }: Extract<JournalEntry, { kind: "end" }>, codec: Codec<T>): Settled<T> {
  if (!error) return { value: codec.fromJson(value ?? null) };
  return { error: new WorkflowError({ value: parseJson(error.payload), message: error.message }) };
}
