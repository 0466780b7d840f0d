import type { Call, TypedHandlers } from "../api.ts";
import { openIds } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import { applyMask } from "../field-mask.ts";
import type {
  CreateJobRequest,
  Job,
  ListJobsRequest,
  ListJobsResponse,
  SchedulerMethods,
  UpdateJobRequest,
} from "../model/generated/scheduler.ts";
import { pageOf } from "../page.ts";
import { accountEmail, demandActAs } from "../workload/service-account.ts";
import { invalid } from "./error.ts";
import type { SchedulerContext, StoredJob } from "./job.ts";
import { type Runner, scheduled } from "./runner.ts";
import { checkJob, withDefaults } from "./settings.ts";

const targets = ["httpTarget", "pubsubTarget", "appEngineHttpTarget"] as const;
const mutable = [...targets, "description", "schedule", "timeZone", "retryConfig", "attemptDeadline"] as const;

/** Methods on jobs. */
export function jobMethods(context: SchedulerContext, runner: Runner): TypedHandlers<SchedulerMethods> {
  return {
    "google.cloud.scheduler.v1.CloudScheduler.CreateJob": (request, call) => create(context, runner, { request, call }),
    "google.cloud.scheduler.v1.CloudScheduler.GetJob": ({ name = "" }) => toJob(demandJob(context, name)),
    "google.cloud.scheduler.v1.CloudScheduler.ListJobs": (request) => list(context, request),
    "google.cloud.scheduler.v1.CloudScheduler.UpdateJob": (request, call) => update(context, runner, { request, call }),
    "google.cloud.scheduler.v1.CloudScheduler.DeleteJob": ({ name = "" }) => {
      demandJob(context, name);
      context.jobs.delete(name);
      return {};
    },
    "google.cloud.scheduler.v1.CloudScheduler.PauseJob": ({ name = "" }) => {
      const job = demandState(demandJob(context, name), "ENABLED");
      return toJob(context.jobs.put(name, { ...job, state: "PAUSED", execution: undefined, ...touched(context) }));
    },
    "google.cloud.scheduler.v1.CloudScheduler.ResumeJob": ({ name = "" }) => {
      const job = demandState(demandJob(context, name), "PAUSED");
      const next = scheduled(job, context.cloud.clock.now());
      const resumed = context.jobs.put(name, { ...job, ...next, ...touched(context), state: "ENABLED" });
      runner.arm(name);
      return toJob(resumed);
    },
    "google.cloud.scheduler.v1.CloudScheduler.RunJob": ({ name = "" }) => {
      demandJob(context, name);
      runner.force(name);
      return toJob(demandJob(context, name));
    },
  };
}

/** @throws ApiError NOT_FOUND */
function demandJob({ jobs }: SchedulerContext, name: string): StoredJob {
  const job = jobs.get(name);
  if (!job) throw new ApiError({ code: "NOT_FOUND", message: "Job not found." });
  return job;
}

function demandState(job: StoredJob, state: StoredJob["state"]): StoredJob {
  if (job.state === state) return job;
  throw new ApiError({ code: "FAILED_PRECONDITION", message: `Job state must be ${state}, but it is ${job.state}.` });
}

function touched({ cloud }: SchedulerContext): Pick<Job, "userUpdateTime"> {
  return { userUpdateTime: cloud.clock.timestamp() };
}

/** A job as the API shows it. */
function toJob({ nextAt: _, execution: __, ...job }: StoredJob): Job {
  return job;
}

interface Write<Request> {
  readonly request: Request;
  readonly call: Call;
}

async function create(
  context: SchedulerContext,
  runner: Runner,
  { request: { parent = "", job = {} }, call }: Write<CreateJobRequest>,
): Promise<Job> {
  const { jobs, cloud } = context;
  const ids = openIds(cloud, "scheduler.jobs");
  const name = job.name || `${parent}/jobs/${ids.coming(parent).slice(0, 20)}`;
  checkName(name, parent);
  checkJob(job);
  await demandAccounts(context, job, call);
  if (jobs.get(name)) {
    throw new ApiError({ code: "ALREADY_EXISTS", message: `Job ${name} already exists.` });
  }
  const complete = withDefaults({ ...job, name, state: "ENABLED" as const });
  if (!job.name) ids.draw(parent);
  const stored = jobs.put(name, { ...complete, ...scheduled(complete, cloud.clock.now()), ...touched(context) });
  runner.arm(name);
  return toJob(stored);
}

function checkName(name: string, parent: string): void {
  const [, id] = /^projects\/[^/]+\/locations\/[^/]+\/jobs\/([^/]+)$/.exec(name) ?? [];
  if (id === undefined || !name.startsWith(`${parent}/jobs/`)) {
    throw invalid(`Job name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/jobs/<JOB_ID>".`);
  }
  if (!/^[A-Za-z\d_-]{1,500}$/.test(id)) {
    throw invalid(`Job id ${id} must be 1 to 500 letters, digits, hyphens and underscores.`);
  }
}

/** Who makes a job that speaks for an account must be allowed to act as that account. */
async function demandAccounts({ cloud }: SchedulerContext, job: Job, { principal }: Call): Promise<void> {
  const { oidcToken, oauthToken } = job.httpTarget ?? {};
  const account = oidcToken?.serviceAccountEmail ?? oauthToken?.serviceAccountEmail;
  const [, project = ""] = job.name?.split("/") ?? [];
  if (account) await demandActAs(cloud, { principal, email: accountEmail(account), project });
}

async function update(
  context: SchedulerContext,
  runner: Runner,
  { request: { job: sent = {}, updateMask }, call }: Write<UpdateJobRequest>,
): Promise<Job> {
  const { jobs, cloud } = context;
  const { name = "" } = sent;
  const change = (): StoredJob => {
    const present = demandJob(context, name);
    const changed = applyMask<Job>(present, { sent, mask: updateMask, mutable });
    return withDefaults(withOneTarget({ ...present, ...changed, name, state: present.state }, sent));
  };
  const changed = change();
  checkJob(changed);
  scheduled(changed, cloud.clock.now());
  await demandAccounts(context, changed, call);
  const written = change();
  const next = scheduled(written, cloud.clock.now());
  const stored = jobs.put(name, { ...written, ...next, ...touched(context), execution: undefined });
  runner.arm(name);
  return toJob(stored);
}

/** A target that is sent takes the place of one of another kind. */
function withOneTarget(job: StoredJob, sent: Job): StoredJob {
  const [kind] = targets.filter((target) => sent[target] && job[target]);
  if (kind === undefined) return job;
  const others = targets.filter((target) => target !== kind);
  return { ...job, ...Object.fromEntries(others.map((target) => [target, undefined])) };
}

function list({ jobs }: SchedulerContext, { parent = "", pageSize, pageToken }: ListJobsRequest): ListJobsResponse {
  const limits = { usual: 500, most: 500 };
  const page = pageOf(jobs, {
    ...{ prefix: `${parent}/jobs/`, size: pageSize, token: pageToken, limits },
    show: (_, job) => toJob(job),
  });
  return { jobs: page.items, nextPageToken: page.nextPageToken };
}
