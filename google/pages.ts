import type { Rest } from "./rest.ts";

/** A list that comes in pages. */
export interface Listing {
  readonly request: Parameters<Rest["fetchJson"]>[0];
  /** Field of the answer that holds the items. */
  readonly field: string;
}

/**
 * All items of a list, page by page.
 *
 * @see https://google.aip.dev/158
 */
export async function fetchAll<Item extends object>(rest: Rest, { request, field }: Listing): Promise<readonly Item[]> {
  const items: Item[] = [];
  let pageToken: string | undefined;
  do {
    const page = await rest.fetchJson<Page>({ ...request, query: { ...request.query, pageToken } });
    const found = page[field];
    if (Array.isArray(found)) items.push(...(found as readonly Item[]));
    pageToken = typeof page.nextPageToken === "string" && page.nextPageToken !== "" ? page.nextPageToken : undefined;
  } while (pageToken !== undefined);
  return items;
}

type Page = Readonly<Record<string, unknown>>;
