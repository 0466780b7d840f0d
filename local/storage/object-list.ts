import type { ListObjectsRequest } from "../model/generated/storage-v1.ts";
import type { Objects, StoredObject } from "./objects.ts";

/** What a list of objects shows: an object, or what the names of several have in common. */
export type Entry = { readonly object: StoredObject } | { readonly prefix: string };

/** Text that orders the entries of a list. */
export function entryKey(entry: Entry): string {
  return "prefix" in entry ? entry.prefix : `${entry.object.name}\0${entry.object.generation.padStart(20, "0")}`;
}

/** Behind every name that begins as what stands before it. */
const last = "\uffff";

/**
 * The entries of a list from behind a key on, one by one. What lies below a common prefix is passed over in one step.
 *
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/list
 */
export function* entriesOf(objects: Objects, request: ListObjectsRequest, after?: string): Iterable<Entry> {
  if (request.versions) {
    for (const entry of withVersions(objects, request)) if (after === undefined || entryKey(entry) > after) yield entry;
    return;
  }
  let from = after?.split("\0")[0];
  const below = from === undefined ? undefined : commonPrefix(request, from);
  if (below !== undefined && from !== undefined) {
    if (after === below) yield* objectAt(objects, request, below);
    from = `${below}${last}`;
  }
  for (let next = first(objects, request, from); next; next = first(objects, request, from)) {
    const common = commonPrefix(request, next.name);
    if (common === undefined) yield { object: next };
    else yield { prefix: common };
    if (common !== undefined) yield* objectAt(objects, request, common);
    from = common === undefined ? next.name : `${common}${last}`;
  }
}

/** The part of a name up to the first delimiter behind the list's own prefix, if there is one. */
function commonPrefix({ prefix = "", delimiter }: ListObjectsRequest, name: string): string | undefined {
  const end = delimiter ? name.indexOf(delimiter, prefix.length) : -1;
  return delimiter && end >= 0 ? name.slice(0, end + delimiter.length) : undefined;
}

/** The next object of the list, if any is left. */
function first(objects: Objects, request: ListObjectsRequest, after?: string): StoredObject | undefined {
  const { bucket = "", prefix = "", startOffset, endOffset } = request;
  for (const object of objects.scan(bucket, { prefix, after })) {
    if (endOffset && object.name >= endOffset) return undefined;
    if (!startOffset || object.name >= startOffset) return object;
  }
  return undefined;
}

/** The object that is called as a common prefix is, which is shown besides when that is asked for. */
function* objectAt(objects: Objects, request: ListObjectsRequest, name: string): Iterable<Entry> {
  const { bucket = "", includeTrailingDelimiter, startOffset, endOffset } = request;
  const isBetween = (!startOffset || name >= startOffset) && (!endOffset || name < endOffset);
  const object = includeTrailingDelimiter && isBetween ? objects.find({ bucket, name }) : undefined;
  if (object) yield { object };
}

/** With former versions all are read: they lie elsewhere, and of one name the oldest comes first. */
function withVersions(objects: Objects, request: ListObjectsRequest): Entry[] {
  const { bucket = "", prefix = "", startOffset, endOffset, includeTrailingDelimiter } = request;
  const seen = new Set<string>();
  const isBetween = ({ name }: StoredObject) =>
    (!startOffset || name >= startOffset) && (!endOffset || name < endOffset);
  const found = objects.list(bucket, { prefix, versions: true }).filter(isBetween);
  return found.flatMap((object): Entry[] => {
    const common = commonPrefix(request, object.name);
    if (common === undefined) return [{ object }];
    const alone: Entry[] = includeTrailingDelimiter && object.name === common ? [{ object }] : [];
    if (seen.has(common)) return alone;
    seen.add(common);
    return [{ prefix: common }, ...alone];
  });
}
