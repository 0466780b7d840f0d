import { Cron } from "croner";
import { shortestLifeSeconds, toSeconds } from "../duration.ts";
import { rebuildMinutes } from "../expected.ts";
import type { Finding } from "../problem.ts";
import type { EnvironmentFile } from "../schema.ts";
import { suggest } from "../suggest.ts";
import { minutesOfDay, toMinutes } from "../time-of-day.ts";

type Policy = EnvironmentFile["spec"]["policy"];
type Rebuild = NonNullable<Policy["rebuild"]>;
/** With the minutes that it takes as a rule. */
type TimedRebuild = Rebuild & { readonly minutes: number };

/** Schedules are tried from here on; any fixed moment gives the same times of day. */
const trialStart = "2026-01-01T00:00:00Z";

/** One field of a cron table: a list of numbers, ranges and steps; months and weekdays also by name. */
const fieldForm = (name: string) => {
  const value = `(?:\\d{1,2}${name && `|${name}`})`;
  const item = `(?:\\*|${value}(?:-${value})?)(?:/\\d{1,2})?`;
  return new RegExp(`^${item}(?:,${item})*$`, "i");
};
const months = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec";
const weekdays = "sun|mon|tue|wed|thu|fri|sat";

/** What Cloud Scheduler reads; other cron dialects (`L`, `W`, `#`, `?`) it refuses. */
const fieldForms = [fieldForm(""), fieldForm(""), fieldForm(""), fieldForm(months), fieldForm(weekdays)];

/** Checks that approvals, expiry, rebuilds and protection fit together. */
export function checkPolicy({ spec }: EnvironmentFile): Finding[] {
  const { policy } = spec;
  return [
    ...checkApproval(policy.approval),
    ...checkExpiry(policy),
    ...(policy.rebuild
      ? checkRebuild({ ...policy.rebuild, minutes: minutesOf(spec, policy.rebuild.level) }, policy.protect)
      : []),
  ];
}

function checkApproval({ when, costPerDay, timeout }: Policy["approval"]): Finding[] {
  const path = ["spec", "policy", "approval"];
  const findings: Finding[] = [];
  if (when.includes("cost") && costPerDay === undefined) {
    const fix = "add costPerDay: 50";
    findings.push({ path: [...path, "when"], message: "names cost without a costPerDay to compare with", fix });
  }
  if (!when.includes("cost") && costPerDay !== undefined) {
    const message = "means nothing unless `when` names cost";
    findings.push({
      path: [...path, "costPerDay"],
      atKey: true,
      message,
      fix: "add cost to when, or remove costPerDay",
    });
  }
  if (toSeconds(timeout) > 365 * 86_400) {
    const message = `${timeout} is longer than an execution may wait`;
    findings.push({ path: [...path, "timeout"], message, fix: "write 365d or less" });
  }
  return findings;
}

function checkExpiry({ timeToLive, protect }: Policy): Finding[] {
  const path = ["spec", "policy", "timeToLive"];
  if (timeToLive === undefined) return [];
  if (toSeconds(timeToLive) < shortestLifeSeconds) {
    return [{ path, message: `${timeToLive} is shorter than it takes to be built and used`, fix: "write 1h or more" }];
  }
  if (!protect) return [];
  return [
    { path, atKey: true, message: "removes what protect keeps", fix: "remove timeToLive, or write protect: false" },
  ];
}

function minutesOf({ database, service }: EnvironmentFile["spec"], level: Rebuild["level"]): number {
  const { availability } = database.instance;
  const hasReadPool = database.readPool !== undefined;
  return rebuildMinutes(level, { availability, hasReadPool, graceSeconds: toSeconds(service.timeout) });
}

function checkRebuild(rebuild: TimedRebuild, protect: boolean): Finding[] {
  const path = ["spec", "policy", "rebuild"];
  const findings: Finding[] = [];
  if (protect && rebuild.level !== "app") {
    const message = `${rebuild.level} loses the data that protect keeps`;
    findings.push({ path: [...path, "level"], message, fix: "write level: app, or protect: false" });
  }
  const zone = checkTimeZone(rebuild.timeZone);
  if (zone) return [...findings, zone];
  return [...findings, ...checkSchedule(rebuild)];
}

/** Cloud Scheduler takes names of the time zone database; `Intl` also takes offsets such as +09:00. */
function checkTimeZone(timeZone: string): Finding | undefined {
  if (/^[a-z]/i.test(timeZone) && isKnownZone(timeZone)) return undefined;
  const meant = suggest(timeZone, Intl.supportedValuesOf("timeZone"));
  const fix = meant === undefined ? "write a name such as Asia/Tokyo or Etc/UTC" : `did you mean ${meant}?`;
  return { path: ["spec", "policy", "rebuild", "timeZone"], message: `${timeZone} is no time zone`, fix };
}

function isKnownZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).format() !== "";
  } catch {
    return false;
  }
}

function checkSchedule(rebuild: TimedRebuild): Finding[] {
  const path = ["spec", "policy", "rebuild", "schedule"];
  const fix = 'write five fields (minute hour day month weekday), such as "0 6 * * 1-5"';
  const { schedule, level, minutes } = rebuild;
  if (schedule.trim().split(/\s+/).length !== 5) {
    return [{ path, message: `"${schedule}" does not have five fields`, fix }];
  }
  const starts = startsOf(rebuild);
  if (typeof starts === "string") return [{ path, message: `"${schedule}" is no schedule: ${starts}`, fix }];
  if (starts.length === 0) return [{ path, message: `"${schedule}" never comes`, fix }];
  const gap = Math.min(...starts.slice(1).map((start, index) => start - (starts[index] ?? 0))) / 60;
  if (gap < minutes) {
    const message = `comes again after ${gap} minutes; level ${level} takes about ${minutes}`;
    return [{ path, message, fix: "rebuild less often, or less" }];
  }
  return checkFinish(rebuild, starts);
}

/** Firings of the eight days from the first, and the next one, in seconds since the epoch; or why there are none. */
function startsOf({ schedule, timeZone }: Rebuild): number[] | string {
  const strange = schedule
    .trim()
    .split(/\s+/)
    .find((field, index) => !fieldForms[index]?.test(field));
  if (strange !== undefined) return `${strange} is nothing that Cloud Scheduler knows`;
  try {
    const cron = new Cron(schedule, { timezone: timeZone });
    const starts = cron.nextRuns(2, trialStart).map((time) => time.getTime() / 1000);
    const end = (starts[0] ?? 0) + 8 * 86_400;
    // Whatever comes more often than this is refused for it.
    while (starts.length > 1 && starts.length < 4000 && (starts.at(-1) ?? end) < end) {
      const next = cron.nextRun(new Date((starts.at(-1) ?? 0) * 1000));
      if (!next) break;
      starts.push(next.getTime() / 1000);
    }
    return starts;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
  }
}

function checkFinish({ finishBy, level, timeZone, minutes }: TimedRebuild, starts: readonly number[]): Finding[] {
  if (finishBy === undefined) return [];
  const end = toMinutes(finishBy);
  const leftFrom = (start: number) => (end - minutesOfDay(start, timeZone) + 1440) % 1440;
  const shortest = Math.min(...starts.map(leftFrom));
  if (shortest >= minutes) return [];
  const message = `leaves ${shortest} minutes; level ${level} takes about ${minutes}`;
  return [
    { path: ["spec", "policy", "rebuild", "finishBy"], message, fix: "start earlier, finish later or rebuild less" },
  ];
}
