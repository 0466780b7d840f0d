import type { Cloud } from "../../cloud.ts";
import { drawLatency } from "../../latency.ts";
import { buildProgram } from "../build.ts";
import { loadConnectors } from "../connectors/connectors.ts";
import { type RunningExecution, startExecution } from "../execute/execution.ts";
import type { Outcome } from "../execute/outcome.ts";
import { toExecutionError } from "../execute/outcome.ts";
import { fault } from "../fault.ts";
import { parseJson } from "../value/json.ts";
import { type Backlog, createBacklog } from "./backlog.ts";
import { type Callbacks, createCallbacks } from "./callbacks.ts";
import { createHost } from "./execution-host.ts";
import { createExecutionLogs } from "./execution-logs.ts";
import { type ExecutionRecord, executionCollection, isUnfinished, toEnd, toStart } from "./execution-record.ts";
import { type KeptStep, openHistories, toKept } from "./history-store.ts";
import { confirming, openJournal } from "./journal-store.ts";
import { openWorkflowStore } from "./workflow-store.ts";

/** Runs executions and keeps their records up to date. */
export interface Runner {
  readonly callbacks: Callbacks;
  readonly backlog: Backlog;
  /** Keeps a new execution and sets it off, or lets it wait when its state says so; gives its record. */
  start(record: ExecutionRecord): ExecutionRecord;
  /** Begins what waits in the place of that execution, as far as there is room: the quota may have grown. */
  beginNext(name: string): void;
  /** Goes on with every execution that had not ended when the store was last in use. */
  recover(): void;
  /** Ends an execution; its record says so at once. */
  cancel(name: string): void;
  /** The record as it is now, with the step under way. */
  observe(record: ExecutionRecord): ExecutionRecord;
  steps(name: string): readonly KeptStep[];
  /** Forgets the steps of an execution that has ended. */
  forgetSteps(name: string): void;
  /** Ends all that is running and waits for it. */
  stop(): Promise<void>;
}

interface Active {
  execution?: RunningExecution;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Makes the runner of a local cloud's executions. */
export function createRunner(cloud: Cloud): Runner {
  const records = cloud.store.collection<ExecutionRecord>(executionCollection);
  const callbacks = createCallbacks(cloud);
  const backlog = createBacklog(cloud.store);
  const histories = openHistories(cloud.store);
  const draws = cloud.random.fork("workflows.executions");
  const active = new Map<string, Active>();
  let isStopping = false;

  function launch(record: ExecutionRecord): void {
    const abort = new AbortController();
    const entry: Pick<Active, "abort" | "execution"> = { abort };
    const run = runExecution({
      cloud,
      callbacks,
      record,
      abort,
      onBegin: (execution) => (entry.execution = execution),
    });
    const ended = run
      .catch((caught): Outcome => toFailure(caught))
      .then((outcome) => {
        active.delete(record.name);
        conclude(record.name, outcome, entry.execution);
      });
    active.set(record.name, Object.assign(entry, { ended }));
  }

  /** Writes down how an execution ended, unless it is gone or was ended before. */
  function conclude(name: string, outcome: Outcome, execution: RunningExecution | undefined): void {
    if (isStopping) return;
    const present = records.get(name);
    if (present && execution) histories.put(name, toKept(execution.steps()));
    if (present && isUnfinished(present)) end(present, outcome, execution);
    else free(name);
  }

  function end(present: ExecutionRecord, outcome: Outcome, execution: RunningExecution | undefined): void {
    const record = { ...withStatus(present, execution), ...toEnd(outcome, present, cloud.clock.now()) };
    records.put(record.name, record);
    createExecutionLogs(cloud, record).state(record);
    free(record.name);
  }

  /** Forgets what only an unfinished execution needs, and lets the next one begin. */
  function free(name: string): void {
    callbacks.close(name);
    openJournal(cloud.store, name).drop();
    backlog.remove(name);
    beginNext(name);
  }

  function beginNext(name: string): void {
    for (const next of backlog.takeNext(name)) {
      const record = records.get(next);
      if (record) begin(record, cloud.clock.now());
    }
  }

  function begin(record: ExecutionRecord, startMs: number): void {
    const started = { ...record, ...toStart(startMs, drawLatency("workflows.executionStart", draws)) };
    records.put(started.name, started);
    createExecutionLogs(cloud, started).state(started);
    launch(started);
  }

  return {
    callbacks,
    backlog,
    beginNext,

    start(record) {
      backlog.add(record);
      records.put(record.name, record);
      if (record.state === "ACTIVE") begin(record, record.createMs);
      return records.get(record.name) ?? record;
    },

    recover() {
      const unfinished = records.list().flatMap(([, record]) => (isUnfinished(record) ? [record] : []));
      for (const record of unfinished.sort((a, b) => a.createMs - b.createMs)) {
        backlog.add(record);
        if (record.state === "ACTIVE") launch(record);
      }
    },

    cancel(name) {
      const entry = active.get(name);
      const present = records.get(name);
      if (present) end(present, { state: "CANCELLED" }, entry?.execution);
      entry?.abort.abort(new Error("the execution was cancelled"));
    },

    observe: (record) => (record.state === "ACTIVE" ? withStatus(record, active.get(record.name)?.execution) : record),

    steps(name) {
      const execution = active.get(name)?.execution;
      return execution ? toKept(execution.steps()) : histories.get(name);
    },

    forgetSteps: (name) => histories.delete(name),

    async stop() {
      isStopping = true;
      const entries = [...active.values()];
      for (const { abort } of entries) abort.abort(new Error("the local cloud is stopping"));
      await Promise.all(entries.map(({ ended }) => ended));
    },
  };
}

interface Launch {
  readonly cloud: Cloud;
  readonly callbacks: Callbacks;
  readonly record: ExecutionRecord;
  readonly abort: AbortController;
  readonly onBegin: (execution: RunningExecution) => void;
}

/** Runs an execution from its first step, or from where its journal ends. */
async function runExecution({ cloud, callbacks, record, abort, onBegin }: Launch): Promise<Outcome> {
  const { clock, store } = cloud;
  const { signal } = abort;
  const journal = openJournal(store, record.name);
  const workflow = openWorkflowStore(cloud).getRevisionOf(record);
  if (journal.past.length === 0) {
    await clock.sleep((record.firstStepMs ?? 0) - clock.now(), { draws: true, signal });
  }
  const logs = createExecutionLogs(cloud, record);
  const random = cloud.random.fork(`workflows.executions/${record.name}`);
  const execution = startExecution({
    program: buildProgram(workflow.sourceContents ?? "", loadConnectors()),
    argument: record.argument === undefined ? null : parseJson(record.argument),
    host: createHost({ cloud, callbacks, workflow, record, logs, random }),
    hold: () => clock.hold(),
    journal: confirming(journal, callbacks),
    observer: logs.observer(record.callLogLevel),
    keepsVariables: record.executionHistoryLevel === "EXECUTION_HISTORY_DETAILED",
  });
  onBegin(execution);
  signal.addEventListener("abort", () => execution.cancel(), { once: true });
  return await execution.outcome;
}

/** A mistake of this runtime ends the execution as such; it must not stay active for ever. */
function toFailure(caught: unknown): Outcome {
  const message = caught instanceof Error ? caught.message : String(caught);
  return { state: "FAILED", error: toExecutionError(fault("SystemError", message, { cause: caught })) };
}

function withStatus(record: ExecutionRecord, execution: RunningExecution | undefined): ExecutionRecord {
  const current = execution?.currentStep();
  if (!current) return record;
  return { ...record, status: { currentSteps: [{ routine: current.routine, step: current.step }] } };
}
