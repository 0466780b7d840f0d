import { emailOf } from "./access/principal.ts";
import type { Api, OperationResource, StartOperation } from "./api.ts";
import { presentCaller } from "./caller.ts";
import type { Clock, Hold } from "./clock.ts";
import { toApiError } from "./error.ts";
import type { FaultGate } from "./fault/gate.ts";
import { faulty, lengthened } from "./fault/operation.ts";
import type { Journal } from "./journal.ts";
import { drawLatency } from "./latency.ts";
import { type OperationRecord, openRecords, toEntry } from "./operation-record.ts";
import type { Random } from "./random.ts";
import type { Store } from "./store.ts";
import { createTally } from "./tally.ts";

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
export function createOperations(context: OperationsContext): Operations {
  const { clock, store, journal } = context;
  const records = openRecords(store, clock);
  const toRecord = createRecordMaker(context);
  const begin = createRunner(context, records);

  /** Gives the record once the wait is over; one that is done already is not waited for. */
  async function after(host: string, name: string, wait: () => Promise<void>): Promise<OperationRecord> {
    if (records.get(host, name).endTime === undefined) await wait();
    return records.get(host, name);
  }

  return {
    start(operation) {
      const record = records.add(toRecord(operation));
      journal.record(toEntry(record, "start"));
      begin(record);
      return record;
    },

    resume() {
      for (const record of records.unfinished()) begin(record);
    },

    wait: (host, name, ms, hold) => after(host, name, () => hold.during(() => records.whenDone(host, name, ms))),
    poll: (host, name, ms, hold) => after(host, name, () => hold.during(() => records.whenDoneOnClock(host, name, ms))),

    get: records.get,
    list: records.list,
    delete: records.delete,
    isBusy: records.isBusy,
  };
}

/** Makes what sets an operation's work off after whoever asked for it has been answered. */
function createRunner(
  { clock, journal, api }: OperationsContext,
  records: ReturnType<typeof openRecords>,
): (record: OperationRecord) => void {
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

  return (record) => {
    const hold = clock.hold();
    setImmediate(() => {
      run(record, hold)
        .catch((caught) => finish(record, { error: toApiError(caught).toStatus() }))
        .finally(() => hold.release());
    });
  };
}

/** Makes what makes the record of an operation that is about to start: its name, its time, and the fault it meets. */
function createRecordMaker({
  clock,
  store,
  random,
  gate,
}: OperationsContext): (one: StartOperation) => OperationRecord {
  const tally = createTally(store, "operations.tally");

  /** Draws by what an operation is rather than by when it came, so that concurrent clients change nobody's draws. */
  function drawsFor({ host, kind, target }: StartOperation): Random {
    const key = `${host}/${kind}/${target}`;
    return random.lasting(`operation ${key} ${tally.next(key)}`);
  }

  return (operation) => {
    const { host, parent, kind, target, input = {}, metadata, latency } = operation;
    const draws = drawsFor(operation);
    const { id: given = drawId } = operation;
    const id = typeof given === "string" ? given : given(draws);
    const name = parent === "" ? `operations/${id}` : `${parent}/operations/${id}`;
    const { principal, workload } = presentCaller();
    const fault = gate.begin({ on: "operation", host, kind, resource: target, principal });
    const startTime = clock.now();
    const dueTime = startTime + lengthened(latency ? drawLatency(latency, draws) : 0, fault?.effect);
    return {
      ...{ host, name, kind, target, input, metadata, startTime, dueTime },
      caller: { principal: emailOf(principal), workload },
      ...(fault ? { fault: { id: fault.id, effect: fault.effect } } : {}),
    };
  };
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
