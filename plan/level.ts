import type { PlanStep } from "./plan.ts";
import type { StepName } from "./step.ts";

/**
 * The steps of a rebuild of the application alone. All that a new revision stands on is as the serving one names it, and is
 * neither asked nor touched.
 */
export const applicationSteps: readonly StepName[] = ["image", "service", "verify", "traffic"];

/**
 * What the environment consists of when the application alone is built anew: of the steps of its plan, and for all else of
 * those that it was ready with. A spec by which another run has begun since, and come to no end, says nothing about that.
 */
export function wholeOf<Step extends Pick<PlanStep, "name">>(
  planned: readonly Step[],
  ready: readonly Step[] = planned,
): readonly Step[] {
  const isPlanned = ({ name }: Step) => applicationSteps.includes(name);
  return [...planned.filter(isPlanned), ...ready.filter((step) => !isPlanned(step))];
}
