import type { Clock } from "./clock.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import type { Random } from "./random.ts";
import type { LineFile } from "./state/line-file.ts";

/** What workloads and services print, as Cloud Logging keeps it. */
export interface Logs {
  write(entry: LogEntry): void;
  /** Entries of a project in the order they were written. */
  list(project: string): readonly StoredLogEntry[];
  /** Forgets the entries of one log, `projects/{project}/logs/{log}`. */
  delete(project: string, logName: string): void;
  /** Tells somebody each entry as it is written, until the returned function is called. */
  watch(listener: (project: string, entry: StoredLogEntry) => void): () => void;
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

/** Lines that a file may have beyond the entries kept, before it is rewritten without the others. */
const slackLines = 100_000;

/** What `createLogs` works with. */
export interface LogsContext {
  readonly clock: Clock;
  readonly random: Random;
  /** Where entries are kept over restarts; in memory alone without one. */
  readonly file?: LineFile;
}

/** Opens the logs of a local cloud. */
export function createLogs({ clock, random, file }: LogsContext): Logs {
  const draws = random.fork("logs");
  const byProject = new Map<string, StoredLogEntry[]>();
  const watchers = new Set<(project: string, entry: StoredLogEntry) => void>();
  let lines = 0;

  function add(project: string, entry: StoredLogEntry): void {
    const entries = byProject.get(project) ?? [];
    byProject.set(project, entries);
    entries.push(entry);
    lines += 1;
    if (entries.length > kept) entries.shift();
  }

  function rewrite(): void {
    const all = [...byProject].flatMap(([project, entries]) => entries.map((entry) => [project, entry]));
    file?.rewrite(all);
    lines = all.length;
  }

  function shorten(): void {
    const count = [...byProject.values()].reduce((sum, entries) => sum + entries.length, 0);
    if (lines >= count + slackLines) rewrite();
  }

  for (const line of file?.before ?? []) {
    const [project, entry] = line as [string, StoredLogEntry];
    add(project, entry);
  }
  shorten();
  return {
    write(entry) {
      const stored = { ...toEntry(entry), insertId: draws.hex(16), timestamp: clock.timestamp() };
      add(entry.project, stored);
      file?.append([entry.project, stored]);
      if (lines % slackLines === 0) shorten();
      for (const watcher of [...watchers]) watcher(entry.project, stored);
    },
    delete(project, logName) {
      const entries = byProject.get(project) ?? [];
      byProject.set(
        project,
        entries.filter((entry) => entry.logName !== logName),
      );
      rewrite();
    },
    list: (project) => [...(byProject.get(project) ?? [])],
    watch(listener) {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
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
