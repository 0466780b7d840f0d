import { askAdmin } from "./admin.ts";

/** What the local Google Cloud noted, as far as it is shown. */
export interface NotedEntry {
  readonly number: number;
  readonly kind: "call" | "operation" | "site";
  readonly time: string;
  readonly endTime?: string;
  readonly principal: string;
  readonly code: string;
  readonly message?: string;
  readonly resource?: string;
  readonly fault?: string;
  readonly host: string;
  /** Method of a call, or of a request to a site. */
  readonly method?: string;
  /** Of operations: which of the two it is, its name, and what it does. */
  readonly event?: "start" | "end";
  readonly operation?: string;
  readonly work?: string;
  /** Of requests to sites. */
  readonly status?: number;
}

/** Reads the journal of the local Google Cloud that is running, from an entry's number on. */
export async function readJournal(port: number | undefined, from = 0): Promise<readonly NotedEntry[]> {
  const text = await askAdmin({ port, page: `journal?from=${from}` });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): NotedEntry => JSON.parse(line));
}
