import type { EnvironmentView, RunView, StepView } from "../../functions/api.ts";
import { costMeanwhile } from "../../plan/cost.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { isOvertaken, renderAnew } from "./anew.ts";
import { usd } from "./effects.ts";
import { renderWay } from "./way.ts";

/**
 * USD a day, by list price, that what an unfinished run leaves standing may cost: of an `up` every part that it has begun,
 * however that ended, and what stood before; of a removal every part that it has not removed. A rebuild of the database
 * stands beside what serves. 0 when nothing is billed.
 *
 * @param amount what the environment costs once it is up, where the run itself has not been seen to plan anything
 */
export function billedAfter(run: RunView, amount = 0): number {
  const { before = 0, after = amount } = run.plan?.effects.costPerDay ?? {};
  switch (run.action) {
    case "up": {
      const begun = costOf(run.steps.filter(({ state }) => state !== "waiting"));
      if (!run.hasBegun) return 0;
      return begun === 0 ? before : Math.max(begun, before === 0 ? 0 : Math.max(before, after));
    }
    case "rebuild":
      // What stood already when it was planned, as when it was resumed, counts once.
      return (run.plan && costMeanwhile({ ...run.plan, level: run.level })) ?? Math.max(before, after);
    case "down":
      return run.hasBegun ? notRemoved(run) : 0;
    default:
      return 0;
  }
}

/** What a run leaves standing and is billed, for people; of a rebuild what it costs at most. */
export function renderBilled(run: RunView, amount?: number): string[] {
  const perDay = billedAfter(run, amount);
  if (perDay === 0) return [];
  const [day, hour] = [usd(perDay), usd(perDay / 24)];
  switch (run.action) {
    case "rebuild":
      return [`Meanwhile that costs at most ${hour} USD per hour (${day} USD per day).`];
    case "down":
      return [`May still be billed: about ${day} USD a day (${hour} an hour), until all of it is gone.`];
    default:
      return [`May be billed: about ${day} USD a day (${hour} an hour), until ${run.environment} is taken down.`];
  }
}

/**
 * What may be billed of an environment that is not ready, for a run has left it half made or half removed; of a removal also
 * that nothing is. No sweep goes on with what somebody has cancelled, so the ways on are told.
 */
export function renderUnready({ environment, url, gone, remaining, runs }: EnvironmentView, place: Place): string[] {
  if (url !== undefined || gone || remaining) return [];
  const last = runs.find(({ action, hasBegun }) => hasBegun && (action === "up" || action === "down"));
  if (!last || (last.state !== "failed" && last.state !== "cancelled")) return [];
  const billed = renderBilled(last).map((line) => `  ${line.charAt(0).toLowerCase()}${line.slice(1)}`);
  if (billed.length === 0 && last.action === "up") return [];
  return [
    ...(billed.length > 0 ? billed : renderUnbilled(last)),
    ...(isOvertaken(last)
      ? renderAnew(last, "ask anew", place).map((line) => `    ${line}`)
      : renderWay("go on", commandLine(place, "resume", last.run), "    ")),
    ...(last.action === "up" ? renderWay("take it down", commandLine(place, "down", environment), "    ") : []),
  ];
}

/** The steps of which a removal has not said that they are done with what it was to delete. */
function renderUnbilled({ plan, steps }: RunView): string[] {
  const removed = removedBy(steps);
  const wanted = plan ? plan.changes.map(({ step }) => step) : steps.map(({ name }) => name);
  const left = [...new Set(wanted)].filter((step) => !removed.has(step));
  if (left.length === 0) return ["  nothing is left that its removal was to delete, which has yet to be confirmed"];
  return ["  nothing that is billed is left. Not removed yet:", ...left.map((step) => `    ${step}`)];
}

function removedBy(steps: RunView["steps"]): ReadonlySet<string> {
  return new Set(steps.filter(({ state }) => state === "done").map(({ name }) => name));
}

/** Of what a removal was to delete, what it has not come to the end of. */
function notRemoved({ plan, steps }: RunView): number {
  const removed = removedBy(steps);
  if (!plan) return costOf(steps.filter(({ name }) => !removed.has(name)));
  const left = plan.changes.filter(({ step }) => !removed.has(step));
  return costOf(left.map(({ effects }) => ({ costPerDay: -Math.min(0, effects.costPerDay) })));
}

/** To the cent: secrets and images come to less, and nobody takes an environment down for those. */
function costOf(steps: readonly Pick<StepView, "costPerDay">[]): number {
  const perDay = steps.reduce((sum, { costPerDay = 0 }) => sum + costPerDay, 0);
  return Math.round(perDay * 100) / 100;
}
