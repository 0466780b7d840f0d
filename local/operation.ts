import { emailOf } from "./access/principal.ts";
import type { Api, OperationResource, StartOperation } from "./api.ts";
import { presentCaller } from "./caller.ts";
import { type Clock, type Hold, toTimestamp } from "./clock.ts";
import { ApiError, codeOf, toApiError } from "./error.ts";
import type { FaultGate } from "./fault/gate.ts";
import { faulty, lengthened } from "./fault/operation.ts";
import type { Fault } from "./fault/plan.ts";
import type { Journal, OperationEntry } from "./journal.ts";
import type { JsonObject } from "./json.ts";
import { drawLatency } from "./latency.ts";
import type { Random } from "./random.ts";
import type { Collection, Store } from "./store.ts";
import { createTally } from "./tally.ts";

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

/** What `createOperations` works with. */
export interface OperationsContext {
  readonly clock: Clock;
  readonly store: Store;
  readonly random: Random;
  readonly journal: Pick<Journal, "record">;
  readonly gate: Pick<FaultGate, "begin">;
  /** The API of a host, for its `operations` table. */
  readonly api: (host: string) => Api;
}

/** The long-running operations of every API. */
export interface Operations {
  /**
   * Records an operation and sets its work off. The work of `Api.operations[kind]` starts after this call has returned
   * to its caller's caller, so a handler may change state before or after.
   */
  start(operation: StartOperation): OperationRecord;
  /** @throws ApiError NOT_FOUND */
  get(host: string, name: string): OperationRecord;
  list(host: string, parent: string): readonly OperationRecord[];
  /** Waits until the operation is done or `ms` of real time have passed, without holding the clock; then gives it. */
  wait(host: string, name: string, ms: number, hold: Hold): Promise<OperationRecord>;
  /** The same for the long poll of a client, which is over when `ms` of the clock have passed. */
  poll(host: string, name: string, ms: number, hold: Hold): Promise<OperationRecord>;
  /** Forgets a finished or unfinished operation's record; its work goes on. */
  delete(host: string, name: string): void;
  /** Runs every unfinished operation again from its record, once, after a start; each still ends when it was due. */
  resume(): void;
  /** Tells whether any operation on the target, or below it, is unfinished. */
  isBusy(host: string, target: string): boolean;
}

/** Makes the table of operations of a local cloud. */
export function createOperations({ clock, store, random, journal, gate, api }: OperationsContext): Operations {
  const records = openRecords(store, clock);
  const tally = createTally(store, "operations.tally");

  /** Draws by what an operation is rather than by when it came, so that concurrent clients change nobody's draws. */
  function drawsFor({ host, kind, target }: StartOperation): Random {
    const key = `${host}/${kind}/${target}`;
    return random.lasting(`operation ${key} ${tally.next(key)}`);
  }

  async function run(record: OperationRecord, hold: Hold): Promise<void> {
    const work = api(record.host).operations?.[record.kind];
    if (!work) throw new Error(`${record.host} has no operation kind ${record.kind}`);
    const response = await faulty(
      work,
      record.host,
      record.fault?.effect,
    )({
      name: record.name,
      input: record.input,
      hold,
      latency: () => hold.sleep(record.dueTime - clock.now(), { draws: true }),
      annotate: (metadata) => records.annotate(record, metadata),
    });
    finish(record, { response });
  }

  function finish(record: OperationRecord, outcome: Pick<OperationRecord, "error" | "response">): void {
    records.finish(record, outcome);
    journal.record(toEntry({ ...record, ...outcome, endTime: clock.now() }, "end"));
  }

  /** Sets the work off after whoever asked for it has been answered. */
  function begin(record: OperationRecord): void {
    const hold = clock.hold();
    setImmediate(() => {
      run(record, hold)
        .catch((caught) => finish(record, { error: toApiError(caught).toStatus() }))
        .finally(() => hold.release());
    });
  }

  return {
    start(operation) {
      const { host, parent, kind, target, input = {}, metadata, latency } = operation;
      const draws = drawsFor(operation);
      const id = operation.id ?? drawId(draws);
      const name = parent === "" ? `operations/${id}` : `${parent}/operations/${id}`;
      const { principal, workload } = presentCaller();
      const fault = gate.begin({ on: "operation", host, kind, resource: target, principal });
      const startTime = clock.now();
      const ms = lengthened(latency ? drawLatency(latency, draws) : 0, fault?.effect);
      const record = records.add({
        ...{ host, name, kind, target, input, metadata, startTime, dueTime: startTime + ms },
        caller: { principal: emailOf(principal), workload },
        ...(fault ? { fault: { id: fault.id, effect: fault.effect } } : {}),
      });
      journal.record(toEntry(record, "start"));
      begin(record);
      return record;
    },

    resume() {
      for (const record of records.unfinished()) begin(record);
    },

    async wait(host, name, ms, hold) {
      if (records.get(host, name).endTime === undefined) await hold.during(() => records.whenDone(host, name, ms));
      return records.get(host, name);
    },

    async poll(host, name, ms, hold) {
      if (records.get(host, name).endTime === undefined) {
        await hold.during(() => records.whenDoneOnClock(host, name, ms));
      }
      return records.get(host, name);
    },

    get: records.get,
    list: records.list,
    delete: records.delete,
    isBusy: records.isBusy,
  };
}

/** The records of operations, and who waits for one to be finished. */
function openRecords(store: Store, clock: Clock) {
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

/** What the journal tells of an operation. */
function toEntry(record: OperationRecord, event: OperationEntry["event"]): OperationEntry {
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

/** The `google.longrunning.Operation` form of a record. */
export function toLongrunning(record: OperationRecord): OperationResource {
  const { name, metadata, error, response } = record;
  if (record.endTime === undefined) return { name, metadata };
  return error ? { name, metadata, done: true, error } : { name, metadata, done: true, response };
}

function drawId(random: Random): string {
  return `operation-${random.hex(13)}-${random.hex(13)}-${random.hex(8)}-${random.hex(8)}`;
}
