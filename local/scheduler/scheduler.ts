import { createAlarms } from "../alarm.ts";
import { type Api, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { SchedulerMethods } from "../model/generated/scheduler.ts";
import { host, type SchedulerContext } from "./job.ts";
import { jobMethods } from "./jobs.ts";
import { permissions } from "./permissions.ts";
import { createRunner } from "./runner.ts";

/**
 * Cloud Scheduler v1: jobs that call a URL or publish to a topic when the clock passes their time. App Engine targets
 * are not served.
 *
 * @see https://cloud.google.com/scheduler/docs/reference/rest
 */
export function createScheduler(cloud: Cloud): Api {
  const alarms = createAlarms(cloud.clock);
  const context: SchedulerContext = { cloud, alarms, jobs: cloud.store.collection("scheduler.jobs") };
  const runner = createRunner(context);
  return {
    host,
    permissions,
    methods: handlers<SchedulerMethods>(jobMethods(context, runner)),
    start: () => runner.start(),
    async stop() {
      alarms.close();
    },
  };
}
