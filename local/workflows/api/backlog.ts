import { plannedLimit } from "../../fault/faults.ts";
import type { Store } from "../../store.ts";
import { type ExecutionRecord, isUnfinished } from "./execution-record.ts";
import { parseName } from "./names.ts";

/** Executions that one project may have active at once in one location, unless a quota was planned. */
const usualConcurrency = 10_000;

/** Executions that may wait in one project and location. */
const maxBacklog = 100_000;

/**
 * Who may run and who has to wait, in each project and location.
 *
 * @see https://cloud.google.com/workflows/quotas
 */
export interface Backlog {
  /** Whether one more execution may begin. */
  hasRoom(name: string): boolean;
  /** Whether one more execution may wait. */
  mayWait(name: string): boolean;
  /** Counts an execution, by its state. */
  add(record: ExecutionRecord): void;
  /** Forgets an execution that has ended. */
  remove(name: string): void;
  /** Names of those in the same place whose turn it is; they wait no longer. */
  takeNext(name: string): readonly string[];
}

interface Place {
  readonly active: Set<string>;
  /** In the order in which they came. */
  readonly waiting: Set<string>;
}

/** Makes an empty backlog. */
export function createBacklog(store: Store): Backlog {
  const places = new Map<string, Place>();

  function placeOf(name: string): Place & { readonly limit: number } {
    const { project, location } = parseName(name);
    const key = `projects/${project}/locations/${location}`;
    const place = places.get(key) ?? { active: new Set(), waiting: new Set() };
    places.set(key, place);
    return {
      ...place,
      limit: plannedLimit(store, "ConcurrentExecutionsPerProjectPerRegion", project) ?? usualConcurrency,
    };
  }

  return {
    hasRoom(name) {
      const { active, waiting, limit } = placeOf(name);
      return waiting.size === 0 && active.size < limit;
    },
    mayWait: (name) => placeOf(name).waiting.size < maxBacklog,
    add(record) {
      if (!isUnfinished(record)) return;
      const { active, waiting } = placeOf(record.name);
      (record.state === "QUEUED" ? waiting : active).add(record.name);
    },
    remove(name) {
      const { active, waiting } = placeOf(name);
      active.delete(name);
      waiting.delete(name);
    },
    takeNext(name) {
      const { active, waiting, limit } = placeOf(name);
      const next = [...waiting].slice(0, Math.max(0, limit - active.size));
      for (const one of next) {
        waiting.delete(one);
        active.add(one);
      }
      return next;
    },
  };
}
