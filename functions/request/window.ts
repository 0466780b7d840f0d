import type { Level } from "../../plan/generation.ts";
import { rebuildFactsOf, rebuildMinutes } from "../../spec/expected.ts";
import type { Spec } from "../../spec/schema.ts";
import { minutesOfDay, toMinutes } from "../../spec/time-of-day.ts";

/** Seconds since the epoch. */
export interface Times {
  readonly now: number;
  /** For when it was scheduled. */
  readonly scheduledAt: number;
}

/** What a schedule says of when its rebuilds may begin, and how many minutes one takes. */
export type Rule = Pick<NonNullable<Spec["policy"]["rebuild"]>, "missed" | "finishBy" | "timeZone"> & {
  readonly minutes: number;
};

/** A firing that is later than this was missed; so is a rebuild that has not begun by then, whatever it waited for. */
const missedAfterSeconds = 30 * 60;

/** The rule of a spec's schedule for a rebuild at a level, the schedule's own unless given; undefined when it has no schedule. */
export function ruleOf(spec: Spec, asked?: Level): (Rule & { readonly level: Level }) | undefined {
  const { rebuild } = spec.policy;
  return rebuild && { ...rebuild, minutes: rebuildMinutes(asked ?? rebuild.level, rebuildFactsOf(spec)) };
}

/** Until when it may wait: a rebuild that nobody expects any more is as bad as one that comes too late. */
export function startByOf(
  { missed, finishBy, timeZone, minutes }: Rule,
  { scheduledAt }: Pick<Times, "scheduledAt">,
): number | undefined {
  const ends = [
    ...(missed === "skip" ? [scheduledAt + missedAfterSeconds] : []),
    ...(finishBy === undefined ? [] : [nextTimeOfDay(finishBy, timeZone, scheduledAt) - minutes * 60]),
  ];
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/** Why a rebuild that is due then does not begin now; undefined when it does. */
export function reasonOfTime(
  { missed, finishBy, timeZone, minutes }: Rule,
  { now, scheduledAt }: Times,
): string | undefined {
  const late = Math.floor((now - scheduledAt) / 60);
  if (now - scheduledAt > missedAfterSeconds && missed === "skip") return `it was missed: ${late} minutes late`;
  if (finishBy === undefined) return undefined;
  if (now + minutes * 60 <= nextTimeOfDay(finishBy, timeZone, scheduledAt)) return undefined;
  return `it takes about ${minutes} minutes and would not be done by ${finishBy} ${timeZone}`;
}

/**
 * The first moment after another at which clocks of a time zone show a time of day, or have just been put forward past it;
 * seconds since the epoch.
 */
function nextTimeOfDay(time: string, timeZone: string, after: number): number {
  const wanted = toMinutes(time);
  const start = Math.floor(after / 60) * 60;
  const ahead = (wanted - minutesOfDay(start, timeZone) + 1440) % 1440;
  const guess = start + (ahead === 0 ? 1440 : ahead) * 60;
  // Between the two, clocks may have been put forward or back.
  const off = wanted - minutesOfDay(guess, timeZone);
  const shown = guess + ((((off + 720) % 1440) + 1440) % 1440) * 60 - 720 * 60;
  const isShown = (moment: number) => minutesOfDay(moment, timeZone) === wanted;
  return isShown(shown) ? shown : firstPast(wanted, timeZone, { from: Math.max(shown, start), until: guess });
}

/** The minute to which clocks are put forward when they skip a time of day between two moments. */
function firstPast(wanted: number, timeZone: string, { from, until }: { from: number; until: number }): number {
  const since = (moment: number) => (minutesOfDay(moment, timeZone) - wanted + 1440) % 1440;
  for (let moment = from + 60; moment < until; moment += 60) if (since(moment) < 720) return moment;
  return until;
}
