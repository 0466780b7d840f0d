import type { Alarms } from "../alarm.ts";
import type { Cloud } from "../cloud.ts";
import type { Job } from "../model/generated/scheduler.ts";
import type { Collection } from "../store.ts";

/** Host name of the API. */
export const host = "cloudscheduler.googleapis.com";

/** One execution of a job: its first attempt and the retries. Times are clock times in milliseconds. */
export interface Execution {
  /** The time it was scheduled for. */
  readonly scheduledAt: number;
  /** When the next attempt is due. */
  readonly dueAt: number;
  readonly retries: number;
  readonly firstAttemptAt?: number;
}

/** A job as `scheduler.jobs` has it, by `projects/{project}/locations/{location}/jobs/{job}`. */
export interface StoredJob extends Job {
  readonly name: string;
  readonly state: "ENABLED" | "PAUSED";
  /** Clock time in milliseconds of the next execution by schedule. */
  readonly nextAt: number;
  /** The execution that is not over; it is gone on with after a restart. */
  readonly execution?: Execution;
}

/** What the methods of Cloud Scheduler work with. */
export interface SchedulerContext {
  readonly cloud: Cloud;
  readonly alarms: Alarms;
  readonly jobs: Collection<StoredJob>;
}
