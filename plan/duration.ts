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

function endOf({ name, needs, expectedSeconds }: PlanStep, ends: ReadonlyMap<StepName, Duration>): Duration {
  const before = longest(needs.flatMap((need) => ends.get(need) ?? []));
  return { seconds: before.seconds + expectedSeconds, criticalPath: [...before.criticalPath, name] };
}

function longest(durations: readonly Duration[]): Duration {
  const none: Duration = { seconds: 0, criticalPath: [] };
  return durations.reduce((most, duration) => (duration.seconds > most.seconds ? duration : most), none);
}
