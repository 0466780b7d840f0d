import { connectScheduler, type SchedulerJob } from "../../google/clients/scheduler.ts";
import { type JsonObject, parseJson, toObject } from "../../google/json.ts";
import type { Change } from "../../plan/change.ts";
import { type ScheduleInput, scheduleStep } from "../../plan/steps/schedule.ts";
import { canonicalJson } from "../../spec/names.ts";
import { done, leave, leftAlone } from "../answer.ts";
import { creation, deletion, differences, type MutableField, update } from "../changes.ts";
import { isOwn, refuseForeign } from "../ownership.ts";
import { implementStep } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

// biome-ignore format: a table
const mutableFields: readonly MutableField<ScheduleInput, SchedulerJob>[] = [
  { path: "schedule",    wanted: (w) => w.rebuild?.schedule, observed: (o) => o.schedule },
  { path: "timeZone",    wanted: (w) => w.rebuild?.timeZone, observed: (o) => o.timeZone },
  { path: "level",       wanted: (w) => w.rebuild?.level,    observed: (o) => askedBy(o).level },
  { path: "httpTarget",  wanted: (w) => targetKey(toJob(w)), observed: (o) => targetKey(o) },
  { path: "state",       wanted: () => "ENABLED",            observed: (o) => (o.state === "PAUSED" ? o.state : "ENABLED") },
  { path: "retryConfig", wanted: (w) => patience(w),         observed: (o) => o.retryConfig?.maxRetryDuration },
];

/** Ensures the schedule of rebuilds. Takes a second or two: jobs are made and changed at once. */
export const schedule = implementStep(
  scheduleStep,
  { scheduler: connectScheduler },
  {
    async plan(input, { scheduler }) {
      const found = await unlessDisabled(scheduler.getJob(input.job));
      if (!input.rebuild) return found && isOwn(found, input.ownership) ? [deletion(input.job)] : [];
      if (!found) return [planned(input)];
      refuseForeign(found, input.job, input.ownership);
      const fields = differences(mutableFields, input, found);
      return fields.length > 0 ? [update(input.job, fields)] : [];
    },

    async ensure(input, { scheduler }) {
      const found = await unlessDisabled(scheduler.getJob(input.job));
      if (!input.rebuild) {
        if (!found || !isOwn(found, input.ownership)) return done({});
        await scheduler.deleteJob(input.job);
        return done({}, [deletion(input.job)]);
      }
      if (!found) {
        await scheduler.createJob(input.job, toJob(input));
        return done({ job: input.job }, [planned(input)]);
      }
      refuseForeign(found, input.job, input.ownership);
      const fields = differences(mutableFields, input, found);
      if (fields.length === 0) return done({ job: input.job });
      const paths = new Set(fields.flatMap(({ path }) => maskOf(path)));
      if (paths.size > 0) await scheduler.patchJob(input.job, toJob(input), [...paths]);
      if (found.state === "PAUSED") await scheduler.resumeJob(input.job);
      return done({ job: input.job }, [update(input.job, fields)]);
    },

    async planRemoval(input, { scheduler }) {
      const found = await scheduler.getJob(input.job);
      return found && isOwn(found, input.ownership) ? [deletion(input.job)] : [];
    },

    async remove(input, { scheduler }, { log }) {
      const found = await scheduler.getJob(input.job);
      if (!found) return done({});
      if (!isOwn(found, input.ownership)) return leave([leftAlone(input.job, input.ownership)], log);
      await scheduler.deleteJob(input.job);
      return done({}, [deletion(input.job)]);
    },
  },
);

/** For how long a firing that finds nobody is tried again: one that is to be made good however late it is, for a day. */
function patience({ rebuild }: Pick<ScheduleInput, "rebuild">): string {
  return rebuild?.missed === "run" ? "86400s" : "3600s";
}

/** A firing that finds nobody is tried again; the request function joins those that arrive twice. */
function toJob({ rebuild, requestUrl, account, environment, ownership }: ScheduleInput): SchedulerJob {
  const { level = "data", schedule: cron, timeZone } = rebuild ?? {};
  const body = {
    action: "rebuild",
    environment,
    level,
    onBusy: "queue",
    reason: reasonOf({ schedule: cron, timeZone }),
  };
  return {
    description: ownership.mark,
    schedule: cron,
    timeZone,
    attemptDeadline: "180s",
    retryConfig: {
      ...{ retryCount: 5, minBackoffDuration: "10s", maxBackoffDuration: "600s" },
      maxRetryDuration: patience({ rebuild }),
    },
    httpTarget: {
      uri: `${requestUrl}/v1/requests`,
      httpMethod: "POST",
      headers: { "Content-Type": "application/json" },
      body: Buffer.from(canonicalJson(body)).toString("base64"),
      oidcToken: { serviceAccountEmail: account, audience: requestUrl },
    },
  };
}

/** The job that is to be made, with what it asks for and when. */
function planned({ job, rebuild }: ScheduleInput): Change {
  const { schedule: cron, timeZone, level } = rebuild ?? {};
  const fields = Object.entries({ schedule: cron, timeZone, level }).map(([path, to]) => ({ path, to }));
  return { ...creation(job), fields };
}

/** What is written for a field: the level is a part of what is asked for, which names the time and the zone as well. */
function maskOf(path: string): readonly string[] {
  if (path === "state") return [];
  if (path === "level") return ["httpTarget"];
  return path === "schedule" || path === "timeZone" ? [path, "httpTarget"] : [path];
}

/** The body of the request that a job makes; empty where it is none of ours. */
function askedBy({ httpTarget }: SchedulerJob): JsonObject {
  return toObject(parseJson(Buffer.from(httpTarget?.body ?? "", "base64").toString("utf8"))) ?? {};
}

/** What of a target is ours to say, but for what people read in fields of their own; Scheduler adds headers of its own. */
function targetKey(job: SchedulerJob): string {
  const { uri, oidcToken } = job.httpTarget ?? {};
  const { level: _level, reason, ...rest } = askedBy(job);
  const asks = { ...rest, ...(reason !== reasonOf(job) && { reason }) };
  return canonicalJson({ uri, asks, account: oidcToken?.serviceAccountEmail, audience: oidcToken?.audience });
}

function reasonOf({ schedule: cron, timeZone }: Pick<SchedulerJob, "schedule" | "timeZone">): string {
  return `schedule ${cron} ${timeZone}`;
}
