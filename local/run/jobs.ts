import { isDeepStrictEqual } from "node:util";
import { emailOf } from "../access/principal.ts";
import type { Call, OperationResource, RunningOperation } from "../api.ts";
import { toUuid } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type {
  CreateJobRequest,
  DeleteJobRequest,
  Execution,
  Job,
  ListJobsRequest,
  ListJobsResponse,
  UpdateJobRequest,
} from "../model/generated/run.ts";
import { toLongrunning } from "../operation.ts";
import { pageOf } from "../page.ts";
import { demandDeployRights } from "../workload/deploy-rights.ts";
import { accountEmail, defaultAccount, demandActAs } from "../workload/service-account.ts";
import { refreshAddressHolds } from "./address-hold.ts";
import { type Failure, failed, reconciling, succeeded, waitFailure } from "./condition.ts";
import { demandEtag, demandFound, host, type RunContext, typePrefix } from "./context.ts";
import { withTaskDefaults } from "./defaults.ts";
import { runExecution } from "./execute.ts";
import { cancelAll, createExecution } from "./executions.ts";
import { spellings } from "./knative/spelling.ts";
import { missingImage } from "./missing-image.ts";
import { demandId, demandRegion, etagOf, idOf, parseName } from "./names.ts";
import { limits } from "./revisions.ts";
import { validateExecutionTemplate } from "./validate.ts";
import { validateMetadata } from "./validate-metadata.ts";
import { violation } from "./violation.ts";

/** `Jobs.CreateJob` */
export async function createJob(
  context: RunContext,
  { parent = "", job = {}, jobId = "", validateOnly }: CreateJobRequest,
  call: Call,
): Promise<OperationResource> {
  demandRegion(parent);
  demandId(jobId, { field: "CreateJobRequest.job_id", most: 63 });
  const name = `${parent}/jobs/${jobId}`;
  if (context.jobs.get(name))
    throw new ApiError({ code: "ALREADY_EXISTS", message: `Resource '${jobId}' already exists.` });
  if (job.name) throw violation("CreateJobRequest.job.name", "must be empty.");
  return await write(context, { name, sent: job, present: undefined, validateOnly, verb: "Create" }, call);
}

/** `Jobs.UpdateJob`: always replaces the whole job. */
export async function updateJob(
  context: RunContext,
  { job = {}, allowMissing, validateOnly }: UpdateJobRequest,
  call: Call,
): Promise<OperationResource> {
  const { name = "" } = job;
  const present = context.jobs.get(name);
  if (!present && allowMissing) {
    demandId(idOf(name), { field: "UpdateJobRequest.job.name", most: 63 });
    context.cloud.access.demand(call.principal, "run.jobs.create", `//${host}/${name}`);
    return await write(context, { name, sent: job, present: undefined, validateOnly, verb: "Update" }, call);
  }
  const found = demandFound(present, "job", name);
  demandEtag(job.etag, found.etag);
  return await write(context, { name, sent: job, present: found, validateOnly, verb: "Update" }, call);
}

interface Write {
  readonly name: string;
  readonly sent: Job;
  readonly present: Job | undefined;
  readonly validateOnly: boolean | undefined;
  readonly verb: "Create" | "Update";
}

async function write(context: RunContext, change: Write, call: Call): Promise<OperationResource> {
  const path = `${change.verb}JobRequest.job`;
  const { template = {} } = change.sent;
  validateExecutionTemplate(template, `${path}.template`);
  validateMetadata(change.sent, path);
  demandToken(change, path);
  const job = toJob(context, change, call);
  const { project, parent } = parseName(change.name);
  const email = accountEmail(job.template?.template?.serviceAccount ?? "");
  await demandActAs(context.cloud, { principal: call.principal, email, project });
  demandDeployRights(context.cloud, call.principal, job.template?.template ?? {});
  const shown: JsonObject = { "@type": `${typePrefix}Job`, ...job };
  if (change.validateOnly) return { name: `${parent}/operations/validate-only`, done: true, response: shown };
  const now = context.cloud.clock.timestamp();
  const pending = reconciling("Ready", now);
  if (!change.present) context.ids.draw(change.name);
  const put = context.jobs.put(change.name, {
    ...job,
    reconciling: true,
    terminalCondition: pending,
    conditions: [pending],
  });
  refreshAddressHolds(context);
  return toLongrunning(
    context.cloud.operations.start({
      host,
      parent,
      kind: "writeJob",
      target: change.name,
      input: { job: change.name, by: emailOf(call.principal) },
      metadata: { "@type": `${typePrefix}Job`, ...put },
      latency: "run.job.create",
    }),
  );
}

