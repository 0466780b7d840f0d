import type { Expression } from "../expression/tree.ts";
import type { Value } from "../value/value.ts";

/** A place in the source of a definition; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A parsed definition: `main` and its subworkflows by name. */
export interface Definition {
  readonly routines: ReadonlyMap<string, Routine>;
}

/** The main workflow or a subworkflow. */
export interface Routine {
  readonly name: string;
  readonly position: Position;
  readonly params: readonly Parameter[];
  readonly steps: readonly Step[];
}

/** A parameter; it is optional when it has a default. */
export interface Parameter {
  readonly name: string;
  readonly position: Position;
  readonly default?: Template;
}

/** One named step, or a nameless body that takes its name from the step around it. */
export interface Step {
  readonly name: string;
  readonly position: Position;
  readonly action: Action;
  readonly next?: Jump;
}

/** Where execution goes on: a step's name, `end`, `break` or `continue`. */
export interface Jump {
  readonly target: string;
  readonly position: Position;
}

/** A value in the source with expressions in it. */
export type Template =
  | { readonly kind: "literal"; readonly value: Value }
  | ExpressionTemplate
  | { readonly kind: "list"; readonly items: readonly Template[] }
  | { readonly kind: "map"; readonly entries: readonly MapEntry[] };

/** One key and value of a map template; the key may be an expression too. */
interface MapEntry {
  readonly key: string | ExpressionTemplate;
  readonly value: Template;
}

/** `${…}` */
export interface ExpressionTemplate {
  readonly kind: "expression";
  readonly expression: Expression;
  readonly position: Position;
  /** Where the text inside the braces begins, when it is on one line. */
  readonly start?: Position;
}

/** What an assignment writes: a variable, or a place inside one. */
export interface Target {
  readonly variable: string;
  /** Keys and indexes from the outside in. */
  readonly path: readonly Expression[];
  readonly position: Position;
}

/** What a step does. */
export type Action =
  | { readonly kind: "assign"; readonly entries: readonly Assignment[] }
  | CallAction
  | { readonly kind: "switch"; readonly cases: readonly SwitchCase[] }
  | ForAction
  | ParallelAction
  | TryAction
  | { readonly kind: "raise"; readonly value: Template }
  | { readonly kind: "return"; readonly value: Template }
  | { readonly kind: "steps"; readonly steps: readonly Step[] }
  | { readonly kind: "jump" };

/** One `target: value` of an assign step. */
export interface Assignment {
  readonly target: Target;
  readonly value: Template;
}

/** `call`, `args`, `result` */
export interface CallAction {
  readonly kind: "call";
  readonly callee: string;
  readonly calleePosition: Position;
  readonly args: ReadonlyMap<string, Template>;
  readonly result?: { readonly variable: string; readonly position: Position };
}

/** One condition of a switch and what follows when it holds. */
export interface SwitchCase {
  readonly condition: Template;
  readonly position: Position;
  readonly body: Step;
}

/** `for` over a list or a range. */
export interface ForAction {
  readonly kind: "for";
  readonly value: string;
  readonly index?: string;
  readonly source: LoopSource;
  readonly steps: readonly Step[];
  readonly position: Position;
}

/** What a loop walks: a list, or the numbers from the first to the second of a list of two, both included. */
export interface LoopSource {
  readonly kind: "in" | "range";
  readonly list: Template;
}

/** `parallel` with branches or with a loop. */
export interface ParallelAction {
  readonly kind: "parallel";
  readonly shared: readonly { readonly name: string; readonly position: Position }[];
  readonly concurrencyLimit?: Template;
  readonly work: { readonly kind: "branches"; readonly branches: readonly Branch[] } | ForAction;
  readonly position: Position;
}

/** One named branch. */
export interface Branch {
  readonly name: string;
  readonly position: Position;
  readonly steps: readonly Step[];
}

/** `try` with `retry` and `except`. */
export interface TryAction {
  readonly kind: "try";
  readonly body: Step;
  readonly retry?: RetryPolicy;
  readonly except?: { readonly variable?: string; readonly steps: readonly Step[]; readonly position: Position };
}

/** A policy given as a value (`${http.default_retry}`) or spelt out; absent parts have the language's defaults. */
export type RetryPolicy =
  | { readonly kind: "value"; readonly value: Template }
  | {
      readonly kind: "policy";
      readonly predicate?: Template;
      readonly maxRetries?: Template;
      /** A map, or an expression that gives one. */
      readonly backoff?: Template;
    };
