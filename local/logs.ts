import type { JsonObject } from "./json.ts";

/** What workloads and services print, as Cloud Logging keeps it. */
export interface Logs {
  write(entry: LogEntry): void;
  /** Entries of a project in the order they were written. */
  list(project: string): readonly StoredLogEntry[];
}

/** One entry to write. */
export interface LogEntry {
  readonly project: string;
  /** Last segment of the log name, for example `run.googleapis.com/stdout`. */
  readonly log: string;
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly severity?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** A line of text; a line that is a JSON object becomes `jsonPayload` with its `severity` and trace taken out. */
  readonly text?: string;
  readonly json?: JsonObject;
}

/** An entry as `entries:list` answers it. */
export interface StoredLogEntry extends JsonObject {
  readonly insertId: string;
  readonly timestamp: string;
}