function demandToken({ name, sent }: Write, path: string): void {
  const token = sent.runExecutionToken ?? sent.startExecutionToken;
  if (token === undefined) return;
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(token) || `${idOf(name)}-${token}`.length >= 63) {
    const rule = "must be lowercase letters, digits and hyphens, and with the job's name less than 63 characters.";
    throw violation(`${path}.create_execution`, rule);
  }
}

function toJob({ cloud, ids }: RunContext, { name, sent, present }: Write, call: Call): Job {
  const now = cloud.clock.timestamp();
  const { projectNumber } = cloud.projects.ensure(parseName(name).project);
  const { labels, annotations, client, clientVersion, binaryAuthorization, runExecutionToken, startExecutionToken } =
    sent;
  const { template: task = {}, ...execution } = sent.template ?? {};
  const template = { taskCount: 1, ...execution, template: withTaskDefaults(task, defaultAccount(projectNumber)) };
  const isChanged = !isDeepStrictEqual(clean(template), clean(present?.template));
  const generation = String(Number(present?.generation ?? 0) + (isChanged || !present ? 1 : 0));
  return {
    ...{ labels, annotations, client, clientVersion, binaryAuthorization, runExecutionToken, startExecutionToken },
    template,
    name,
    uid: present?.uid ?? toUuid(ids.coming(name)),
    generation,
    createTime: present?.createTime ?? now,
    updateTime: now,
    creator: present?.creator ?? emailOf(call.principal),
    lastModifier: emailOf(call.principal),
    launchStage: sent.launchStage ?? "GA",
    observedGeneration: present?.observedGeneration,
    executionCount: present?.executionCount,
    latestCreatedExecution: present?.latestCreatedExecution,
    etag: etagOf(name, generation, now),
  };
}

function clean(value: object | undefined): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The work of creating or updating a job, with the execution that its token asks for. */
export async function runWriteJob(context: RunContext, operation: RunningOperation): Promise<JsonObject> {
  const name = String(operation.input.job);
  const broken = await waitFailure(operation.latency());
  const job = demandFound(context.jobs.get(name), "job", name);
  const failure =
    broken ??
    missingImage(context, job.template?.template) ??
    (await executeByToken(context, job, String(operation.input.by)));
  const concluded = concludeJob(context, name, failure);
  operation.annotate({ ...concluded });
  if (failure) throw new ApiError({ code: "FAILED_PRECONDITION", message: failure.message });
  return { "@type": `${typePrefix}Job`, ...concluded };
}

/**
 * Starts the execution that the token names, once: asking again with the same token starts nothing. With a run token
 * the job is ready when the execution has succeeded, with a start token when it has started.
 */
async function executeByToken(context: RunContext, job: Job, by: string): Promise<Failure | undefined> {
  const { name = "", runExecutionToken, startExecutionToken } = job;
  const token = runExecutionToken ?? startExecutionToken;
  if (token === undefined) return undefined;
  const execution = `${name}/executions/${idOf(name)}-${token}`;
  const former = context.executions.get(execution);
  // One that goes on after a restart is waited for like a new one.
  if (former && !former.completionTime && runExecutionToken) await context.running.get(execution)?.completed;
  if (!former) {
    createExecution(context, { job, name: execution, overrides: {}, by });
    const running = context.cloud.clock.working((hold) => runExecution(context, execution, hold));
    if (runExecutionToken === undefined) running.catch((caught) => recordCrash(context, name, caught));
    else await running;
  }
  return runExecutionToken === undefined ? undefined : failureOf(context.executions.get(execution));
}

