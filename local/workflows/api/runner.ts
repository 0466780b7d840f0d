import { type Alarms, createAlarms } from "../../alarm.ts";
import type { Cloud } from "../../cloud.ts";
import { drawLatency } from "../../latency.ts";
import type { Collection } from "../../store.ts";
import type { RunningExecution } from "../execute/execution.ts";
import type { Outcome } from "../execute/outcome.ts";
import { type Backlog, createBacklog } from "./backlog.ts";
import { type Callbacks, createCallbacks } from "./callbacks.ts";
import { createExecutionLogs } from "./execution-logs.ts";
import { type ExecutionOrder, openExecutionOrder } from "./execution-order.ts";
import { type ExecutionRecord, executionCollection, isUnfinished, toEnd, toStart } from "./execution-record.ts";
import { type HistoryStore, type KeptStep, openHistories, toKept } from "./history-store.ts";
import { openJournal } from "./journal-store.ts";
import { brokenOff, runExecution } from "./run-execution.ts";

/** How long an execution and its history are kept after it has ended. */
const retentionMs = 90 * 24 * 3600 * 1000;

interface Active {
  /** Absent before the first step. */
  execution?: RunningExecution;
  readonly abort: AbortController;
}

/** Runs executions and keeps their records up to date. */
export class Runner {
  readonly callbacks: Callbacks;
  readonly backlog: Backlog;
  readonly order: ExecutionOrder;
  readonly #cloud: Cloud;
  readonly #records: Collection<ExecutionRecord>;
  readonly #histories: HistoryStore;
  readonly #expiries: Alarms;
  readonly #active = new Map<string, Active>();
  readonly #ending = new Set<Promise<void>>();
  #isStopping = false;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.callbacks = createCallbacks(cloud);
    this.backlog = createBacklog(cloud.store);
    this.order = openExecutionOrder(cloud.store);
    this.#records = cloud.store.collection<ExecutionRecord>(executionCollection);
    this.#histories = openHistories(cloud.store);
    this.#expiries = createAlarms(cloud.clock);
  }

  /** Keeps a new execution and sets it off, or lets it wait when its state says so; gives its record. */
  start(record: ExecutionRecord): ExecutionRecord {
    this.backlog.add(record);
    this.#records.put(record.name, record);
    this.order.add(record);
    if (record.state === "ACTIVE") this.#begin(record, record.createMs);
    return this.#records.get(record.name) ?? record;
  }

  /** Begins what waits in the place of that execution, as far as there is room: the quota may have grown. */
  beginNext(name: string): void {
    for (const next of this.backlog.takeNext(name)) {
      const record = this.#records.get(next);
      if (record) this.#begin(record, this.#cloud.clock.now());
    }
  }

  /** Goes on with every execution that had not ended when the store was last in use, and keeps the others for their time. */
  recover(): void {
    const records = this.#records.list().map(([, record]) => record);
    for (const record of records) this.#expireLater(record);
    const unfinished = records.filter(isUnfinished);
    for (const record of unfinished.sort((a, b) => a.createMs - b.createMs)) {
      this.backlog.add(record);
      if (record.state === "ACTIVE") this.#launch(record);
    }
  }

  /** Ends an execution; its record says so at once. */
  cancel(name: string): void {
    const entry = this.#active.get(name);
    const present = this.#records.get(name);
    if (present) this.#end(present, { state: "CANCELLED" }, entry?.execution);
    entry?.abort.abort(new Error("the execution was cancelled"));
  }

  /** The record as it is now, with the step under way. */
  observe(record: ExecutionRecord): ExecutionRecord {
    return record.state === "ACTIVE" ? withStatus(record, this.#active.get(record.name)?.execution) : record;
  }

  steps(name: string): readonly KeptStep[] {
    const execution = this.#active.get(name)?.execution;
    return execution ? toKept(execution.steps()) : this.#histories.get(name);
  }

  /** Forgets the steps of an execution that has ended. */
  forgetSteps(name: string): void {
    this.#histories.delete(name);
  }

  /** Ends all that is running and waits for it; what is kept of it stays as it is. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#expiries.close();
    for (const { abort } of this.#active.values()) abort.abort(new Error("the local cloud is stopping"));
    await Promise.all(this.#ending);
  }

  #begin(record: ExecutionRecord, startMs: number): void {
    const draws = this.#cloud.random.lasting(`start of ${record.name}`);
    const started = { ...record, ...toStart(startMs, drawLatency("workflows.executionStart", draws)) };
    this.#records.put(started.name, started);
    createExecutionLogs(this.#cloud, started).state(started);
    this.#launch(started);
  }

  #launch(record: ExecutionRecord): void {
    const entry: Active = { abort: new AbortController() };
    this.#active.set(record.name, entry);
    const onBegin = (execution: RunningExecution) => {
      entry.execution = execution;
    };
    const { callbacks } = this;
    const ended = runExecution({ cloud: this.#cloud, callbacks, record, signal: entry.abort.signal, onBegin })
      .then((outcome) => this.#conclude(record.name, outcome, entry.execution))
      .catch((cause) => this.#conclude(record.name, brokenOff(cause), undefined))
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  /** Writes down how an execution ended, unless it is gone or was ended before; without its steps when these cannot be. */
  #conclude(name: string, outcome: Outcome, execution: RunningExecution | undefined): void {
    this.#active.delete(name);
    if (this.#isStopping) return;
    const present = this.#records.get(name);
    if (present && execution) this.#histories.put(name, toKept(execution.steps()));
    if (present && isUnfinished(present)) this.#end(present, outcome, execution);
    else this.#free(name);
  }

  #end(present: ExecutionRecord, outcome: Outcome, execution: RunningExecution | undefined): void {
    const record = { ...withStatus(present, execution), ...toEnd(outcome, present, this.#cloud.clock.now()) };
    this.#records.put(record.name, record);
    this.#expireLater(record);
    createExecutionLogs(this.#cloud, record).state(record);
    this.#free(record.name);
  }

  #expireLater(record: ExecutionRecord): void {
    const { name, endMs } = record;
    if (endMs === undefined) return;
    const forget = () => {
      this.#records.delete(name);
      this.#histories.delete(name);
      this.order.remove(record);
    };
    if (endMs + retentionMs <= this.#cloud.clock.now()) forget();
    else this.#expiries.at(endMs + retentionMs, forget);
  }

  /** Forgets what only an unfinished execution needs, and lets the next one begin. */
  #free(name: string): void {
    this.callbacks.close(name);
    openJournal(this.#cloud.store, name).drop();
    this.backlog.remove(name);
    this.beginNext(name);
  }
}

function withStatus(record: ExecutionRecord, execution: RunningExecution | undefined): ExecutionRecord {
  const current = execution?.currentStep();
  if (!current) return record;
  return { ...record, status: { currentSteps: [{ routine: current.routine, step: current.step }] } };
}
