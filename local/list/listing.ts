import { type Page, paginate } from "../page.ts";
import { parseFilter } from "./filter.ts";
import { modelFields } from "./model-fields.ts";
import { orderKey, sortByKey } from "./order.ts";

/** What every list of resources is asked with. */
export interface ListingRequest {
  readonly filter?: string;
  readonly orderBy?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/** How a list was asked for. */
export interface Listing<T> {
  readonly passes: (item: T) => boolean;
  /** Filters, orders and cuts out the page. */
  page(items: readonly T[], limits: { readonly usual: number; readonly most: number }): Page<T>;
}

/** What is listed, other than by the fields of the model alone. */
export interface ListingOptions<T> {
  /** Other names of fields, in filters. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Tells items apart; their names unless given. */
  readonly idOf?: (item: T) => string;
}

/**
 * Reads the filter and the order of a list, before anything is looked up: both are refused on an empty list, too.
 *
 * @param type full name of the items' message
 * @throws ApiError INVALID_ARGUMENT
 */
export function readListing<T extends { readonly name?: string }>(
  type: string,
  { filter = "", orderBy = "", pageSize: size, pageToken: token }: ListingRequest,
  { aliases = {}, idOf = ({ name = "" }) => name }: ListingOptions<T> = {},
): Listing<T> {
  const own = modelFields(type);
  const named = (name: string) => aliases[name] ?? name;
  const fields = {
    kindOf: (name: string) => own.kindOf(named(name)),
    valueOf: (item: T, name: string) => own.valueOf(item, named(name)),
  };
  const passes = parseFilter(filter, { fields });
  const key = orderBy.trim() === "" ? idOf : orderKey(orderBy, { fields, idOf, usual: "name" });
  return {
    passes,
    page(items, limits) {
      const ordered = sortByKey(items.filter(passes), key);
      const page = paginate(ordered, { key: (one) => one.key, size, token, limits });
      return { items: page.items.map(({ item }) => item), nextPageToken: page.nextPageToken };
    },
  };
}
