import { expectedSeconds, rebuildFactsOf, rebuildSeconds, removalSeconds } from "../spec/expected.ts";
import { canonicalJson } from "../spec/names.ts";
import type { Spec } from "../spec/schema.ts";
import type { Level } from "./generation.ts";
import type { Plan, PlanStep } from "./plan.ts";
import type { StepName } from "./step.ts";

/** How long a plan takes when nothing waits for anything but what it needs. */
export interface Duration {
  /** Seconds of the longest chain of needs. */
  readonly seconds: number;
  /** The steps of that chain, first to last. */
  readonly criticalPath: readonly StepName[];
}

/** The expected duration of a plan: its longest chain of needs by the steps' expected seconds. */
export function expectedDuration({ steps }: Pick<Plan, "steps">): Duration {
  const ends = new Map<StepName, Duration>();
  for (const step of steps) ends.set(step.name, endOf(step, ends));
  return longest([...ends.values()]);
}

/** What is asked for, as far as its time depends on it. */
export interface Asked {
  readonly action: "up" | "rebuild" | "down" | "plan" | "check";
  readonly level: Level;
  /** Absent where nothing of a spec counts, as with `check`. */
  readonly spec?: Pick<Spec, "database" | "service">;
}

/**
 * Seconds that a request takes as a rule, before anything has been observed.
 *
 * @param ready the plan by which the environment is ready: an up then only makes what differs; without it, all
 */
export function estimateOf(
  { action, level, spec }: Asked,
  plan: Pick<Plan, "steps">,
  ready?: Pick<Plan, "steps">,
): number {
  switch (action) {
    case "plan":
      return expectedSeconds.plan;
    case "down":
      return expectedDuration({
        steps: plan.steps.map((step) => ({ ...step, expectedSeconds: removalSeconds[step.name] })),
      }).seconds;
    case "rebuild":
      return spec ? rebuildSeconds(level, rebuildFactsOf(spec)) : expectedDuration(plan).seconds;
    case "up":
      return expectedDuration(ready ? { steps: differing(plan, ready) } : plan).seconds;
    case "check":
      return expectedDuration(plan).seconds;
  }
}

/** Seconds that a run takes by its plan: it looks at everything, however little it changes. */
export function secondsByPlan({ expectedSeconds: seconds }: { readonly expectedSeconds: number }): number {
  return Math.max(seconds, expectedSeconds.plan);
}

/** Whatever is as it was is only looked at; a new revision, which an image or other settings bring, is proved anew. */
function differing({ steps }: Pick<Plan, "steps">, ready: Pick<Plan, "steps">): readonly PlanStep[] {
  const before = new Map(ready.steps.map(({ name, input }) => [name, canonicalJson(input)]));
  const isOther = ({ name, input }: PlanStep) => before.get(name) !== canonicalJson(input);
  const isNew = steps.some((step) => (step.name === "image" || step.name === "service") && isOther(step));
  return steps.map((step) => {
    const follows = isNew && (step.name === "service" || step.name === "verify" || step.name === "traffic");
    return follows || isOther(step) ? step : { ...step, expectedSeconds: expectedSeconds.look };
  });
}

function endOf({ name, needs, expectedSeconds }: PlanStep, ends: ReadonlyMap<StepName, Duration>): Duration {
  const before = longest(needs.flatMap((need) => ends.get(need) ?? []));
  return { seconds: before.seconds + expectedSeconds, criticalPath: [...before.criticalPath, name] };
}

function longest(durations: readonly Duration[]): Duration {
  const none: Duration = { seconds: 0, criticalPath: [] };
  return durations.reduce((most, duration) => (duration.seconds > most.seconds ? duration : most), none);
}
