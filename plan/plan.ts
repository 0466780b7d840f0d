import { canonicalJson, sha256 } from "../spec/names.ts";
import type { Spec } from "../spec/schema.ts";
import { type Prices, pricesOf } from "./prices.ts";
import type { PlanContext, StepDeclaration, StepName } from "./step.ts";
import { steps } from "./steps.ts";
import { type Terms, termsOf } from "./terms.ts";

/** What will be done: the steps that the spec wants, each with its own input. */
export interface Plan extends Terms {
  readonly environment: string;
  readonly project: string;
  readonly region: string;
  /** In an order in which every step comes after those it needs. */
  readonly steps: readonly PlanStep[];
  /** SHA-256 of all else in canonical JSON, in hexadecimal: the same spec and context give the same hash. */
  readonly hash: string;
}

/** One step of a plan. */
export interface PlanStep {
  readonly name: StepName;
  /** Steps of this plan that must be done before. */
  readonly needs: readonly StepName[];
  /** What the step's function is told; never a secret. */
  readonly input: object;
  readonly expectedSeconds: number;
  /** USD a day, by list price, of what the step keeps running. */
  readonly costPerDay: number;
}

/**
 * Makes the plan of a spec.
 *
 * @throws RangeError when the context lacks the packed source or seed files that the spec needs
 */
export function makePlan(spec: Spec, context: PlanContext): Plan {
  const wanted = steps.flatMap((step) => planStep(step, { spec, context }));
  const names = new Set(wanted.map(({ name }) => name));
  const content = {
    environment: spec.name,
    project: spec.project,
    region: spec.region,
    ...termsOf(spec),
    steps: wanted.map((step) => ({ ...step, needs: step.needs.filter((need) => names.has(need)) })),
  };
  return { ...content, hash: sha256(canonicalJson(content)) };
}

/**
 * Any of the declarations. Written with methods, whose parameters TypeScript compares both ways: each declaration is
 * given the input that it made itself.
 */
interface AnyDeclaration extends Pick<StepDeclaration<object, object>, "name" | "needs" | "input"> {
  expectedSeconds(input: object): number;
  costPerDay?(input: object, prices: Prices): number;
}

function planStep(
  step: AnyDeclaration,
  { spec, context }: { readonly spec: Spec; readonly context: PlanContext },
): PlanStep[] {
  const input = step.input(spec, context);
  if (!input) return [];
  const costPerDay = step.costPerDay?.(input, pricesOf(spec.region).prices) ?? 0;
  const { name, needs } = step;
  // Not rounded: what is there before a change is this less what the change adds.
  return [{ name, needs, input, expectedSeconds: step.expectedSeconds(input), costPerDay }];
}
