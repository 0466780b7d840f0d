import type { Change } from "./change.ts";
import { type Level, makesCluster } from "./generation.ts";
import type { Plan } from "./plan.ts";
import { pricesAsOf, pricesOf } from "./prices.ts";
import type { StepName } from "./step.ts";

/** Whose list prices an amount is by, and from when. */
export interface PriceSource {
  /** Month of the prices, for example `2025-04`. */
  readonly pricesOf: string;
  /** Region whose prices they are. */
  readonly region: string;
  /** Region of the environment, where no prices of its own are known and those of `region` stand in for them. */
  readonly standsInFor?: string;
}

/** What an environment costs while it stands idle, by list price. Requests, traffic and storage used come on top. */
export interface Cost {
  readonly usdPerDay: number;
  /** The steps whose resources are billed by time, dearest first. */
  readonly steps: readonly { readonly name: StepName; readonly usdPerDay: number }[];
  readonly source: PriceSource;
}

/** The cost of a plan per day. */
export function costOf(plan: Pick<Plan, "steps" | "region">): Cost {
  const billed = plan.steps
    .filter(({ costPerDay }) => costPerDay > 0)
    .map(({ name, costPerDay }) => ({ name, usdPerDay: costPerDay }))
    .sort((a, b) => b.usdPerDay - a.usdPerDay);
  const total = billed.reduce((sum, { usdPerDay }) => sum + usdPerDay, 0);
  return { usdPerDay: Math.round(total * 100) / 100, steps: billed, source: sourceOf(plan.region) };
}

/**
 * What an environment costs a day while a rebuild has both the old cluster and the new one stand: what it costs before, and
 * all that the rebuild adds. Undefined for whatever makes no other cluster.
 */
export function costMeanwhile({
  level,
  changes,
  effects,
}: {
  readonly level: Level;
  readonly changes: readonly Pick<Change, "effects">[];
  readonly effects: { readonly costPerDay: { readonly before: number; readonly after: number } };
}): number | undefined {
  if (!makesCluster(level)) return undefined;
  const { before, after } = effects.costPerDay;
  const added = changes.reduce((sum, change) => sum + Math.max(0, change.effects.costPerDay), 0);
  const meanwhile = Math.round((before + added) * 100) / 100;
  return meanwhile > Math.max(before, after) ? meanwhile : undefined;
}

/** What something costs over a time, in USD to the cent. */
export function costOver(usdPerDay: number, seconds: number): number {
  return Math.round((usdPerDay * seconds * 100) / 86_400) / 100;
}

/** A source as people read it: `asia-northeast1, 2025-04`, and for which region it stands in. */
export function nameSource({ region, pricesOf: month, standsInFor }: PriceSource): string {
  return `${region}, ${month}${standsInFor === undefined ? "" : `, for want of those of ${standsInFor}`}`;
}

function sourceOf(wanted: string): PriceSource {
  const { region } = pricesOf(wanted);
  return { pricesOf: pricesAsOf, region, ...(region !== wanted && { standsInFor: wanted }) };
}
