import { DefinitionError } from "../definition-error.ts";
import type { ParallelAction, Routine, Step } from "../parse/syntax.ts";

/** Where execution can go from a place. */
interface Reach {
  /** Names of the steps of this list and of the lists around it, up to the loop or branch that a jump cannot leave. */
  readonly targets: ReadonlySet<string>;
  /** The innermost loop, if the place is in one. */
  readonly loop?: "for" | "parallel for";
  /** Whether a parallel step is around the place; `return` and `end` cannot leave it (choice `parallel-exit`). */
  readonly isParallel: boolean;
}

/** Checks that step names are unique and that every jump has a target that it may go to. */
export function checkJumps(routine: Routine): void {
  checkUnique(routine.steps, new Set());
  checkList(routine.steps, { targets: new Set(), isParallel: false });
}

function checkUnique(steps: readonly Step[], seen: Set<string>): void {
  for (const step of steps) {
    if (seen.has(step.name)) {
      throw new DefinitionError({
        message: `step name '${step.name}' is used more than once`,
        position: step.position,
      });
    }
    seen.add(step.name);
    for (const list of listsIn(step)) checkUnique(list, seen);
  }
}

/** The lists of named steps inside a step. */
function listsIn({ action }: Step): readonly (readonly Step[])[] {
  switch (action.kind) {
    case "steps":
    case "for":
      return [action.steps];
    case "switch":
      return action.cases.flatMap(({ body }) => listsIn(body));
    case "parallel":
      return action.work.kind === "for" ? [action.work.steps] : action.work.branches.map(({ steps }) => steps);
    case "try":
      return [...listsIn(action.body), ...(action.except ? [action.except.steps] : [])];
    default:
      return [];
  }
}

function checkList(steps: readonly Step[], reach: Reach): void {
  const inside = { ...reach, targets: new Set([...reach.targets, ...steps.map(({ name }) => name)]) };
  for (const step of steps) checkStep(step, inside);
}

function checkStep(step: Step, reach: Reach): void {
  checkNext(step, reach);
  const { action } = step;
  switch (action.kind) {
    case "return":
      if (reach.isParallel) throw refusal(step, "return is not allowed inside a parallel step");
      return;
    case "steps":
      checkList(action.steps, reach);
      return;
    case "switch":
      for (const { body } of action.cases) checkStep(body, reach);
      return;
    case "for":
      checkList(action.steps, { targets: new Set(), loop: "for", isParallel: reach.isParallel });
      return;
    case "parallel":
      checkParallel(action);
      return;
    case "try":
      checkStep(action.body, reach);
      if (action.except) checkList(action.except.steps, reach);
      return;
    default:
      return;
  }
}

function checkParallel({ work }: ParallelAction): void {
  if (work.kind === "for") {
    checkList(work.steps, { targets: new Set(), loop: "parallel for", isParallel: true });
    return;
  }
  for (const { steps } of work.branches) checkList(steps, { targets: new Set(), isParallel: true });
}

/** Three words mean a way to go on before they mean a step (choice `jump-words`). */
function checkNext(step: Step, { targets, loop, isParallel }: Reach): void {
  const target = step.next?.target;
  if (target === undefined) return;
  if (target === "end") {
    if (isParallel) throw refusal(step, "end is not allowed inside a parallel step");
  } else if (target === "continue") {
    if (!loop) throw refusal(step, "continue is only allowed inside a loop");
  } else if (target === "break") {
    if (loop !== "for") throw refusal(step, "break is only allowed inside a loop that is not parallel");
  } else if (!targets.has(target)) {
    throw refusal(step, `next: step '${target}' not found, or not reachable from here`);
  }
}

function refusal({ name, position, next }: Step, message: string): DefinitionError {
  return new DefinitionError({ message, position: next?.position ?? position, step: name });
}
