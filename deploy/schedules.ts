import { isDeepStrictEqual } from "node:util";
import type { SchedulerClient, SchedulerJob } from "../google/clients/scheduler.ts";
import type { ApiError } from "../google/error.ts";
import { sweepEveryMinutes } from "../plan/sweep.ts";
import { accountEmail, canonicalJson, functionUrl, installationAccountId } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
import { found, type InstallationChange, present } from "./change.ts";
import { persist } from "./eventually.ts";
import type { Target } from "./installation.ts";
import { installationMark, refuseForeign } from "./ownership.ts";

/** Id of the job that asks for the sweep. */
const sweepJobId = "alloyrun-sweep";

/** What is sent again when a job is brought to this version. */
const mutableFields = ["schedule", "timeZone", "attemptDeadline", "httpTarget"] as const;

/**
 * Ensures the installation's schedule, after which removals that Google holds up end by themselves and environments expire.
 *
 * @throws ApiError ALREADY_EXISTS when a job of that name is somebody else's
 */
export async function ensureSchedules(
  scheduler: Pick<SchedulerClient, "getJob" | "createJob" | "patchJob" | "resumeJob">,
  target: Target,
): Promise<void> {
  const name = jobName(target);
  const job = await scheduler.getJob(name);
  const change = jobChange(target, job);
  if (!change) return;
  const wanted = sweepJob(target);
  await persist(isEarly, () =>
    change.action === "create" ? scheduler.createJob(name, wanted) : scheduler.patchJob(name, wanted, mutableFields),
  );
  if (isPaused(job)) await scheduler.resumeJob(name);
}

/** What `ensureSchedules` would make and change. */
export async function planSchedules(
  scheduler: Pick<SchedulerClient, "getJob">,
  target: Target,
): Promise<readonly InstallationChange[]> {
  return found(jobChange(target, await present(scheduler.getJob(jobName(target)))));
}

/** What is done to the job that was found; undefined when nothing. @throws ApiError ALREADY_EXISTS for a foreign one */
function jobChange(target: Target, job: SchedulerJob | undefined): InstallationChange | undefined {
  const resource = jobName(target);
  const wanted = sweepJob(target);
  if (!job) {
    return { kind: "schedule", action: "create", resource, differences: [`+ schedule: ${wanted.schedule}`] };
  }
  refuseForeign(job, target, { name: resource, method: "cloudscheduler.jobs.get" });
  const held = partsOf(job);
  const changed = Object.entries(partsOf(wanted))
    .filter(([part, value]) => !isDeepStrictEqual(Reflect.get(held, part), value))
    .map(([part]) => `~ ${part}`);
  const differences = [...changed, ...(isPaused(job) ? ["+ resumed"] : [])];
  return differences.length > 0 ? { kind: "schedule", action: "update", resource, differences } : undefined;
}

/** While it is paused, nothing expires and no removal is finished. */
function isPaused(job: SchedulerJob | undefined): boolean {
  return job?.state === "PAUSED";
}

function jobName({ project, region }: Target): string {
  return `projects/${project}/locations/${region}/jobs/${sweepJobId}`;
}

function sweepJob(target: Target): SchedulerJob {
  const { project } = target;
  const requestUrl = functionUrl("request", target);
  return {
    description: installationMark(project),
    schedule: `*/${sweepEveryMinutes} * * * *`,
    timeZone: "Etc/UTC",
    attemptDeadline: "180s",
    httpTarget: {
      uri: `${requestUrl}/v1/requests`,
      httpMethod: "POST",
      headers: { "Content-Type": "application/json" },
      body: Buffer.from(canonicalJson({ action: "sweep", reason: "schedule" })).toString("base64"),
      oidcToken: {
        serviceAccountEmail: accountEmail(project, installationAccountId("scheduler")),
        audience: requestUrl,
      },
    },
  };
}

/** What of a job is ours to say; Scheduler adds headers of its own. */
function partsOf({ schedule, timeZone, attemptDeadline, httpTarget }: SchedulerJob) {
  const { uri, body, oidcToken } = httpTarget ?? {};
  const { serviceAccountEmail, audience } = oidcToken ?? {};
  return { schedule, timeZone, attemptDeadline, uri, body, serviceAccountEmail, audience };
}

/** The account, or Google's own agent of Scheduler, was made moments ago. */
function isEarly(error: ApiError): boolean {
  return isUnknownMember(error) || ["NOT_FOUND", "PERMISSION_DENIED"].includes(error.code);
}
