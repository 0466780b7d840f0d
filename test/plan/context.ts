import { makePlan, type Plan, type PlanStep } from "../../plan/plan.ts";
import type { PlanContext, StepName } from "../../plan/step.ts";
import { parseSpec } from "../../spec/load.ts";
import { exampleText } from "../spec/example.ts";

/** The installation of the tests. */
export const context: PlanContext = {
  installation: "my-project-alloyrun",
  seedRunnerImage: `asia-northeast1-docker.pkg.dev/my-project/alloyrun/seed@sha256:${"1".repeat(64)}`,
  requestUrl: "https://alloyrun-request-123.asia-northeast1.run.app",
  source: `sources/${"2".repeat(64)}.tgz`,
  seed: `seeds/${"3".repeat(64)}.tgz`,
};

/** The plan of a text. */
export function planOf(text: string = exampleText): Plan {
  return makePlan(parseSpec(text), context);
}

/** A step of a plan; it must be there. */
export function stepOf(plan: Plan, name: StepName): PlanStep {
  const found = plan.steps.find((step) => step.name === name);
  if (!found) throw new Error(`the plan has no step ${name}`);
  return found;
}
