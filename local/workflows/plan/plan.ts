import type { Action, Definition, ForAction, Jump, ParallelAction, Step, TryAction } from "../parse/syntax.ts";
import { type Scopes, scopesOf } from "../scopes/scopes.ts";
import type { Library } from "../stdlib/library.ts";
import type { Block, Completion, ForWork, Node, ParallelWork, Program, StepType, TryWork, Work } from "./program.ts";

/**
 * Makes a checked definition ready to run: callees and jumps are resolved, steps numbered within their block, and every
 * variable has its scope.
 */
export function planDefinition({ routines }: Definition, library: Library): Program {
  const planned = [...routines.values()].map((routine) => {
    const { name, params, steps } = routine;
    return { name, params, block: planBlock(steps, { scopes: scopesOf(routine), library }) };
  });
  return { library, routines: new Map(planned.map((routine) => [routine.name, routine])) };
}

/** What the steps of a routine are planned with. */
interface Planning {
  readonly scopes: Scopes;
  readonly library: Library;
}

function planBlock(steps: readonly Step[], planning: Planning): Block {
  return {
    nodes: steps.map((step) => planStep(step, planning)),
    indexOf: new Map(steps.map(({ name }, index) => [name, index])),
    locals: planning.scopes(steps).own,
  };
}

function planStep({ name, position, action, next }: Step, planning: Planning): Node {
  const work = planAction(action, planning);
  return { step: name, position, work, type: typeOf(work), next: next && planJump(next) };
}

function planJump({ target }: Jump): Completion {
  if (target === "end" || target === "break" || target === "continue") return { kind: target };
  return { kind: "jump", target };
}

function planAction(action: Action, planning: Planning): Work {
  switch (action.kind) {
    case "call": {
      const { callee, args, result } = action;
      return { kind: "call", callee: planning.library.get(callee) ?? callee, args, result: result?.variable };
    }
    case "switch": {
      const cases = action.cases.map(({ condition, body }) => ({ condition, body: planStep(body, planning) }));
      return { kind: "switch", cases };
    }
    case "for":
      return planFor(action, planning);
    case "parallel":
      return planParallel(action, planning);
    case "try":
      return planTry(action, planning);
    case "steps":
      return { kind: "steps", block: planBlock(action.steps, planning) };
    default:
      return action;
  }
}

function planFor({ value, index, source, steps }: ForAction, planning: Planning): ForWork {
  return { kind: "for", value, index, source, block: planBlock(steps, planning) };
}

function planParallel({ concurrencyLimit, work }: ParallelAction, planning: Planning): ParallelWork {
  if (work.kind === "for") return { kind: "parallel", concurrencyLimit, work: planFor(work, planning) };
  const branches = work.branches.map(({ name, position, steps }) => {
    return { name, position, block: planBlock(steps, planning) };
  });
  return { kind: "parallel", concurrencyLimit, work: { kind: "branches", branches } };
}

function planTry({ body, retry, except }: TryAction, planning: Planning): TryWork {
  const planned = planStep(body, planning);
  if (!except) return { kind: "try", body: planned, retry };
  const { variable, steps } = except;
  return { kind: "try", body: planned, retry, except: { variable, block: planBlock(steps, planning) } };
}

function typeOf(work: Work): StepType {
  switch (work.kind) {
    case "assign":
      return "STEP_ASSIGN";
    case "call":
      if (typeof work.callee === "string") return "STEP_SUBWORKFLOW_CALL";
      return work.callee.isConnector ? "STEP_CONNECTOR_CALL" : "STEP_STD_LIB_CALL";
    case "switch":
      return "STEP_SWITCH";
    case "for":
      return "STEP_FOR";
    case "parallel":
      return work.work.kind === "for" ? "STEP_PARALLEL_FOR" : "STEP_PARALLEL_BRANCH";
    case "try":
      return "STEP_TRY_RETRY_EXCEPT";
    case "raise":
      return "STEP_RAISE";
    case "return":
      return "STEP_RETURN";
    case "jump":
      return "STEP_GOTO";
    case "steps":
      return "STEP_TYPE_UNSPECIFIED";
  }
}
