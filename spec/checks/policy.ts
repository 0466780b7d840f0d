import { Cron } from "croner";
import { shortestLifeSeconds, toSeconds } from "../duration.ts";
import type { Finding } from "../problem.ts";
import { rebuildMinutes } from "../rebuild.ts";
import type { EnvironmentFile } from "../schema.ts";
import { suggest } from "../suggest.ts";
import { minutesOfDay, toMinutes } from "../time-of-day.ts";

type Policy = EnvironmentFile["spec"]["policy"];
type Rebuild = NonNullable<Policy["rebuild"]>;

/** Schedules are tried from here on; any fixed moment gives the same times of day. */
const trialStart = "2026-01-01T00:00:00Z";

/** Checks that approvals, expiry, rebuilds and protection fit together. */
export function checkPolicy({ spec: { policy } }: EnvironmentFile): Finding[] {
  return [
    ...checkApproval(policy.approval),
    ...checkExpiry(policy),
    ...(policy.rebuild ? checkRebuild(policy.rebuild, policy.protect) : []),
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

function checkRebuild(rebuild: Rebuild, protect: boolean): Finding[] {
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

function checkTimeZone(timeZone: string): Finding | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return undefined;
  } catch {
    const meant = suggest(timeZone, Intl.supportedValuesOf("timeZone"));
    const fix = meant === undefined ? "write a name such as Asia/Tokyo or Etc/UTC" : `did you mean ${meant}?`;
    return { path: ["spec", "policy", "rebuild", "timeZone"], message: `${timeZone} is no time zone`, fix };
  }
}

function checkSchedule(rebuild: Rebuild): Finding[] {
  const path = ["spec", "policy", "rebuild", "schedule"];
  const fix = 'write five fields (minute hour day month weekday), such as "0 6 * * 1-5"';
  if (rebuild.schedule.trim().split(/\s+/).length !== 5) {
    return [{ path, message: `"${rebuild.schedule}" does not have five fields`, fix }];
  }
  const starts = startsOf(rebuild);
  if (typeof starts === "string") return [{ path, message: `"${rebuild.schedule}" is no schedule: ${starts}`, fix }];
  if (starts.length === 0) return [{ path, message: `"${rebuild.schedule}" never comes`, fix }];
  return checkFinish(rebuild, starts);
}

/** The next times of day in minutes, or why there are none. */
function startsOf({ schedule, timeZone }: Rebuild): number[] | string {
  try {
    const times = new Cron(schedule, { timezone: timeZone }).nextRuns(48, trialStart);
    return times.map((time) => minutesOfDay(time.getTime() / 1000, timeZone));
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
  }
}

function checkFinish({ finishBy, level }: Rebuild, starts: readonly number[]): Finding[] {
  if (finishBy === undefined) return [];
  const needed = rebuildMinutes[level];
  const end = toMinutes(finishBy);
  const shortest = Math.min(...starts.map((start) => (end - start + 1440) % 1440));
  if (shortest >= needed) return [];
  const message = `leaves ${shortest} minutes; level ${level} takes about ${needed}`;
  return [
    { path: ["spec", "policy", "rebuild", "finishBy"], message, fix: "start earlier, finish later or rebuild less" },
  ];
}
