import { Cron } from "croner";
import type { Job } from "../model/generated/scheduler.ts";
import { unserved } from "../unserved.ts";
import { invalid } from "./error.ts";

const fieldOf = (names: string) => {
  const value = `(?:\\d{1,2}${names})`;
  const item = `(?:\\*|${value}(?:-${value})?)(?:/\\d{1,2})?`;
  return `${item}(?:,${item})*`;
};
const month = fieldOf("|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec");
const weekday = fieldOf("|sun|mon|tue|wed|thu|fri|sat");
const fiveFields = new RegExp(`^\\s*(?:${fieldOf("")}\\s+){3}${month}\\s+${weekday}\\s*$`, "i");

/**
 * The first time after another at which a job is due, by its schedule in its time zone.
 *
 * @param after milliseconds since the epoch
 * @throws ApiError INVALID_ARGUMENT for a schedule or time zone that is none
 * @see https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules
 */
export function nextTime({ schedule = "", timeZone = "Etc/UTC" }: Job, after: number): number {
  if (/^\s*every\b|\bof\b/i.test(schedule))
    throw unserved("scheduler.words", "A schedule in words is not served by the local cloud.");
  // The clock's library also knows offsets, `L`, `W` and `#`; Google does not.
  if (!fiveFields.test(schedule) || /^[+-]/.test(timeZone)) throw malformed();
  const next = nextRun(schedule, timeZone, after);
  if (!next) throw malformed();
  return next.getTime();
}

function nextRun(schedule: string, timezone: string, after: number): Date | null {
  try {
    return new Cron(schedule.trim(), { timezone, paused: true }).nextRun(new Date(after));
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): Error {
  return invalid("Schedule or time zone is invalid.", cause);
}
