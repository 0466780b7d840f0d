import type { Clock } from "./clock.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import type { Random } from "./random.ts";

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
interface StoredLogEntry extends JsonObject {
  readonly insertId: string;
  readonly timestamp: string;
}

/** Entries kept for each project; older ones are dropped. */
const kept = 20_000;

/** What `createLogs` works with. */
export interface LogsContext {
  readonly clock: Clock;
  readonly random: Random;
}

/** Makes an empty store of logs. */
export function createLogs({ clock, random }: LogsContext): Logs {
  const draws = random.fork("logs");
  const byProject = new Map<string, StoredLogEntry[]>();
  return {
    write(entry) {
      const entries = byProject.get(entry.project) ?? [];
      byProject.set(entry.project, entries);
      entries.push({ ...toEntry(entry), insertId: draws.hex(16), timestamp: clock.timestamp() });
      if (entries.length > kept) entries.shift();
    },
    list: (project) => [...(byProject.get(project) ?? [])],
  };
}

function toEntry({ project, log, resource, severity, labels, text, json }: LogEntry): JsonObject {
  const payload = json ?? parseLine(text);
  return {
    logName: `projects/${project}/logs/${encodeURIComponent(log)}`,
    resource: { type: resource.type, labels: resource.labels },
    severity,
    labels,
    ...(payload ? structured(payload) : { textPayload: text }),
  };
}

function parseLine(text: string | undefined): JsonObject | undefined {
  if (!text?.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Special fields of a structured line become fields of the entry. */
function structured(payload: JsonObject): JsonObject {
  const { severity, "logging.googleapis.com/trace": trace, "logging.googleapis.com/spanId": spanId, ...rest } = payload;
  return { ...(typeof severity === "string" ? { severity } : {}), trace, spanId, jsonPayload: rest };
}
