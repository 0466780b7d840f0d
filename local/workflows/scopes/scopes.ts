import type { Routine, Step } from "../parse/syntax.ts";
import { stepsWithin } from "../parse/walk.ts";
import { type Flow, flowOf, sourcesOf } from "./flow.ts";

/** The variables of one scope: of a routine, loop, branch or except block. */
export interface ScopeNames {
  /** Those that are made in it. */
  readonly own: ReadonlySet<string>;
  /** Those of scopes around it that may exist when it begins. */
  readonly outer: ReadonlySet<string>;
}

/** The scopes of a routine, each by the list of its steps. */
export type Scopes = (steps: readonly Step[]) => ScopeNames;

const none: ScopeNames = { own: new Set(), outer: new Set() };

/**
 * Finds out which scope each variable belongs to: the outermost one with an assignment of it that may have been made when
 * the scope inside begins; otherwise the one in which it is assigned (choice `scope-of-variables`).
 */
export function scopesOf({ params, steps }: Routine): Scopes {
  const scopes = new Map<readonly Step[], ScopeNames>();
  const declared = params.map(({ name }) => name);
  describeScope({ steps, declared }, { flow: flowOf(steps), outer: new Set(), scopes });
  return (list) => scopes.get(list) ?? none;
}

/** Steps that are a scope of their own, with the variables that it begins with. */
interface Part {
  readonly steps: readonly Step[];
  readonly declared: readonly string[];
}

interface Surroundings {
  readonly flow: Flow;
  readonly outer: ReadonlySet<string>;
  readonly scopes: Map<readonly Step[], ScopeNames>;
}

function describeScope({ steps, declared }: Part, { flow, outer, scopes }: Surroundings): void {
  const direct = [...directSteps(steps)];
  const made = direct.flatMap(assignedBy).filter((name) => !outer.has(name));
  scopes.set(steps, { own: new Set([...declared, ...made]), outer });
  const within = new Set(stepsWithin(steps));
  for (const part of direct.flatMap(partsOf)) {
    const [first] = part.steps;
    const before = first ? sourcesOf(flow, first, within) : new Set<Step>();
    const assigned = direct.filter((step) => before.has(step)).flatMap(assignedBy);
    describeScope(part, { flow, outer: new Set([...outer, ...declared, ...assigned]), scopes });
  }
}

/** The steps of one scope: those in nested lists, conditions and bodies of `try` are among them. */
function* directSteps(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    const { action } = step;
    if (action.kind === "steps") yield* directSteps(action.steps);
    if (action.kind === "switch") yield* directSteps(action.cases.map(({ body }) => body));
    if (action.kind === "try") yield* directSteps([action.body]);
  }
}

/** Scopes that begin at a step. */
function partsOf({ action }: Step): readonly Part[] {
  switch (action.kind) {
    case "for":
      return [loopPart(action)];
    case "parallel":
      if (action.work.kind === "for") return [loopPart(action.work)];
      return action.work.branches.map(({ steps }) => ({ steps, declared: [] }));
    case "try": {
      const { except } = action;
      return except ? [{ steps: except.steps, declared: except.variable === undefined ? [] : [except.variable] }] : [];
    }
    default:
      return [];
  }
}

function loopPart({ value, index, steps }: Extract<Step["action"], { kind: "for" }>): Part {
  return { steps, declared: index === undefined ? [value] : [value, index] };
}

/** Variables that a step itself makes. */
function assignedBy({ action }: Step): readonly string[] {
  switch (action.kind) {
    case "assign":
      return action.entries.filter(({ target }) => target.path.length === 0).map(({ target }) => target.variable);
    case "call":
      return action.result ? [action.result.variable] : [];
    default:
      return [];
  }
}
