import type { JsonObject } from "./json.ts";

/**
 * All state of the local cloud: JSON values in named collections, keyed by full resource name.
 *
 * Values are immutable: a change is a `put` of a new value. What is not here (processes, sockets, timers) can be made
 * again from what is.
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
}

/** A store that lives as long as the process. */
export function createStore(): Store {
  const collections = new Map<string, Collection<object>>();
  return {
    collection<T extends object>(name: string): Collection<T> {
      const found = collections.get(name) ?? createCollection();
      collections.set(name, found);
      return found as Collection<T>;
    },
  };
}

function createCollection(): Collection<object> {
  const entries = new Map<string, object>();
  return {
    get: (name) => entries.get(name),
    put(name, value) {
      entries.set(name, value);
      return value;
    },
    delete: (name) => entries.delete(name),
    list: (prefix = "") =>
      [...entries].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  };
}
