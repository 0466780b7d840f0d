import type { JsonObject } from "./json.ts";

/**
 * All state of the local cloud: JSON values in named collections, keyed by full resource name.
 *
 * Values are immutable: a change is a `put` of a new value. What is not here (processes, sockets, timers) is made again
 * from what is. Values must survive `JSON.stringify`: with a state directory they come back from a file.
 */
export interface Store {
  /** The collection of that name; made on first use. `T` is the caller's claim about what it alone puts there. */
  collection<T extends object = JsonObject>(name: string): Collection<T>;
}

/** One kind of resource. Names sort as text. */
export interface Collection<T extends object> {
  get(name: string): T | undefined;
  put(name: string, value: T): T;
  delete(name: string): boolean;
  /** Entries whose name starts with the prefix, in order of name. */
  list(prefix?: string): (readonly [name: string, value: T])[];
  /** The same one by one, from behind a name on: who needs a few does not pay for all. */
  scan(prefix: string, after?: string): Iterable<readonly [name: string, value: T]>;
  /** How many entries' names start with the prefix. */
  count(prefix: string): number;
}

/** One entry of a collection by its new value; without one it is gone. */
export interface Change {
  readonly collection: string;
  readonly name: string;
  readonly value?: object;
}

/** A store of which every entry can be read and every change is told. */
export interface ObservableStore extends Store {
  /** Every entry of every collection. */
  entries(): Iterable<Change>;
}

/** What a store begins with, and who hears of its changes. */
export interface StoreOptions {
  readonly initial?: Iterable<Change>;
  readonly onChange?: (change: Change) => void;
}

/** A store that lives as long as the process, unless somebody keeps its changes. */
export function createStore({ initial = [], onChange = () => undefined }: StoreOptions = {}): ObservableStore {
  const collections = new Map<string, Kept>();
  const open = (name: string): Kept => {
    const found = collections.get(name) ?? createCollection((change) => onChange({ collection: name, ...change }));
    collections.set(name, found);
    return found;
  };
  for (const { collection, name, value } of initial) open(collection).load(name, value);
  return {
    collection: <T extends object>(name: string) => open(name) as Collection<object> as Collection<T>,
    *entries() {
      for (const [collection, kept] of collections) {
        for (const [name, value] of kept.list()) yield { collection, name, value };
      }
    },
  };
}

interface Kept extends Collection<object> {
  /** Takes over an entry that was kept before. */
  load(name: string, value: object | undefined): void;
}

function createCollection(onChange: (change: Omit<Change, "collection">) => void): Kept {
  const values = new Map<string, object>();
  // Sorted when first listed and from then on; a store that is only filled and read by name never pays for it.
  let sorted: string[] | undefined;

  function set(name: string, value: object): void {
    if (sorted && !values.has(name)) sorted.splice(lowerBound(sorted, name), 0, name);
    values.set(name, value);
  }

  function remove(name: string): boolean {
    const removed = values.delete(name);
    if (removed) sorted?.splice(lowerBound(sorted, name), 1);
    return removed;
  }

  return {
    get: (name) => values.get(name),
    put(name, value) {
      set(name, value);
      onChange({ name, value });
      return value;
    },
    delete(name) {
      const removed = remove(name);
      if (removed) onChange({ name });
      return removed;
    },
    *scan(prefix, after) {
      sorted ??= [...values.keys()].sort();
      const start = after === undefined ? lowerBound(sorted, prefix) : firstBehind(sorted, after);
      // Entries may come and go while somebody looks, so each step begins at the name before it.
      for (let next = sorted[start]; next?.startsWith(prefix); next = sorted[firstBehind(sorted, next)]) {
        const value = values.get(next);
        if (value) yield [next, value];
      }
    },
    count(prefix) {
      sorted ??= [...values.keys()].sort();
      return lowerBound(sorted, `${prefix}\u{10ffff}`) - lowerBound(sorted, prefix);
    },
    list(prefix = "") {
      sorted ??= [...values.keys()].sort();
      const found: (readonly [string, object])[] = [];
      for (let index = lowerBound(sorted, prefix); index < sorted.length; index += 1) {
        const name = sorted[index] ?? "";
        const value = values.get(name);
        if (!name.startsWith(prefix)) break;
        if (value) found.push([name, value]);
      }
      return found;
    },
    load: (name, value) => void (value ? set(name, value) : remove(name)),
  };
}

/** Index of the first name behind a name. */
function firstBehind(names: readonly string[], name: string): number {
  const index = lowerBound(names, name);
  return names[index] === name ? index + 1 : index;
}

/** Index of the first name that is not before the given one. */
function lowerBound(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? "") < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
