import { connectScheduler, type SchedulerJob } from "../../google/clients/scheduler.ts";
import { type ScheduleInput, scheduleStep } from "../../plan/steps/schedule.ts";
import { canonicalJson } from "../../spec/names.ts";
import { done, leave, leftAlone } from "../answer.ts";
import { creation, deletion, differences, type MutableField, update } from "../changes.ts";
import { isOwn, refuseForeign } from "../ownership.ts";
import { implementStep } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

// biome-ignore format: a table
const mutableFields: readonly MutableField<ScheduleInput, SchedulerJob>[] = [
  { path: "schedule",   wanted: (w) => w.rebuild?.schedule,  observed: (o) => o.schedule },
  { path: "timeZone",   wanted: (w) => w.rebuild?.timeZone,  observed: (o) => o.timeZone },
  { path: "httpTarget", wanted: (w) => targetKey(toJob(w)),  observed: (o) => targetKey(o) },
  { path: "state",      wanted: () => "ENABLED",             observed: (o) => (o.state === "PAUSED" ? o.state : "ENABLED") },
  { path: "retryConfig", wanted: (w) => patience(w), observed: (o) => o.retryConfig?.maxRetryDuration },
];

/** Ensures the schedule of rebuilds. Takes a second or two: jobs are made and changed at once. */
export const schedule = implementStep(
  scheduleStep,
  { scheduler: connectScheduler },
  {
    async plan(input, { scheduler }) {
      const found = await unlessDisabled(scheduler.getJob(input.job));
      if (!input.rebuild) return found && isOwn(found, input.ownership) ? [deletion(input.job)] : [];
      if (!found) return [creation(input.job)];
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
        return done({ job: input.job }, [creation(input.job)]);
      }
      refuseForeign(found, input.job, input.ownership);
      const fields = differences(mutableFields, input, found);
      if (fields.length === 0) return done({ job: input.job });
      const paths = fields.map(({ path }) => path).filter((path) => path !== "state");
      if (paths.length > 0) await scheduler.patchJob(input.job, toJob(input), paths);
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
  const body = { action: "rebuild", environment, level, onBusy: "queue", reason: `schedule ${cron} ${timeZone}` };
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

/** What of a target is ours to say; Scheduler adds headers of its own. */
function targetKey({ httpTarget }: SchedulerJob): string {
  const { uri, body, oidcToken } = httpTarget ?? {};
  return canonicalJson({ uri, body, account: oidcToken?.serviceAccountEmail, audience: oidcToken?.audience });
}
