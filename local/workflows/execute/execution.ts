import { fault, type TraceElement, WorkflowError } from "../fault.ts";
import type { Program } from "../plan/program.ts";
import type { Settled, Task } from "../task.ts";
import { stringifyJson } from "../value/json.ts";
import type { Value } from "../value/value.ts";
import type { Activation, Frame, Run } from "./activation.ts";
import { runBlock, runNode } from "./block.ts";
import { callFunction } from "./call.ts";
import { History, type StepRecord } from "./history.ts";
import type { Host, ThreadHold } from "./host.ts";
import { type Journal, noJournal } from "./journal.ts";
import { Memory } from "./memory.ts";
import type { Observer } from "./observer.ts";
import { type Outcome, toExecutionError } from "./outcome.ts";
import { Scheduler } from "./scheduler.ts";
import { Scope } from "./scope.ts";
import { createThread } from "./thread.ts";

/** Longest time from start to end: a year (choice `year-long`). */
const maxDurationMs = 365 * 24 * 3600 * 1000;

/** Most steps of one execution. */
const maxSteps = 100_000;

/** What to execute. */
export interface ExecutionOptions {
  readonly program: Program;
  /** Given to main's parameter; null when the caller sent none. */
  readonly argument: Value;
  readonly host: Host;
  /** Makes a hold on the clock; each thread has one. */
  readonly hold: () => ThreadHold;
  /** What it has learnt so far and goes on to learn; with a past, the execution goes on where that ends. */
  readonly journal?: Journal;
  readonly observer?: Observer;
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

/** Starts an execution of a program, or goes on with one that has a past. */
export function startExecution({ argument, ...options }: ExecutionOptions): RunningExecution {
  const abort = new AbortController();
  const { promise: outcome, resolve } = Promise.withResolvers<Outcome>();
  const conclude = (end: Settled<string>) => resolve(toOutcome(end, abort.signal));
  const run = createRun({ ...options, signal: abort.signal, fail: (error) => conclude({ error }) });
  const frame: Frame = { routine: "main", depth: 1 };
  const thread = run.startThread();
  const scope = new Scope({ memory: run.memory });
  const activation: Activation = { run, thread, frame, scope, parallelDepth: 0 };
  run.scheduler.run(runMain(activation, argument), conclude);
  return {
    outcome: outcome.finally(() => thread.rest()),
    currentStep: () => run.currentStep(),
    steps: () => run.history.list(),
    cancel: () => abort.abort(new CancelledError()),
  };
}

function toOutcome(end: Settled<string>, { aborted }: AbortSignal): Outcome {
  if ("value" in end) return { state: "SUCCEEDED", result: end.value };
  const { error } = end;
  if (error instanceof WorkflowError) return { state: "FAILED", error: toExecutionError(error) };
  if (aborted) return { state: "CANCELLED" };
  const message = error instanceof Error ? error.message : String(error);
  return { state: "FAILED", error: toExecutionError(fault("SystemError", message, { cause: error })) };
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

interface RunOptions extends Omit<ExecutionOptions, "argument"> {
  readonly signal: AbortSignal;
  readonly fail: (cause: Error) => void;
}

function createRun(options: RunOptions): ObservedRun {
  const { program, host, hold, signal, journal = noJournal, observer, keepsVariables = false, fail } = options;
  const scheduler = new Scheduler({ now: () => host.now(), journal, fail });
  const startMs = scheduler.timeMs;
  let steps = 0;
  let threads = 0;
  let current: TraceElement | undefined;
  return {
    program,
    scheduler,
    observer,
    history: new History(() => scheduler.timeMs),
    keepsVariables,
    memory: new Memory(),
    interpreter: { runBlock, runNode, callFunction },
    enterStep(element) {
      current = element;
    },
    currentStep: () => current,
    startThread() {
      threads += 1;
      return createThread({ id: threads, hold, signal, host, scheduler });
    },
    countStep() {
      steps += 1;
      if (scheduler.timeMs - startMs > maxDurationMs) throw fault("TimeoutError", "the execution runs for over a year");
      if (steps > maxSteps) throw fault("ResourceLimitError", `execution has more than ${maxSteps} steps`);
      return steps;
    },
  };
}

/** See choice `result-size`. */
function* runMain(at: Activation, argument: Value): Task<string> {
  const routine = at.run.program.routines.get("main");
  if (!routine) throw new Error("a program has no main routine");
  for (const { name } of routine.params) at.scope.define(name, argument);
  const completion = yield* runBlock(routine.block, at);
  return stringifyJson(completion.kind === "return" ? completion.value : null);
}
