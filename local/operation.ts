import type { Api, OperationResource, StartOperation } from "./api.ts";
import type { Clock, Hold } from "./clock.ts";
import { ApiError, toApiError } from "./error.ts";
import type { JsonObject } from "./json.ts";
import { drawLatency } from "./latency.ts";
import type { Random } from "./random.ts";
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
}

/** What `createOperations` works with. */
export interface OperationsContext {
  readonly clock: Clock;
  readonly store: Store;
  readonly random: Random;
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
  /** Forgets a finished or unfinished operation's record; its work goes on. */
  delete(host: string, name: string): void;
  /** Tells whether any operation on the target, or below it, is unfinished. */
  isBusy(host: string, target: string): boolean;
}

/** Makes the table of operations of a local cloud. */
export function createOperations({ clock, store, random, api }: OperationsContext): Operations {
  const records: Collection<OperationRecord> = store.collection("operations");
  const draws = random.fork("operations");
  const waiters = new Map<string, (() => void)[]>();
  const key = (host: string, name: string) => `${host}/${name}`;

  function finish(record: OperationRecord, outcome: Pick<OperationRecord, "error" | "response">): void {
    const present = records.get(key(record.host, record.name));
    if (present) records.put(key(record.host, record.name), { ...present, ...outcome, endTime: clock.now() });
    for (const wake of waiters.get(key(record.host, record.name)) ?? []) wake();
    waiters.delete(key(record.host, record.name));
  }

  async function run(record: OperationRecord, hold: Hold): Promise<void> {
    const work = api(record.host).operations?.[record.kind];
    if (!work) throw new Error(`${record.host} has no operation kind ${record.kind}`);
    const response = await work({
      name: record.name,
      input: record.input,
      hold,
      latency: () => hold.sleep(record.dueTime - clock.now(), { draws: true }),
      annotate(metadata) {
        const present = records.get(key(record.host, record.name));
        if (present) {
          records.put(key(record.host, record.name), { ...present, metadata: { ...present.metadata, ...metadata } });
        }
      },
    });
    finish(record, { response });
  }

  return {
    start({ host, parent, kind, target, input = {}, metadata, latency, id = drawId(draws) }) {
      const startTime = clock.now();
      const name = parent === "" ? `operations/${id}` : `${parent}/operations/${id}`;
      const dueTime = startTime + (latency ? drawLatency(latency, draws) : 0);
      const record = records.put(key(host, name), { host, name, kind, target, input, metadata, startTime, dueTime });
      const hold = clock.hold();
      setImmediate(() => {
        run(record, hold)
          .catch((caught) => finish(record, { error: toApiError(caught).toStatus() }))
          .finally(() => hold.release());
      });
      return record;
    },

    get(host, name) {
      const record = records.get(key(host, name));
      if (!record) throw new ApiError({ code: "NOT_FOUND", message: `Operation '${name}' was not found` });
      return record;
    },

    list: (host, parent) =>
      records.list(key(host, parent === "" ? "operations/" : `${parent}/operations/`)).map(([, record]) => record),

    async wait(host, name, ms, hold) {
      if (this.get(host, name).endTime === undefined) await hold.during(() => whenDone(key(host, name), ms));
      return this.get(host, name);
    },

    delete(host, name) {
      records.delete(key(host, name));
    },

    isBusy: (host, target) =>
      records
        .list(`${host}/`)
        .some(
          ([, record]) =>
            record.endTime === undefined && (record.target === target || record.target.startsWith(`${target}/`)),
        ),
  };

  function whenDone(waitedFor: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timeout = setTimeout(resolve, ms).unref();
      const wake = () => {
        clearTimeout(timeout);
        resolve();
      };
      waiters.set(waitedFor, [...(waiters.get(waitedFor) ?? []), wake]);
    });
  }
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
