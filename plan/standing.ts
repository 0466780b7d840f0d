import type { Change } from "./change.ts";
import { namesIn } from "./names-in.ts";
import type { Plan } from "./plan.ts";
import type { StepName } from "./step.ts";

/** A resource that an older plan of the environment made: it stands and is billed, a service by use, and the present plan does not name it. */
export interface StandingResource {
  /** The step that would remove it. */
  readonly step: StepName;
  /** Full name of the resource. */
  readonly resource: string;
  /** USD a day by list price. */
  readonly costPerDay: number;
}

/** A change and the step that would make it. */
export interface StepChange extends Change {
  readonly step: StepName;
}

/** What of older plans is billed, by time or by use, and is none of the present plan's, by what removing their parts would delete. */
export function standingOf(older: readonly StepChange[], plan: Pick<Plan, "steps">): readonly StandingResource[] {
  const isNamed = isNamedBy(plan);
  return onlyOnce(older)
    .filter(({ step, action, effects }) => effects.costPerDay < 0 || (step === "service" && action === "delete"))
    .filter(({ resource }) => !isNamed(resource))
    .map(({ step, resource, effects }) => ({ step, resource, costPerDay: Math.abs(effects.costPerDay) }));
}

/** Tells of a resource whether a plan names it, or is that by which a rebuild has made it. */
export function isNamedBy({ steps }: Pick<Plan, "steps">): (resource: string) => boolean {
  const named = new Set(steps.flatMap(({ input }) => [...namesIn(input)]));
  return (resource) => named.has(resource) || named.has(firstGenerationOf(resource));
}

/** Of several changes of one resource the first. */
export function onlyOnce<Item extends { readonly resource: string }>(items: readonly Item[]): readonly Item[] {
  const seen = new Set<string>();
  return items.filter(({ resource }) => !seen.has(resource) && seen.add(resource));
}

/** What stays of them when these changes are made: what lies in something that is deleted goes with it. */
export function stayingAfter(
  standing: readonly StandingResource[],
  changes: readonly Change[],
): readonly StandingResource[] {
  const deleted = changes.filter(({ action }) => action === "delete").map(({ resource }) => resource);
  return standing.filter(({ resource }) => !deleted.some((each) => `${resource}/`.startsWith(`${each}/`)));
}

/** Plans name the first generation: what a rebuild makes beside it, a cluster and what is in it, is the same plan's. */
function firstGenerationOf(resource: string): string {
  return resource.replace(/(\/clusters\/[^/]+)-g\d+(?=\/|$)/, "$1");
}
