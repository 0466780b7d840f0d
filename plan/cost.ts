import type { Plan } from "./plan.ts";
import { pricesAsOf, pricesOf } from "./prices.ts";
import type { StepName } from "./step.ts";

/** What an environment costs while it stands idle, by list price. Requests, traffic and storage used come on top. */
export interface Cost {
  readonly usdPerDay: number;
  /** The steps whose resources are billed by time, dearest first. */
  readonly steps: readonly { readonly name: StepName; readonly usdPerDay: number }[];
  /** Region whose prices were taken: the plan's own, or the one that stands in for it. */
  readonly pricesOf: string;
  /** Month of the prices, for example `2025-04`. */
  readonly pricesAsOf: string;
}

/** The cost of a plan per day. */
export function costOf(plan: Pick<Plan, "steps" | "region">): Cost {
  const billed = plan.steps
    .filter(({ costPerDay }) => costPerDay > 0)
    .map(({ name, costPerDay }) => ({ name, usdPerDay: costPerDay }))
    .sort((a, b) => b.usdPerDay - a.usdPerDay);
  const total = billed.reduce((sum, { usdPerDay }) => sum + usdPerDay, 0);
  return {
    usdPerDay: Math.round(total * 100) / 100,
    steps: billed,
    pricesOf: pricesOf(plan.region).region,
    pricesAsOf,
  };
}
