import { fault } from "../fault.ts";
import type { LoopSource } from "../parse/syntax.ts";
import type { Completion, ForWork } from "../plan/program.ts";
import type { Task } from "../task.ts";
import { isList, isNumber, typeName, type Value } from "../value/value.ts";
import type { Activation } from "./activation.ts";
import { recorded } from "./recorded.ts";
import { Scope } from "./scope.ts";
import { evaluateTemplate } from "./template.ts";

/** Runs a `for`; variables first assigned in its body end with it. */
export function* runFor(work: ForWork, at: Activation): Task<Completion> {
  const list = yield* evaluateTemplate(work.source.list, at);
  const items = itemsOf(work.source, list);
  at.run.history.expect(at.entry, countOf(work.source, list));
  const scope = new Scope({ parent: at.scope, memory: at.run.memory, locals: work.block.locals });
  try {
    for (const { value, index } of items) {
      defineLoopVariables(work, scope, { value, index });
      const iteration = { stepType: "STEP_FOR_ITERATION", progress: index + 1 } as const;
      const completion = yield* recorded(iteration, { ...at, scope }, (inside) =>
        at.run.interpreter.runBlock(work.block, inside),
      );
      if (completion.kind === "break") break;
      if (completion.kind !== "done" && completion.kind !== "continue") return completion;
    }
    return { kind: "done" };
  } finally {
    scope.dispose();
  }
}

/** One item of a loop and its place, from 0. */
export interface LoopItem {
  readonly value: Value;
  readonly index: number;
}

/** Sets the loop's own variables. */
export function defineLoopVariables(work: ForWork, scope: Scope, { value, index }: LoopItem): void {
  scope.define(work.value, value);
  if (work.index !== undefined) scope.define(work.index, BigInt(index));
}

/**
 * What a loop walks, one by one.
 *
 * @throws WorkflowError TypeError
 */
export function itemsOf(source: LoopSource, list: Value): Iterable<LoopItem> {
  if (!isList(list)) throw fault("TypeError", `for needs a list to walk, not ${typeName(list)}`);
  return source.kind === "in" ? numbered(list) : numbered(rangeOf(list));
}

/** How many items there are to walk. */
export function countOf(source: LoopSource, list: Value): number {
  if (!isList(list)) return 0;
  const [begin, end] = list;
  return source.kind === "in" ? list.length : Math.max(0, Math.floor(Number(end) - Number(begin)) + 1);
}

function* numbered(values: Iterable<Value>): Generator<LoopItem> {
  let index = 0;
  for (const value of values) {
    yield { value, index };
    index += 1;
  }
}

function rangeOf(bounds: readonly Value[]): Iterable<Value> {
  const [begin, end, ...others] = bounds;
  if (begin === undefined || end === undefined || others.length > 0 || !isNumber(begin) || !isNumber(end)) {
    throw fault("TypeError", "range must be [begin, end] with numbers");
  }
  return typeof begin === "bigint" ? integersFrom(begin, end) : doublesFrom(begin, Number(end));
}

function* integersFrom(begin: bigint, end: bigint | number): Generator<Value> {
  for (let value = begin; value <= end; value += 1n) yield value;
}

/** See choice `range-of-doubles`. */
function* doublesFrom(begin: number, end: number): Generator<Value> {
  for (let value = begin; value <= end; value += 1) yield value;
}
