import type { Connect } from "../auth.ts";
import { createRest } from "../rest.ts";

/** One entry of a log. */
export interface LogEntry {
  readonly timestamp?: string;
  readonly severity?: string;
  readonly textPayload?: string;
  readonly jsonPayload?: Readonly<Record<string, unknown>>;
}

/**
 * Cloud Logging, read only.
 *
 * @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
 */
export interface LoggingClient {
  /**
   * The last lines of a log, oldest first, as people read them.
   *
   * @param query.filter in the Logging query language
   */
  readonly tail: (query: LogQuery) => Promise<readonly string[]>;
  /** The last entries of a log, oldest first, as they were written. */
  readonly list: (query: LogQuery) => Promise<readonly LogEntry[]>;
}

/** Which entries. */
export interface LogQuery {
  readonly project: string;
  readonly filter: string;
  /** How many entries at most. */
  readonly limit: number;
}

/** Most entries of one answer. */
const mostOfPage = 1000;

/** Opens Cloud Logging. */
export const connectLogging: Connect<LoggingClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  const list = async ({ project, filter, limit }: LogQuery): Promise<readonly LogEntry[]> => {
    const pageSize = Math.min(limit, mostOfPage);
    const found: LogEntry[] = [];
    let pageToken: string | undefined;
    do {
      const page: EntryPage = await rest.fetchJson({
        method: "POST",
        url: "https://logging.googleapis.com/v2/entries:list",
        body: { resourceNames: [`projects/${project}`], filter, orderBy: "timestamp desc", pageSize, pageToken },
        readsOnly: true,
        site: { method: "logging.entries.list", resource: `projects/${project}` },
      });
      found.push(...(page.entries ?? []));
      pageToken = page.nextPageToken;
    } while (pageToken && found.length < limit);
    return found.slice(0, limit).reverse();
  };
  return { list, tail: async (query) => (await list(query)).map(toLine).filter((line) => line !== "") };
};

/** A page may be empty although more follow: the API searches for a limited time per call. */
interface EntryPage {
  readonly entries?: readonly LogEntry[];
  readonly nextPageToken?: string;
}

/** The text of an entry: its own, or the message of a structured one. */
export function toLine({ textPayload, jsonPayload }: LogEntry): string {
  if (textPayload !== undefined) return textPayload.trimEnd();
  if (typeof jsonPayload?.message === "string") return jsonPayload.message.trimEnd();
  return jsonPayload ? JSON.stringify(jsonPayload) : "";
}
