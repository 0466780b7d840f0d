import type { Code } from "./error.ts";

/** Something that happened in a local cloud, as `alloyrun local log` and timelines tell it. */
export type JournalEntry = CallEntry | OperationEntry | SiteEntry;

/** What every entry tells. No entry holds a body, a query or a token. */
interface Happening {
  /** Clock time when it began, RFC 3339. */
  readonly time: string;
  /** Clock time when it ended. */
  readonly endTime?: string;
  /** E-mail of the caller, or `anonymous`. */
  readonly principal: string;
  /** Workload that the caller's token was given to. */
  readonly workload?: string;
  /** `OK` or the code of the refusal or failure. */
  readonly code: Code | "OK";
  /** Why it was refused, or failed. */
  readonly message?: string;
  /** Name of the resource that it was about; for sites the URL without its query. */
  readonly resource?: string;
  /** Id of the planned fault that it met. */
  readonly fault?: string;
}

/** One call of an emulated API, after it was answered. */
export interface CallEntry extends Happening {
  readonly kind: "call";
  readonly host: string;
  /** Full method name; for raw requests their HTTP method and path. */
  readonly method: string;
  /** Fields of the request that were refused, as `google.rpc.BadRequest` names them; empty for the request itself. */
  readonly violations?: readonly string[];
  /** Real milliseconds. */
  readonly durationMs: number;
}

/** The start or the end of a long-running operation. */
export interface OperationEntry extends Happening {
  readonly kind: "operation";
  readonly event: "start" | "end";
  readonly host: string;
  /** Full operation name. */
  readonly operation: string;
  /** What it does, for example `instances.create`. */
  readonly work: string;
}

/** One request to the URL of a service or function, after it was answered. */
export interface SiteEntry extends Happening {
  readonly kind: "site";
  readonly host: string;
  /** HTTP method. */
  readonly method: string;
  /** HTTP status; 0 when the connection was closed instead. */
  readonly status: number;
  /** Real milliseconds. */
  readonly durationMs: number;
}

/** An entry with its number: entries are numbered from 0 in the order in which they were recorded. */
export type NumberedEntry = JournalEntry & { readonly number: number };

/** All that happened in a local cloud. */
export interface Journal {
  record(entry: JournalEntry): void;
  /** The calls, in the order they were answered. */
  list(): readonly CallEntry[];
  /** Everything from a number on. */
  entries(from?: number): readonly NumberedEntry[];
  /** Calls the listener for every further entry until the returned function is called. */
  subscribe(listener: (entry: NumberedEntry) => void): () => void;
  /** Ends its file. */
  close(): void;
}

/** Where a journal is kept beyond the process. */
export interface JournalFile {
  /** What was recorded before, oldest first. */
  readonly before: readonly NumberedEntry[];
  append(entry: NumberedEntry): void;
  /** Writes what is not written yet, and takes nothing more. */
  close(): void;
}

/** Entries kept in memory; older ones are dropped. */
const kept = 50_000;

/** Makes a journal; it goes on where its file ends. */
export function createJournal(file?: JournalFile): Journal {
  let entries = [...(file?.before ?? [])];
  let next = (entries.at(-1)?.number ?? -1) + 1;
  const listeners = new Set<(entry: NumberedEntry) => void>();
  return {
    record(entry) {
      const numbered = { number: next, ...entry };
      next += 1;
      entries.push(numbered);
      // Dropping one by one would move all the others each time.
      if (entries.length >= 2 * kept) entries = entries.slice(-kept);
      file?.append(numbered);
      for (const listener of listeners) listener(numbered);
    },
    list: () => entries.filter((entry) => entry.kind === "call"),
    entries: (from = 0) => entries.slice(Math.max(0, from - (entries[0]?.number ?? 0))),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => file?.close(),
  };
}
