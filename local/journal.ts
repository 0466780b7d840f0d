import type { Code } from "./error.ts";

/** One call of an emulated API, after it was answered. */
interface JournalEntry {
  /** Clock time of the call, RFC 3339. */
  readonly time: string;
  readonly host: string;
  /** Full method name; for raw requests their HTTP method and path. */
  readonly method: string;
  /** E-mail of the caller, or `anonymous`. */
  readonly principal: string;
  /** `OK` or the code of the refusal. */
  readonly code: Code | "OK";
  /** Why it was refused. */
  readonly message?: string;
  /** Fields of the request that were refused, as `google.rpc.BadRequest` names them; empty for the request itself. */
  readonly violations?: readonly string[];
  /** Real milliseconds. */
  readonly durationMs: number;
}

/** All calls of a local cloud, in the order they were answered. */
export interface Journal {
  record(entry: JournalEntry): void;
  list(): readonly JournalEntry[];
  /** Calls the listener for every further entry until the returned function is called. */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
}

/** Entries kept; older ones are dropped. */
const kept = 50_000;

/** Makes an empty journal. */
export function createJournal(): Journal {
  const entries: JournalEntry[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  return {
    record(entry) {
      entries.push(entry);
      if (entries.length > kept) entries.shift();
      for (const listener of listeners) listener(entry);
    },
    list: () => [...entries],
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
