import type { Cloud } from "../../cloud.ts";
import { drawLatency } from "../../latency.ts";
import type { Workflow } from "../../model/generated/workflows.ts";
import type { Collection } from "../../store.ts";
import { buildProgram } from "../build.ts";
import { type RunningExecution, startExecution } from "../execute/execution.ts";
import type { StepRecord } from "../execute/history.ts";
import { toExecutionError } from "../execute/outcome.ts";
import { fault } from "../fault.ts";
import { parseJson } from "../value/json.ts";
import { type Callbacks, createCallbacks } from "./callbacks.ts";
import { createHost } from "./execution-host.ts";
import { type ExecutionRecord, toEnd } from "./execution-record.ts";

/** Runs executions and keeps their records up to date. */
export interface Runner {
  readonly callbacks: Callbacks;
  /** Sets an execution off; its record is in the collection. */
  start(record: ExecutionRecord, workflow: Workflow): void;
  /** Ends an execution; its record says so at once. */
  cancel(name: string): void;
  /** The record as it is now, with the step under way. */
  observe(record: ExecutionRecord): ExecutionRecord;
  steps(name: string): readonly StepRecord[];
  /** Ends all that is running and waits for it. */
  stop(): Promise<void>;
}

interface Active {
  execution?: RunningExecution;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Makes the runner of a local cloud's executions. */
export function createRunner(cloud: Cloud, records: Collection<ExecutionRecord>): Runner {
  const callbacks = createCallbacks(cloud);
  const ends = openEnds(cloud, records);
  const histories = cloud.store.collection<{ readonly steps: readonly StepRecord[] }>("workflows.stepEntries");
  const draws = cloud.random.fork("workflows.executions");
  const active = new Map<string, Active>();

  /** An execution is queued for a moment before its first step; that takes clock time like the real service. */
  async function run(record: ExecutionRecord, workflow: Workflow, entry: Pick<Active, "abort" | "execution">) {
    const { signal } = entry.abort;
    await cloud.clock.sleep(drawLatency("workflows.executionStart", draws), { draws: true, signal });
    const host = createHost({ cloud, callbacks, workflow, execution: record.name, random: draws.fork(record.name) });
    const execution = startExecution({
      program: buildProgram(workflow.sourceContents ?? ""),
      argument: record.argument === undefined ? null : parseJson(record.argument),
      host,
      hold: () => cloud.clock.hold(),
    });
    entry.execution = execution;
    signal.addEventListener("abort", () => execution.cancel(), { once: true });
    const outcome = await execution.outcome;
    const present = records.get(record.name);
    if (present) histories.put(record.name, { steps: execution.steps() });
    if (present?.state === "ACTIVE") ends.write(record.name, outcome, execution);
  }

  return {
    callbacks,

    start(record, workflow) {
      const abort = new AbortController();
      const entry: Pick<Active, "abort" | "execution"> = { abort };
      const ended = run(record, workflow, entry)
        .catch((caught) => {
          if (!abort.signal.aborted) ends.fail(record.name, caught);
        })
        .finally(() => {
          callbacks.close(record.name);
          active.delete(record.name);
        });
      active.set(record.name, Object.assign(entry, { ended }));
    },

    cancel(name) {
      const entry = active.get(name);
      ends.write(name, { state: "CANCELLED" }, entry?.execution);
      entry?.abort.abort(new Error("the execution was cancelled"));
    },

    observe: (record) => (record.state === "ACTIVE" ? withStatus(record, active.get(record.name)?.execution) : record),

    steps: (name) => active.get(name)?.execution?.steps() ?? histories.get(name)?.steps ?? [],

    async stop() {
      const entries = [...active.values()];
      for (const { abort } of entries) abort.abort(new Error("the local cloud is stopping"));
      await Promise.all(entries.map(({ ended }) => ended));
    },
  };
}

/** How executions end, in their records: those that are still there. */
function openEnds({ clock }: Cloud, records: Collection<ExecutionRecord>) {
  function write(name: string, outcome: Parameters<typeof toEnd>[0], execution?: RunningExecution): void {
    const present = records.get(name);
    if (present) records.put(name, { ...withStatus(present, execution), ...toEnd(outcome, present, clock.now()) });
  }

  return {
    write,
    /** A mistake of this runtime ends the execution as such; it must not stay active for ever. */
    fail(name: string, caught: unknown): void {
      const message = caught instanceof Error ? caught.message : String(caught);
      write(name, { state: "FAILED", error: toExecutionError(fault("SystemError", message, { cause: caught })) });
    },
  };
}

function withStatus(record: ExecutionRecord, execution: RunningExecution | undefined): ExecutionRecord {
  const current = execution?.currentStep();
  if (!current) return record;
  return { ...record, status: { currentSteps: [{ routine: current.routine, step: current.step }] } };
}
