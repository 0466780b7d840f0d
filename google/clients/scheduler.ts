import type { Connect } from "../auth.ts";
import { idOf, parentOf } from "../name.ts";
import { fetchAll } from "../pages.ts";
import { createRest } from "../rest.ts";

const api = "https://cloudscheduler.googleapis.com/v1";

/** A job that calls a URL on a schedule. */
export interface SchedulerJob {
  /** `projects/{project}/locations/{location}/jobs/{job}` */
  readonly name?: string;
  readonly description?: string;
  /** Five cron fields. */
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly attemptDeadline?: string;
  readonly retryConfig?: {
    readonly retryCount?: number;
    /** Durations such as `600s`. */
    readonly minBackoffDuration?: string;
    readonly maxBackoffDuration?: string;
    readonly maxRetryDuration?: string;
  };
  readonly httpTarget?: {
    readonly uri?: string;
    readonly httpMethod?: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** Base64. */
    readonly body?: string;
    readonly oidcToken?: { readonly serviceAccountEmail?: string; readonly audience?: string };
    readonly oauthToken?: { readonly serviceAccountEmail?: string };
  };
  readonly state?: string;
}

/** Cloud Scheduler. @see https://cloud.google.com/scheduler/docs/reference/rest */
export interface SchedulerClient {
  readonly getJob: (name: string) => Promise<SchedulerJob | undefined>;
  /** All of a location, `projects/{project}/locations/{location}`. */
  readonly listJobs: (location: string) => Promise<readonly SchedulerJob[]>;
  readonly createJob: (name: string, job: SchedulerJob) => Promise<SchedulerJob>;
  /** Replaces the fields that the mask names. */
  readonly patchJob: (name: string, job: SchedulerJob, updateMask: readonly string[]) => Promise<SchedulerJob>;
  /** Lets a paused job run again. */
  readonly resumeJob: (name: string) => Promise<SchedulerJob>;
  readonly deleteJob: (name: string) => Promise<void>;
}

/** Opens Cloud Scheduler. */
export const connectScheduler: Connect<SchedulerClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  const site = (verb: string, resource: string) => ({ method: `cloudscheduler.jobs.${verb}`, resource });
  return {
    getJob: (name) => rest.findJson({ method: "GET", url: `${api}/${name}`, site: site("get", name) }),
    listJobs: (location) => {
      const request = { method: "GET", url: `${api}/${location}/jobs`, site: site("list", location) } as const;
      return fetchAll(rest, { request, field: "jobs" });
    },
    createJob: (name, job) =>
      rest.fetchJson({
        method: "POST",
        url: `${api}/${parentOf(name)}/jobs`,
        body: { ...job, name },
        site: site("create", idOf(name)),
      }),
    patchJob: (name, job, updateMask) =>
      rest.fetchJson({
        method: "PATCH",
        url: `${api}/${name}`,
        query: { updateMask: updateMask.join(",") },
        body: { ...job, name },
        site: site("patch", name),
      }),
    resumeJob: (name) =>
      rest.fetchJson({ method: "POST", url: `${api}/${name}:resume`, body: {}, site: site("resume", name) }),
    async deleteJob(name) {
      await rest.findJson({ method: "DELETE", url: `${api}/${name}`, site: site("delete", name) });
    },
  };
};
