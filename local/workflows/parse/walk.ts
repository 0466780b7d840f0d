import type { Step } from "./syntax.ts";

/** All steps in a list, bodies of conditions and of `try` included, from the outside in. */
export function* stepsWithin(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    yield* stepsWithin(innerSteps(step));
  }
}

function innerSteps({ action }: Step): readonly Step[] {
  switch (action.kind) {
    case "steps":
    case "for":
      return action.steps;
    case "switch":
      return action.cases.map(({ body }) => body);
    case "parallel":
      return action.work.kind === "for" ? action.work.steps : action.work.branches.flatMap(({ steps }) => steps);
    case "try":
      return [action.body, ...(action.except?.steps ?? [])];
    default:
      return [];
  }
}
