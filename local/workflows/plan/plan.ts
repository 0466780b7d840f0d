import type { Action, Definition, ForAction, Jump, Step } from "../parse/syntax.ts";
import { library } from "../stdlib/library.ts";
import type { Block, Completion, ForWork, Node, Program, StepType, Work } from "./program.ts";

/** Makes a checked definition ready to run: callees and jumps are resolved, steps numbered within their block. */
export function planDefinition({ routines }: Definition): Program {
  const planned = [...routines.values()].map(({ name, params, steps }) => ({ name, params, block: planBlock(steps) }));
  return { routines: new Map(planned.map((routine) => [routine.name, routine])) };
}

function planBlock(steps: readonly Step[]): Block {
  return { nodes: steps.map(planStep), indexOf: new Map(steps.map(({ name }, index) => [name, index])) };
}

function planStep({ name, position, action, next }: Step): Node {
  const work = planAction(action);
  return { step: name, position, work, type: typeOf(work), next: next && planJump(next) };
}

function planJump({ target }: Jump): Completion {
  if (target === "end" || target === "break" || target === "continue") return { kind: target };
  return { kind: "jump", target };
}

function planAction(action: Action): Work {
  switch (action.kind) {
    case "call": {
      const { callee, args, result } = action;
      return { kind: "call", callee: library.get(callee) ?? callee, args, result: result?.variable };
    }
    case "switch":
      return {
        kind: "switch",
        cases: action.cases.map(({ condition, body }) => ({ condition, body: planStep(body) })),
      };
    case "for":
      return planFor(action);
    case "parallel": {
      const { shared, concurrencyLimit, work } = action;
      return {
        kind: "parallel",
        shared: new Set(shared.map(({ name }) => name)),
        concurrencyLimit,
        work:
          work.kind === "for"
            ? planFor(work)
            : {
                kind: "branches",
                branches: work.branches.map(({ steps, ...branch }) => ({ ...branch, block: planBlock(steps) })),
              },
      };
    }
    case "try": {
      const { body, retry, except } = action;
      return {
        kind: "try",
        body: planStep(body),
        retry,
        except: except && { variable: except.variable, block: planBlock(except.steps) },
      };
    }
    case "steps":
      return { kind: "steps", block: planBlock(action.steps) };
    default:
      return action;
  }
}

function planFor({ value, index, source, steps }: ForAction): ForWork {
  return { kind: "for", value, index, source, block: planBlock(steps) };
}

function typeOf(work: Work): StepType {
  switch (work.kind) {
    case "assign":
      return "STEP_ASSIGN";
    case "call":
      return typeof work.callee === "string" ? "STEP_SUBWORKFLOW_CALL" : "STEP_STD_LIB_CALL";
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
