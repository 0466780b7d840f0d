import { costMeanwhile, nameSource } from "../../plan/cost.ts";
import type { Digest } from "../../plan/digest.ts";
import { formatDuration } from "./duration.ts";

/** What a plan means to people, a line for each: data, answers meanwhile, cost and time. */
export function renderEffects(plan: Pick<Digest, "level" | "changes" | "effects" | "unfinished">): string[] {
  const { dataLoss, downtime, costPerDay, expectedSeconds } = plan.effects;
  const meanwhile = costMeanwhile(plan);
  const { before, after } = costPerDay;
  const cost = before === after ? usd(after) : `${usd(before)} -> ${usd(after)}`;
  return [
    `data      ${dataLoss ? "rows are LOST" : "no row is lost"}`,
    `downtime  ${downtime ? "does not answer meanwhile" : "none: it answers throughout"}`,
    `cost      ${cost} USD a day (list prices of ${nameSource(costPerDay)})`,
    ...(meanwhile === undefined
      ? []
      : [`          meanwhile ${usd(meanwhile)}: both clusters stand until the old one is removed`]),
    ...renderUnseen(plan),
    `time      ${expectedSeconds > 0 ? `about ${formatDuration(expectedSeconds)}` : "none"}`,
  ];
}

/** A run that takes but some steps looks at no cluster. */
function renderUnseen({ unfinished }: Pick<Digest, "unfinished">): string[] {
  if (unfinished?.costPerDay === undefined) return [];
  return [
    `          ${usd(unfinished.costPerDay)} of it for a second cluster that may stand, not looked at:`,
    `          a rebuild at level ${unfinished.level} came to no end`,
  ];
}

/** An amount to the cent. */
export function usd(amount: number): string {
  return amount.toFixed(2);
}
