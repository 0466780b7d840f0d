import type { TraceElement } from "../fault.ts";
import type { Block, Completion, Node, Program } from "../plan/program.ts";
import type { Task } from "../task.ts";
import type { Value } from "../value/value.ts";
import type { Effects } from "./effects.ts";
import type { EntryHandle, History } from "./history.ts";
import type { Thread } from "./host.ts";
import type { Memory } from "./memory.ts";
import type { Observer } from "./observer.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Scope } from "./scope.ts";

/** One execution of a program, shared by all its threads. */
export interface Run {
  readonly program: Program;
  readonly scheduler: Scheduler;
  readonly observer?: Observer;
  readonly history: History;
  /** Whether the history keeps the variables in sight at the end of each step. */
  readonly keepsVariables: boolean;
  readonly memory: Memory;
  readonly interpreter: Interpreter;
  /** Notes the step under way, for the execution's status. */
  enterStep(element: TraceElement): void;
  /** Makes a thread with a hold of its own. */
  startThread(): RunThread;
  /** Counts a step. @throws WorkflowError ResourceLimitError after the last one allowed */
  countStep(): number;
}

/** A thread with what it does to the world. */
export interface RunThread extends Thread {
  readonly effects: Effects;
  /** Gives the hold up while other threads work for this one, or for ever. */
  rest(): void;
  /** Takes a hold again. */
  resume(): void;
}

/** How the parts of the interpreter reach each other. */
interface Interpreter {
  runBlock(block: Block, at: Activation): Task<Completion>;
  /** Runs a step; `at.entry` is the entry in the history that it belongs to. */
  runNode(node: Node, at: Activation): Task<Completion>;
  /** Calls a library function or subworkflow, with arguments by name or by place. */
  callFunction(name: string, args: Arguments, at: Activation): Task<Value>;
}

/** Arguments of a call. */
export type Arguments = ReadonlyMap<string, Value> | readonly Value[];

/** Where execution is: the thread, the call frame, the variables in sight. */
export interface Activation {
  readonly run: Run;
  readonly thread: RunThread;
  readonly frame: Frame;
  readonly scope: Scope;
  /** Parallel steps around this place, callers included. */
  readonly parallelDepth: number;
  /** Name of the step around this place. */
  readonly step?: string;
  /** The entry in the history that steps here are children of. */
  readonly entry?: EntryHandle;
}

/** A call of a routine. */
export interface Frame {
  readonly routine: string;
  /** Calls on the stack, this one included. */
  readonly depth: number;
}
