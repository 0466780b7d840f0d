import { ApiError } from "./error.ts";
import type { Collection } from "./store.ts";

/** How much of a list a caller wants. */
export interface PageRequest<T> {
  /** Text that orders the items, given in that order. */
  readonly key: (item: T) => string;
  /** Items a page; zero and absent mean the API's default. */
  readonly size?: number;
  readonly token?: string;
  /** The API's default and its largest page. */
  readonly limits: { readonly usual: number; readonly most: number };
}

/** One page of a list; without a token it is the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}

/**
 * Cuts one page out of a list. A token names the last item given, so items that come or go between pages neither
 * repeat nor hide others.
 *
 * @throws ApiError INVALID_ARGUMENT for a negative size or a token that no page gave
 * @see https://google.aip.dev/158
 */
export function paginate<T>(items: readonly T[], { key, size = 0, token = "", limits }: PageRequest<T>): Page<T> {
  if (size < 0) throw new ApiError({ code: "INVALID_ARGUMENT", message: "Page size must not be negative." });
  const after = token === "" ? undefined : parseToken(token);
  const rest = after === undefined ? items : items.filter((item) => key(item) > after);
  const page = rest.slice(0, Math.min(size || limits.usual, limits.most));
  const last = page.at(-1);
  return last !== undefined && rest.length > page.length
    ? { items: page, nextPageToken: toToken(key(last)) }
    : { items: page };
}

/**
 * Cuts one page out of a list that is made as it is read, looking at one item more than it takes to fill the page.
 *
 * @param behind gives the items in order of their keys: those behind a key, or all
 * @throws ApiError INVALID_ARGUMENT for a negative size or a token that no page gave
 */
export function pageFrom<T>(
  behind: (key: string | undefined) => Iterable<T>,
  { key, size = 0, token = "", limits }: PageRequest<T>,
): Page<T> {
  if (size < 0) throw new ApiError({ code: "INVALID_ARGUMENT", message: "Page size must not be negative." });
  const most = Math.min(size || limits.usual, limits.most);
  const items: T[] = [];
  for (const item of behind(token === "" ? undefined : parseToken(token))) {
    const last = items.at(-1);
    if (items.length === most && last !== undefined) return { items, nextPageToken: toToken(key(last)) };
    items.push(item);
  }
  return { items };
}

/** How much of a collection a caller wants, and how it is shown. */
export interface CollectionPageRequest<Stored, Shown> {
  /** What the names of its entries begin with. */
  readonly prefix: string;
  readonly size?: number;
  readonly token?: string;
  readonly limits: { readonly usual: number; readonly most: number };
  readonly show: (name: string, stored: Stored) => Shown;
  /** Whether something belongs to the list; everything does unless given. */
  readonly belongs?: (shown: Shown) => boolean;
}

/**
 * Cuts one page out of a collection, looking at no more entries than it takes to fill it.
 *
 * @throws ApiError INVALID_ARGUMENT for a negative size or a token that no page of this list gave
 */
export function pageOf<Stored extends object, Shown>(
  collection: Pick<Collection<Stored>, "scan">,
  { prefix, size = 0, token = "", limits, show, belongs = () => true }: CollectionPageRequest<Stored, Shown>,
): Page<Shown> {
  if (size < 0) throw new ApiError({ code: "INVALID_ARGUMENT", message: "Page size must not be negative." });
  const after = token === "" ? undefined : parseToken(token);
  if (after !== undefined && !after.startsWith(prefix)) throw invalidToken();
  const most = Math.min(size || limits.usual, limits.most);
  const items: Shown[] = [];
  let last = "";
  for (const [name, stored] of collection.scan(prefix, after)) {
    const shown = show(name, stored);
    if (!belongs(shown)) continue;
    if (items.length === most) return { items, nextPageToken: toToken(last) };
    items.push(shown);
    last = name;
  }
  return { items };
}

function toToken(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function parseToken(token: string): string {
  const key = Buffer.from(token, "base64url").toString();
  if (toToken(key) !== token) throw invalidToken();
  return key;
}

function invalidToken(): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message: "Invalid page token." });
}
