import type { Cloud } from "../../cloud.ts";
import { buildProgram } from "../build.ts";
import { loadConnectors } from "../connectors/connectors.ts";
import { type RunningExecution, startExecution } from "../execute/execution.ts";
import { type Outcome, toExecutionError } from "../execute/outcome.ts";
import { fault } from "../fault.ts";
import type { Program } from "../plan/program.ts";
import { parseJson } from "../value/json.ts";
import type { Callbacks } from "./callbacks.ts";
import { createHost } from "./execution-host.ts";
import { createExecutionLogs } from "./execution-logs.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { confirming, openJournal } from "./journal-store.ts";
import { openWorkflowStore } from "./workflow-store.ts";

/** An execution to run. */
interface Launch {
  readonly cloud: Cloud;
  readonly callbacks: Callbacks;
  readonly record: ExecutionRecord;
  /** Aborting it cancels the execution. */
  readonly signal: AbortSignal;
  /** Given the execution once its first step is about to begin. */
  readonly onBegin: (execution: RunningExecution) => void;
}

/**
 * Runs an execution from its first step, or from where its journal ends, and says how it ended. A mistake of this runtime
 * ends it as such; it must not stay active for ever.
 */
export async function runExecution(launch: Launch): Promise<Outcome> {
  try {
    return await run(launch);
  } catch (caught) {
    return brokenOff(caught);
  }
}

/** The end of an execution that this runtime cannot go on with. */
export function brokenOff(cause: unknown): Outcome {
  const message = cause instanceof Error ? cause.message : String(cause);
  return { state: "FAILED", error: toExecutionError(fault("SystemError", message, { cause })) };
}

async function run({ cloud, callbacks, record, signal, onBegin }: Launch): Promise<Outcome> {
  const { clock, store } = cloud;
  const journal = openJournal(store, record.name);
  const workflow = openWorkflowStore(cloud).getRevisionOf(record);
  if (journal.past.length === 0) {
    await clock.sleep((record.firstStepMs ?? 0) - clock.now(), { draws: true, signal });
  }
  const logs = createExecutionLogs(cloud, record);
  const random = cloud.random.fork(`workflows.executions/${record.name}`);
  const execution = startExecution({
    program: programOf(workflow.sourceContents ?? ""),
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

const programs = new Map<string, Program>();
const programLimit = 16;

/** Building takes longer than a small execution: what was used last is kept, for a program never changes. */
function programOf(source: string): Program {
  const program = programs.get(source) ?? buildProgram(source, loadConnectors());
  programs.delete(source);
  programs.set(source, program);
  const [oldest] = programs.keys();
  if (programs.size > programLimit && oldest !== undefined) programs.delete(oldest);
  return program;
}
