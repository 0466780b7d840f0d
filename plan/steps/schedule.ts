import { expectedSeconds } from "../../spec/expected.ts";
import { accountEmail, installationAccountId, type Ownership, ownershipOf, rebuildJobId } from "../../spec/names.ts";
import type { StepDeclaration } from "../step.ts";

/** What `schedule` is told. */
export interface ScheduleInput {
  /** `projects/{project}/locations/{region}/jobs/{job}` */
  readonly job: string;
  /** Absent when the spec wants no rebuilds: then the job goes. */
  readonly rebuild?: {
    /** Five cron fields. */
    readonly schedule: string;
    readonly timeZone: string;
    readonly level: "app" | "data" | "database" | "all";
    /** What becomes of a firing that finds nobody in time. */
    readonly missed: "skip" | "run";
  };
  /** URL of the request function, which is also the audience of the job's token. */
  readonly requestUrl: string;
  /** E-mail address of the account that asks. */
  readonly account: string;
  readonly environment: string;
  readonly ownership: Ownership;
}

/** What `schedule` gives: the job, where there is one. */
export interface ScheduleOutput {
  readonly job?: string;
}

/**
 * Ensures the Cloud Scheduler job that asks for the environment's rebuilds, and that there is none where none is wanted. One
 * that somebody has paused by hand runs again.
 *
 * @see https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs
 */
export const scheduleStep: StepDeclaration<ScheduleInput, ScheduleOutput> = {
  name: "schedule",
  title: "Schedule of rebuilds",
  input: (spec, context) => {
    const { project, region, name, policy } = spec;
    return {
      job: `projects/${project}/locations/${region}/jobs/${rebuildJobId(name)}`,
      rebuild: policy.rebuild && {
        schedule: policy.rebuild.schedule,
        timeZone: policy.rebuild.timeZone,
        level: policy.rebuild.level,
        missed: policy.rebuild.missed,
      },
      requestUrl: context.requestUrl,
      account: accountEmail(project, installationAccountId("scheduler")),
      environment: name,
      ownership: ownershipOf({ installation: context.installation, environment: name, labels: spec.labels }),
    };
  },
  needs: ["traffic"],
  permissions: {
    project: [
      "cloudscheduler.jobs.create",
      "cloudscheduler.jobs.delete",
      "cloudscheduler.jobs.enable",
      "cloudscheduler.jobs.get",
      "cloudscheduler.jobs.update",
    ],
    actAs: ["scheduler"],
    bucket: ["locks/"],
  },
  removes: ({ job }) => [job],
  expectedSeconds: () => expectedSeconds.schedule,
};
