import type { PermissionTable } from "../api.ts";

const service = "google.cloud.scheduler.v1.CloudScheduler";

/** @see https://cloud.google.com/scheduler/docs/access-control */
// biome-ignore format: a table
export const permissions: PermissionTable = {
  [`${service}.ListJobs`]:  [{ permission: "cloudscheduler.jobs.list", resource: "{parent}" }],
  [`${service}.GetJob`]:    [{ permission: "cloudscheduler.jobs.get", resource: "{name}" }],
  [`${service}.CreateJob`]: [{ permission: "cloudscheduler.jobs.create", resource: "{parent}" }],
  [`${service}.UpdateJob`]: [{ permission: "cloudscheduler.jobs.update", resource: "{job.name}" }],
  [`${service}.DeleteJob`]: [{ permission: "cloudscheduler.jobs.delete", resource: "{name}" }],
  [`${service}.PauseJob`]:  [{ permission: "cloudscheduler.jobs.pause", resource: "{name}" }],
  [`${service}.ResumeJob`]: [{ permission: "cloudscheduler.jobs.enable", resource: "{name}" }],
  [`${service}.RunJob`]:    [{ permission: "cloudscheduler.jobs.run", resource: "{name}" }],
};
