import { DefinitionError } from "../definition-error.ts";
import type { Definition, ParallelAction, Routine, Step, Template } from "../parse/syntax.ts";
import { type Scopes, scopesOf } from "../scopes/scopes.ts";
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
  const context: RoutineContext = { ...unit, scopes: scopesOf(routine) };
  const nothing = new Names({ scope: context.scopes([]) });
  for (const parameter of routine.params) {
    reporting(unit.report, () => checkTemplate(parameter.default, nothing, { ...unit, step: "params" }));
  }
  checkSteps(routine.steps, new Names({ scope: context.scopes(routine.steps) }), context);
}

interface RoutineContext extends Unit {
  readonly scopes: Scopes;
}

function checkSteps(steps: readonly Step[], names: Names, unit: RoutineContext): void {
  for (const step of steps) reporting(unit.report, () => checkStep(step, names, unit));
}

function checkStep({ name: step, action }: Step, names: Names, unit: RoutineContext): void {
  const context = { ...unit, step };
  switch (action.kind) {
    case "assign":
      for (const { target, value } of action.entries) {
        checkTemplate(value, names, context);
        for (const part of target.path)
          checkExpression(part, { names, ...context, position: target.position, start: target.position });
        if (target.path.length > 0) names.expect(target.variable, { step, position: target.position });
        names.expectWritable(target.variable, { step, position: target.position });
      }
      return;
    case "call":
      checkCallee(action, context);
      for (const value of action.args.values()) checkTemplate(value, names, context);
      checkArguments(action, context);
      if (action.result) names.expectWritable(action.result.variable, { step, position: action.result.position });
      return;
    case "switch":
      for (const { condition, body } of action.cases) {
        checkTemplate(condition, names, context);
        checkStep(body, names, unit);
      }
      return;
    case "for":
      checkTemplate(action.source.list, names, context);
      checkSteps(action.steps, names.loop(action, step, { scope: unit.scopes(action.steps) }), unit);
      return;
    case "parallel":
      checkParallel(action, names, context);
      return;
    case "try":
      checkStep(action.body, names, unit);
      for (const part of retryParts(action.retry)) checkTemplate(part, names, context);
      if (action.except) {
        const { steps } = action.except;
        checkSteps(steps, names.inner({ scope: unit.scopes(steps) }), unit);
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

function checkParallel(action: ParallelAction, names: Names, context: RoutineContext & SymbolContext): void {
  checkShared(action, names, context);
  checkTemplate(action.concurrencyLimit, names, context);
  const shared = new Set(action.shared.map(({ name }) => name));
  const { work } = action;
  if (work.kind === "for") {
    const { steps, source } = work;
    checkTemplate(source.list, names, context);
    checkSteps(steps, names.loop(work, context.step, { scope: context.scopes(steps), shared }), context);
    return;
  }
  for (const { steps } of work.branches) {
    checkSteps(steps, names.inner({ scope: context.scopes(steps), shared }), context);
  }
}

/** A variable can only be shared when there may be one by then. */
function checkShared({ shared, work }: ParallelAction, names: Names, { scopes, step }: RoutineContext & SymbolContext) {
  const steps = work.kind === "for" ? work.steps : (work.branches[0]?.steps ?? []);
  for (const { name, position } of shared) {
    names.expect(name, { step, position });
    if (scopes(steps).outer.has(name)) continue;
    throw new DefinitionError({
      message: `shared variable '${name}' is not assigned before this step`,
      position,
      step,
    });
  }
}

function retryParts(retry: Extract<Step["action"], { kind: "try" }>["retry"]): readonly (Template | undefined)[] {
  if (!retry) return [];
  if (retry.kind === "value") return [retry.value];
  return [retry.predicate, retry.maxRetries, retry.backoff];
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
