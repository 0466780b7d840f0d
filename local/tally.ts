import type { Store } from "./store.ts";

/**
 * Counts events by a text that says what they are about, so that each can draw its chance from what it is and which one
 * it is rather than from when it came: however many clients act at once, the same events draw the same.
 */
export interface Tally {
  /** How many there were before this one. */
  next(key: string): number;
  /** How many there were, when none is added. */
  count(key: string): number;
}

/** A tally in the store, under a collection's name. */
export function createTally(store: Store, collection: string): Tally {
  const counts = store.collection<{ readonly count: number }>(collection);
  const count = (key: string) => counts.get(key)?.count ?? 0;
  return {
    count,
    next(key) {
      const before = count(key);
      counts.put(key, { count: before + 1 });
      return before;
    },
  };
}
