import type { Fields, FieldValue } from "./field.ts";
import { invalidArgument } from "./filter.ts";

/** How a list may be ordered. */
interface Ordering<T> {
  readonly fields: Fields<T>;
  /** Fields to order by, in lower case, where not all will do. */
  readonly sortable?: ReadonlySet<string>;
  /** Tells items apart that are otherwise equal, in ascending order. */
  readonly idOf: (item: T) => string;
  /** Used when the caller asks for none. */
  readonly usual: string;
}

interface Term {
  readonly field: string;
  readonly isDescending: boolean;
}

/**
 * Makes the text that puts items in the order asked for: fields separated by commas, each with `asc` or `desc`.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://google.aip.dev/132#ordering
 */
export function orderKey<T>(orderBy: string, ordering: Ordering<T>): (item: T) => string {
  const terms = parseTerms(orderBy.trim() === "" ? ordering.usual : orderBy, ordering);
  const isDescending = terms[0]?.isDescending === true;
  return (item) => {
    const texts = terms.map((term) => sortText(ordering.fields.valueOf(item, term.field), term.isDescending));
    return [...texts, textOf(ordering.idOf(item), isDescending)].join("\u0000");
  };
}

/** An item with the text that it is ordered by. */
interface Keyed<T> {
  readonly item: T;
  readonly key: string;
}

/** Items in the order of their keys, each with its key. Long lists mostly come in that order, or turned round. */
export function sortByKey<T>(items: readonly T[], key: (item: T) => string): readonly Keyed<T>[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  if (isSorted(keyed)) return keyed;
  const reversed = keyed.toReversed();
  return isSorted(reversed) ? reversed : keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function isSorted<T>(items: readonly Keyed<T>[]): boolean {
  return items.every(({ key }, index) => index === 0 || (items[index - 1]?.key ?? "") <= key);
}

function parseTerms<T>(orderBy: string, { fields, sortable }: Ordering<T>): readonly Term[] {
  return orderBy.split(",").map((text) => {
    const [, field = "", direction = "asc"] = /^\s*([\w.-]+)(?:\s+(asc|desc))?\s*$/i.exec(text) ?? [];
    const kind = sortable?.has(field.toLowerCase()) === false ? undefined : fields.kindOf(field);
    if (kind !== "text" && kind !== "number") throw invalidArgument(`Invalid order by: ${orderBy}`);
    return { field, isDescending: direction.toLowerCase() === "desc" };
  });
}

/** Above every number in a list: milliseconds of times, counts. */
const ceiling = 4e12;

function sortText(value: FieldValue, isDescending: boolean): string {
  if (typeof value === "number") return (isDescending ? ceiling - value : value).toFixed(6).padStart(24, "0");
  return textOf(String((Array.isArray(value) ? value[0] : value) ?? ""), isDescending);
}

/** For falling order printable ASCII is turned round, and what ends first comes last. */
function textOf(text: string, isDescending: boolean): string {
  if (!isDescending) return text;
  return `${[...text].map((char) => String.fromCharCode(0x9e - char.charCodeAt(0))).join("")}\u00ff`;
}
