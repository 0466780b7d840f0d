import type { DefinitionError } from "../definition-error.ts";
import type { Definition, ForAction, ParallelAction, Routine, Step, Template } from "../parse/syntax.ts";
import type { Library } from "../stdlib/library.ts";
import { checkArguments, checkCallee } from "./call.ts";
import { checkExpression } from "./expression.ts";
import { Names } from "./names.ts";
import { reporting } from "./reporting.ts";

/** A definition and what it is checked with. */
export interface Unit {
  readonly definition: Definition;
  readonly library: Library;
  /** Subworkflows that may only be called in a call step. */
  readonly blocking: ReadonlySet<string>;
  /** Is told of problems; checking goes on with the next step. */
  readonly report: (problem: DefinitionError) => void;
}

/** What a routine is checked against. */
export interface SymbolContext extends Unit {
  /** Name of the step at hand, for errors. */
  readonly step: string;
}

/**
 * Checks that every name in a routine means something, that writes inside parallel steps go to shared or local
 * variables, and that calls have the arguments their callee takes.
 */
export function checkSymbols(routine: Routine, unit: Unit): void {
  const variables = new Names({ declared: routine.params.map(({ name }) => name), steps: routine.steps });
  for (const parameter of routine.params) {
    const names = new Names({ declared: [], steps: [] });
    reporting(unit.report, () => checkTemplate(parameter.default, names, { ...unit, step: "params" }));
  }
  checkSteps(routine.steps, variables, unit);
}

function checkSteps(steps: readonly Step[], names: Names, unit: Unit): void {
  for (const step of steps) reporting(unit.report, () => checkStep(step, names, unit));
}

function checkStep({ name: step, action }: Step, names: Names, unit: Unit): void {
  const context: SymbolContext = { ...unit, step };
  switch (action.kind) {
    case "assign":
      for (const { target, value } of action.entries) {
        checkTemplate(value, names, context);
        for (const part of target.path)
          checkExpression(part, { names, ...context, position: target.position, start: target.position });
        if (target.path.length > 0) names.expect(target.variable, { step, position: target.position });
        names.write(target.variable, { step, position: target.position });
      }
      return;
    case "call":
      checkCallee(action, context);
      for (const value of action.args.values()) checkTemplate(value, names, context);
      checkArguments(action, context);
      if (action.result) names.write(action.result.variable, { step, position: action.result.position });
      return;
    case "switch":
      for (const { condition, body } of action.cases) {
        checkTemplate(condition, names, context);
        checkStep(body, names, unit);
      }
      return;
    case "for":
      checkTemplate(action.source.list, names, context);
      checkLoop(action, names.loop(action, step), unit);
      return;
    case "parallel":
      checkParallel(action, names, context);
      return;
    case "try":
      checkStep(action.body, names, unit);
      for (const part of retryParts(action.retry)) checkTemplate(part, names, context);
      if (action.except) {
        const { variable, steps } = action.except;
        checkSteps(steps, names.inner({ declared: variable === undefined ? [] : [variable], steps }), unit);
      }
      return;
    case "steps":
      checkSteps(action.steps, names, unit);
      return;
    case "raise":
    case "return":
      checkTemplate(action.value, names, context);
      return;
    case "jump":
      return;
  }
}

function checkLoop({ steps }: ForAction, names: Names, unit: Unit): void {
  checkSteps(steps, names, unit);
}

function checkParallel(action: ParallelAction, names: Names, context: SymbolContext): void {
  for (const { name, position } of action.shared) names.expect(name, { step: context.step, position });
  checkTemplate(action.concurrencyLimit, names, context);
  const shared = new Set(action.shared.map(({ name }) => name));
  const { work } = action;
  if (work.kind === "for") {
    checkTemplate(work.source.list, names, context);
    checkLoop(work, names.loop(work, context.step, shared), context);
    return;
  }
  for (const { steps } of work.branches) {
    checkSteps(steps, names.inner({ declared: [], steps, shared }), context);
  }
}

function retryParts(retry: Extract<Step["action"], { kind: "try" }>["retry"]): readonly (Template | undefined)[] {
  if (!retry) return [];
  if (retry.kind === "value") return [retry.value];
  return [retry.predicate, retry.maxRetries, retry.initialDelay, retry.maxDelay, retry.multiplier];
}

function checkTemplate(template: Template | undefined, names: Names, context: SymbolContext): void {
  switch (template?.kind) {
    case "expression":
      checkExpression(template.expression, { names, ...context, position: template.position, start: template.start });
      return;
    case "list":
      for (const item of template.items) checkTemplate(item, names, context);
      return;
    case "map":
      for (const { key, value } of template.entries) {
        if (typeof key !== "string") checkTemplate(key, names, context);
        checkTemplate(value, names, context);
      }
      return;
    default:
      return;
  }
}
