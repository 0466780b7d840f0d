import type { Hold } from "../../clock.ts";
import { fault, type TraceElement, WorkflowError } from "../fault.ts";
import type { Program } from "../plan/program.ts";
import { drive, type Task } from "../task.ts";
import { stringifyJson } from "../value/json.ts";
import type { Value } from "../value/value.ts";
import type { Activation, Frame, Run } from "./activation.ts";
import { runBlock, runNode } from "./block.ts";
import { callFunction } from "./call.ts";
import { History, type StepRecord } from "./history.ts";
import type { Host, Thread } from "./host.ts";
import { Memory } from "./memory.ts";
import { type Outcome, toExecutionError } from "./outcome.ts";
import { Scope } from "./scope.ts";

/** Most steps of one execution. */
const maxSteps = 100_000;

/** What to execute. */
export interface ExecutionOptions {
  readonly program: Program;
  /** Given to main's parameter; null when the caller sent none. */
  readonly argument: Value;
  readonly host: Host;
  /** Makes a hold on the clock; each thread has one. */
  readonly hold: () => Hold;
  /** Whether the history keeps the variables in sight at the end of each step; not unless given. */
  readonly keepsVariables?: boolean;
}

/** An execution under way. */
export interface RunningExecution {
  /** Settles when the execution has ended; it does not reject for errors of the definition. */
  readonly outcome: Promise<Outcome>;
  /** The step under way, or the last one; in parallel steps the one begun last. */
  currentStep(): TraceElement | undefined;
  steps(): readonly StepRecord[];
  /** Ends it as soon as it waits for something or begins the next step. */
  cancel(): void;
}

/** Starts an execution of a program. */
export function startExecution({ argument, ...options }: ExecutionOptions): RunningExecution {
  const abort = new AbortController();
  const run = createRun({ ...options, signal: abort.signal });
  const frame: Frame = { routine: "main", depth: 1 };
  const thread = run.startThread();
  const scope = new Scope({ memory: run.memory });
  const activation: Activation = { run, thread, frame, scope, parallelDepth: 0 };
  const outcome = conclude(drive(runMain(activation, argument)), abort.signal);
  return {
    outcome: outcome.finally(() => thread.hold.release()),
    currentStep: () => run.currentStep(),
    steps: () => run.history.list(),
    cancel: () => abort.abort(new CancelledError()),
  };
}

async function conclude(result: Promise<string>, signal: AbortSignal): Promise<Outcome> {
  try {
    return { state: "SUCCEEDED", result: await result };
  } catch (caught) {
    if (caught instanceof WorkflowError) return { state: "FAILED", error: toExecutionError(caught) };
    if (signal.aborted) return { state: "CANCELLED" };
    const error = fault("SystemError", caught instanceof Error ? caught.message : String(caught), { cause: caught });
    return { state: "FAILED", error: toExecutionError(error) };
  }
}

class CancelledError extends Error {
  constructor() {
    super("the execution was cancelled");
    this.name = "AbortError";
  }
}

interface ObservedRun extends Run {
  currentStep(): TraceElement | undefined;
}

function createRun(options: Omit<ExecutionOptions, "argument"> & { readonly signal: AbortSignal }): ObservedRun {
  const { program, host, hold, signal, keepsVariables = false } = options;
  let steps = 0;
  let threads = 0;
  let current: TraceElement | undefined;
  return {
    program,
    host,
    history: new History(() => host.now()),
    keepsVariables,
    memory: new Memory(),
    interpreter: { runBlock, runNode, callFunction },
    enterStep(element) {
      current = element;
    },
    currentStep: () => current,
    startThread(): Thread {
      threads += 1;
      return { id: threads, hold: hold(), signal };
    },
    countStep() {
      steps += 1;
      if (steps > maxSteps) throw fault("ResourceLimitError", `execution has more than ${maxSteps} steps`);
      return steps;
    },
  };
}

function* runMain(at: Activation, argument: Value): Task<string> {
  const routine = at.run.program.routines.get("main");
  if (!routine) throw new Error("a program has no main routine");
  for (const { name } of routine.params) at.scope.define(name, argument);
  const completion = yield* runBlock(routine.block, at);
  return stringifyJson(completion.kind === "return" ? completion.value : null);
}
