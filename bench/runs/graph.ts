import type { StepName } from "../../plan/step.ts";
import { steps } from "../../plan/steps.ts";
import type { ObservedRun } from "./observation.ts";

/** What must be done before a step begins: what it needs or, on the way back, all that need it. */
export function needsOf(step: StepName, action: ObservedRun["action"]): readonly StepName[] {
  if (action !== "down") return steps.find(({ name }) => name === step)?.needs ?? [];
  return steps.filter(({ needs }) => needs.includes(step)).map(({ name }) => name);
}

/** A step, and all that must be done before it, however indirectly. */
export function closureOf(step: StepName, action: ObservedRun["action"]): ReadonlySet<StepName> {
  const found = new Set<StepName>([step]);
  // What is added on the way is visited as well.
  for (const each of found) for (const need of needsOf(each, action)) found.add(need);
  return found;
}