function failureOf(execution: Execution | undefined): Failure | undefined {
  const condition = execution?.conditions?.find(
    ({ type, state }) => type === "Completed" && state === "CONDITION_FAILED",
  );
  if (!condition) return undefined;
  const { message = "The execution failed.", executionReason } = condition;
  return { message, reason: { executionReason } };
}

/** Says in the logs of a job what went wrong apart from its tasks. */
export function recordCrash({ cloud }: RunContext, name: string, caught: unknown): void {
  const { project, region, id } = parseName(name);
  const resource = { type: "cloud_run_job", labels: { project_id: project, location: region, job_name: id } };
  cloud.logs.write({
    project,
    log: "run.googleapis.com/varlog/system",
    resource,
    severity: "ERROR",
    text: String(caught),
  });
}

function concludeJob({ cloud, jobs }: RunContext, name: string, failure: Failure | undefined): Job {
  const now = cloud.clock.timestamp();
  const { reconciling: _, ...job } = demandFound(jobs.get(name), "job", name);
  const condition = failure ? failed("Ready", now, failure) : succeeded("Ready", now);
  const etag = etagOf(name, job.generation ?? "", now);
  return jobs.put(name, {
    ...job,
    terminalCondition: condition,
    conditions: [condition],
    observedGeneration: job.generation,
    etag,
  });
}

/** `Jobs.GetJob` */
export function getJob({ jobs }: RunContext, name: string): Job {
  return demandFound(jobs.get(name), "job", name);
}

/** `Jobs.ListJobs` */
export function listJobs(
  { jobs }: RunContext,
  { parent = "", pageSize, pageToken }: ListJobsRequest,
): ListJobsResponse {
  const page = pageOf(jobs, {
    ...{ prefix: `${parent}/jobs/`, size: pageSize, token: pageToken, limits },
    show: (_, job) => job,
  });
  return { jobs: page.items, nextPageToken: page.nextPageToken };
}

/** `Jobs.DeleteJob` */
export function deleteJob(context: RunContext, { name = "", etag, validateOnly }: DeleteJobRequest): OperationResource {
  const job = getJob(context, name);
  demandEtag(etag, job.etag);
  const { parent } = parseName(name);
  const shown: JsonObject = { "@type": `${typePrefix}Job`, ...job };
  if (validateOnly) return { name: `${parent}/operations/validate-only`, done: true, response: shown };
  const deleted = context.jobs.put(name, { ...job, deleteTime: context.cloud.clock.timestamp(), reconciling: true });
  const metadata = { "@type": `${typePrefix}Job`, ...deleted };
  const start = { host, parent, kind: "deleteJob", target: name, input: { name }, metadata };
  return toLongrunning(context.cloud.operations.start({ ...start, latency: "run.job.delete" }));
}

/** The work of deleting a job with its executions; those that run are cancelled. */
export async function runDeleteJob(context: RunContext, operation: RunningOperation): Promise<JsonObject> {
  const name = String(operation.input.name);
  await operation.hold.during(() => cancelAll(context, `${name}/executions/`));
  await operation.latency().catch((caught: unknown) => {
    const { reconciling: _, deleteTime: __, ...kept } = demandFound(context.jobs.get(name), "job", name);
    context.jobs.put(name, kept);
    throw caught;
  });
  for (const collection of [context.tasks, context.executions]) {
    for (const [child] of collection.list(`${name}/executions/`)) collection.delete(child);
  }
  const { reconciling: _, ...job } = context.jobs.get(name) ?? { name };
  context.jobs.delete(name);
  spellings(context).delete(name);
  context.cloud.access.deletePolicies(`//${host}/${name}`);
  refreshAddressHolds(context);
  return { "@type": `${typePrefix}Job`, ...job };
}
