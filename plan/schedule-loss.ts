import type { PolicySpec } from "../spec/schema.ts";
import type { FieldChange } from "./change.ts";
import { scheduleLossField } from "./loss.ts";

type Rebuilds = NonNullable<PolicySpec["rebuild"]>;

/** What is lost, the least first: with the application alone nothing is. */
const levels: readonly Rebuilds["level"][] = ["app", "data", "database", "all"];

/**
 * That a schedule costs rows which the stored one would not: it is new, loses more, or comes at a moment at which that does
 * not. Undefined where it keeps them, or says nothing that was not said before.
 */
export function scheduleLoss(stored: Rebuilds | undefined, asked: Rebuilds | undefined): FieldChange | undefined {
  if (!asked || asked.level === "app") return undefined;
  const isKnown = stored && levels.indexOf(asked.level) <= levels.indexOf(stored.level) && isWithin(stored, asked);
  return isKnown ? undefined : scheduleLossField(asked);
}

/** Whether every rebuild of the second schedule is one of the first. */
function isWithin(stored: Rebuilds, asked: Rebuilds): boolean {
  if (asked.timeZone !== stored.timeZone) return false;
  if (asked.missed === "run" && stored.missed !== "run") return false;
  // A rebuild that would not be done by then is left out.
  if (stored.finishBy !== undefined && asked.finishBy !== stored.finishBy) return false;
  return asked.schedule === stored.schedule || isRarer(fieldsOf(stored.schedule), fieldsOf(asked.schedule));
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Minute, hour, day of the month, month, weekday: the first and last number of each, and the names of some. */
const ranges = [
  { first: 0, last: 59, names: [] },
  { first: 0, last: 23, names: [] },
  { first: 1, last: 31, names: [] },
  { first: 1, last: 12, names: months },
  // Sunday is 0 and 7.
  { first: 0, last: 7, names: weekdays },
] as const satisfies readonly Range[];

interface Range {
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
}

function fieldsOf(schedule: string): readonly string[] {
  return schedule.trim().toLowerCase().split(/\s+/);
}

/**
 * Whether a schedule comes only when another one does, field by field. Where both the day and the weekday are limited either
 * is enough, so a limit that only one of the two schedules has may add days.
 */
function isRarer(stored: readonly string[], asked: readonly string[]): boolean {
  const [, , day = "", , weekday = ""] = stored;
  const isEveryDay = day === "*" && weekday === "*";
  const isAlike = [2, 4].every((index) => stored[index]?.startsWith("*") === asked[index]?.startsWith("*"));
  if (!isEveryDay && !isAlike) return false;
  return ranges.every((range, index) => {
    const known = numbersOf(stored[index] ?? "", range);
    const wanted = [...numbersOf(asked[index] ?? "", range)];
    return wanted.length > 0 && wanted.every((number) => known.has(number));
  });
}

function numbersOf(field: string, range: Range): ReadonlySet<number> {
  const { last } = range;
  const numbers = field.split(",").flatMap((item) => {
    const [span = "", step = "1"] = item.split("/");
    const [from, to = item.includes("/") ? last : from] =
      span === "*" ? [range.first, last] : span.split("-").map((value) => numberOf(value, range));
    // A week's range may end with Sunday by its name, which is that of its first day.
    const end = last === 7 && Number(to) < Number(from) ? Number(to) + 7 : (to ?? last);
    const count = Math.max(0, Math.floor((end - (from ?? 0)) / Number(step)) + 1);
    return Array.from({ length: count }, (_, index) => (from ?? 0) + index * Number(step));
  });
  return new Set(last === 7 ? numbers.map((number) => number % 7) : numbers);
}

function numberOf(value: string, { first, names }: Range): number {
  const index = names.indexOf(value);
  return index < 0 ? Number(value) : index + first;
}
