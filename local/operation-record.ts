import { type Clock, toTimestamp } from "./clock.ts";
import { ApiError, codeOf } from "./error.ts";
import type { Fault } from "./fault/plan.ts";
import type { OperationEntry } from "./journal.ts";
import type { JsonObject } from "./json.ts";
import type { Collection, Store } from "./store.ts";

/** All that is known of a long-running operation, whatever form its API shows it in. */
export interface OperationRecord {
  readonly host: string;
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly input: JsonObject;
  readonly metadata?: JsonObject;
  /** Clock times in milliseconds since the epoch. */
  readonly startTime: number;
  readonly dueTime: number;
  readonly endTime?: number;
  readonly error?: { readonly code: number; readonly message: string; readonly details?: readonly JsonObject[] };
  readonly response?: JsonObject;
  /** Who started it; Google's own machinery unless given. */
  readonly caller?: { readonly principal: string; readonly workload?: string };
  /** The planned fault that it meets. */
  readonly fault?: Pick<Fault, "id" | "effect">;
}

/** Opens the records of operations, and keeps who waits for one to be finished. */
export function openRecords(store: Store, clock: Clock) {
  const records: Collection<OperationRecord> = store.collection("operations");
  // Most operations are done; whoever asks what is still changing must not look at them all.
  const unfinished = new Map<string, OperationRecord>();
  const waiters = new Map<string, (() => void)[]>();
  const key = (host: string, name: string) => `${host}/${name}`;

  for (const [name, record] of records.list()) if (record.endTime === undefined) unfinished.set(name, record);

  function onDone(name: string, wake: () => void): void {
    waiters.set(name, [...(waiters.get(name) ?? []), wake]);
  }

  function change({ host, name }: OperationRecord, edit: (present: OperationRecord) => OperationRecord): void {
    const present = records.get(key(host, name));
    if (present) records.put(key(host, name), edit(present));
  }

  return {
    add(record: OperationRecord): OperationRecord {
      unfinished.set(key(record.host, record.name), record);
      return records.put(key(record.host, record.name), record);
    },

    get(host: string, name: string): OperationRecord {
      const record = records.get(key(host, name));
      if (!record) throw new ApiError({ code: "NOT_FOUND", message: `Operation '${name}' was not found` });
      return record;
    },

    list: (host: string, parent: string) =>
      records.list(key(host, parent === "" ? "operations/" : `${parent}/operations/`)).map(([, record]) => record),

    unfinished: () => [...unfinished.values()].sort((a, b) => a.startTime - b.startTime),

    delete(host: string, name: string): void {
      records.delete(key(host, name));
      unfinished.delete(key(host, name));
    },

    isBusy: (host: string, target: string) =>
      [...unfinished.values()].some((record) => record.host === host && isAtOrBelow(record.target, target)),

    annotate(record: OperationRecord, metadata: JsonObject): void {
      change(record, (present) => ({ ...present, metadata: { ...present.metadata, ...metadata } }));
    },

    finish(record: OperationRecord, outcome: Pick<OperationRecord, "error" | "response">): void {
      change(record, (present) => ({ ...present, ...outcome, endTime: clock.now() }));
      const finished = key(record.host, record.name);
      unfinished.delete(finished);
      for (const wake of waiters.get(finished) ?? []) wake();
      waiters.delete(finished);
    },

    whenDone(host: string, name: string, ms: number): Promise<void> {
      return new Promise((resolve) => {
        const timeout = setTimeout(resolve, ms).unref();
        onDone(key(host, name), () => {
          clearTimeout(timeout);
          resolve();
        });
      });
    },

    /** The clock is not drawn to the end of a long poll: it is the operation that is awaited. */
    async whenDoneOnClock(host: string, name: string, ms: number): Promise<void> {
      const done = new AbortController();
      onDone(key(host, name), () => done.abort());
      await clock.sleep(ms, { draws: false, signal: done.signal }).catch(() => undefined);
    },
  };
}

/** What the journal tells of an operation when it starts or ends. */
export function toEntry(record: OperationRecord, event: OperationEntry["event"]): OperationEntry {
  const { host, name, kind, target, startTime, endTime, caller, error, fault } = record;
  return {
    ...{ kind: "operation", event, host, operation: name, work: kind, resource: target },
    time: toTimestamp(startTime),
    ...(endTime === undefined ? {} : { endTime: toTimestamp(endTime) }),
    ...(caller ?? { principal: "system" }),
    code: error ? codeOf(error.code) : "OK",
    ...(error ? { message: error.message } : {}),
    ...(fault ? { fault: fault.id } : {}),
  };
}

function isAtOrBelow(name: string, parent: string): boolean {
  return name === parent || name.startsWith(`${parent}/`);
}
