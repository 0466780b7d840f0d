import { isDeepStrictEqual } from "node:util";
import type { SchedulerClient, SchedulerJob } from "../google/clients/scheduler.ts";
import type { ApiError } from "../google/error.ts";
import { sweepEveryMinutes } from "../plan/sweep.ts";
import { accountEmail, canonicalJson, functionUrl, installationAccountId } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
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
export async function ensureSchedules(scheduler: SchedulerClient, target: Target): Promise<void> {
  const name = `projects/${target.project}/locations/${target.region}/jobs/${sweepJobId}`;
  const found = await scheduler.getJob(name);
  if (found) refuseForeign(found, target, { name, method: "cloudscheduler.jobs.get" });
  const wanted = sweepJob(target);
  if (found && isDeepStrictEqual(partsOf(found), partsOf(wanted))) return;
  await persist(isEarly, () =>
    found ? scheduler.patchJob(name, wanted, mutableFields) : scheduler.createJob(name, wanted),
  );
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
