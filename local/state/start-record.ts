import type { Change, Collection, Store } from "../store.ts";

/** What a local cloud remembers of how it was started: collection `local.start`, under `last`. */
export interface StartRecord {
  /** How many times it was started. */
  readonly starts: number;
  readonly seed: string;
  /** The port that it listened on, and its block of loopback addresses; absent in a snapshot, which is for another place. */
  readonly port?: number;
  readonly block?: number;
}

const collection = "local.start";
const key = "last";

function open(store: Store): Collection<StartRecord> {
  return store.collection(collection);
}

/** How the local cloud of this state was last started; `starts` is 0 for a new one. */
export function lastStart(store: Store): StartRecord {
  return open(store).get(key) ?? { starts: 0, seed: "alloyrun" };
}

/** The change that lets a copy of this state be started beside the original: at no port and block in particular. */
export function withoutPlace(store: Store): Change {
  const { starts, seed } = lastStart(store);
  return { collection, name: key, value: { starts, seed } };
}

/** Remembers a start for the next one. */
export function recordStart(store: Store, record: StartRecord): void {
  open(store).put(key, record);
}
