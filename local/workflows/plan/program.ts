import type { Assignment, LoopSource, Parameter, Position, RetryPolicy, Template } from "../parse/syntax.ts";
import type { LibraryFunction } from "../stdlib/function.ts";
import type { Library } from "../stdlib/library.ts";
import type { Value } from "../value/value.ts";

/** A definition that is ready to run. */
export interface Program {
  readonly library: Library;
  readonly routines: ReadonlyMap<string, PlannedRoutine>;
}

/** The main workflow or a subworkflow. */
export interface PlannedRoutine {
  readonly name: string;
  readonly params: readonly Parameter[];
  readonly block: Block;
}

/** Steps that follow each other; a jump to one of their names stays inside. */
export interface Block {
  /** Variables that belong here, where a scope of its own begins with the block. */
  readonly locals: ReadonlySet<string>;
  readonly nodes: readonly Node[];
  readonly indexOf: ReadonlyMap<string, number>;
}

/** A step that is ready to run. */
export interface Node {
  readonly step: string;
  readonly position: Position;
  readonly type: StepType;
  readonly work: Work;
  readonly next?: Completion;
}

/** Kind of a step in the execution's history. */
export type StepType =
  | "STEP_ASSIGN"
  | "STEP_STD_LIB_CALL"
  | "STEP_CONNECTOR_CALL"
  | "STEP_SUBWORKFLOW_CALL"
  | "STEP_SWITCH"
  | "STEP_CONDITION"
  | "STEP_FOR"
  | "STEP_FOR_ITERATION"
  | "STEP_PARALLEL_FOR"
  | "STEP_PARALLEL_BRANCH"
  | "STEP_PARALLEL_BRANCH_ENTRY"
  | "STEP_TRY_RETRY_EXCEPT"
  | "STEP_TRY"
  | "STEP_RETRY"
  | "STEP_EXCEPT"
  | "STEP_RETURN"
  | "STEP_RAISE"
  | "STEP_GOTO"
  | "STEP_TYPE_UNSPECIFIED";

/** How a step or block ended, and so where execution goes on. */
export type Completion =
  | { readonly kind: "done" }
  | { readonly kind: "jump"; readonly target: string }
  | { readonly kind: "break" }
  | { readonly kind: "continue" }
  | { readonly kind: "end" }
  | { readonly kind: "return"; readonly value: Value };

/** What a node does. */
export type Work =
  | { readonly kind: "assign"; readonly entries: readonly Assignment[] }
  | CallWork
  | { readonly kind: "switch"; readonly cases: readonly { readonly condition: Template; readonly body: Node }[] }
  | ForWork
  | ParallelWork
  | TryWork
  | { readonly kind: "raise"; readonly value: Template }
  | { readonly kind: "return"; readonly value: Template }
  | { readonly kind: "steps"; readonly block: Block }
  | { readonly kind: "jump" };

/** A call of a library function or subworkflow. */
export interface CallWork {
  readonly kind: "call";
  readonly callee: LibraryFunction | string;
  readonly args: ReadonlyMap<string, Template>;
  readonly result?: string;
}

/** A loop. */
export interface ForWork {
  readonly kind: "for";
  readonly value: string;
  readonly index?: string;
  readonly source: LoopSource;
  readonly block: Block;
}

/** Branches or iterations side by side. */
export interface ParallelWork {
  readonly kind: "parallel";
  readonly concurrencyLimit?: Template;
  readonly work: ForWork | { readonly kind: "branches"; readonly branches: readonly PlannedBranch[] };
}

/** One named branch. */
interface PlannedBranch {
  readonly name: string;
  readonly position: Position;
  readonly block: Block;
}

/** A body with what happens after it failed. */
export interface TryWork {
  readonly kind: "try";
  readonly body: Node;
  readonly retry?: RetryPolicy;
  readonly except?: { readonly variable?: string; readonly block: Block };
}
