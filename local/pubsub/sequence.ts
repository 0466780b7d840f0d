import type { Store } from "../store.ts";

/** Numbers that are never given twice, restarts included. */
export interface Sequence {
  next(kind: "messages" | "topics"): number;
  /** The number given last; 0 before the first. */
  last(kind: "messages" | "topics"): number;
}

/** Opens the numbers of a local cloud's Pub/Sub. */
export function openSequence(store: Store): Sequence {
  const stored = store.collection<{ readonly last: number }>("pubsub.sequence");
  const last: Sequence["last"] = (kind) => stored.get(kind)?.last ?? 0;
  return { last, next: (kind) => stored.put(kind, { last: last(kind) + 1 }).last };
}
