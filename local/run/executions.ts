import { emailOf } from "../access/principal.ts";
import type { Call, OperationResource, RunningOperation } from "../api.ts";
import { toUuid } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type {
  CancelExecutionRequest,
  DeleteExecutionRequest,
  Execution,
  ExecutionReference,
  Job,
  ListExecutionsRequest,
  ListExecutionsResponse,
  ListTasksRequest,
  ListTasksResponse,
  RunJobRequest,
  RunJobRequest_Overrides,
  Task,
  TaskTemplate,
} from "../model/generated/run.ts";
import { toLongrunning } from "../operation.ts";
import { pageOf } from "../page.ts";
import { reconciling } from "./condition.ts";
import { demandEtag, demandFound, host, type RunContext, typePrefix } from "./context.ts";
import { etagOf, idOf, letters, parseName } from "./names.ts";
import { limits } from "./revisions.ts";
import { validateOverrides } from "./validate.ts";
import { violation } from "./violation.ts";

/** What an execution is made from. */
export interface NewExecution {
  readonly job: Job;
  readonly name: string;
  readonly overrides: RunJobRequest_Overrides;
  /** E-mail of who started it. */
  readonly by: string;
}

/** `Jobs.RunJob`: the operation ends with the execution; both its metadata and response are the Execution. */
export function runJob(context: RunContext, request: RunJobRequest, call: Call): OperationResource {
  const { name = "", etag, overrides = {}, validateOnly } = request;
  const job = demandFound(context.jobs.get(name), "job", name);
  demandEtag(etag, job.etag);
  validateOverrides(overrides);
  if (job.reconciling) {
    throw new ApiError({
      code: "FAILED_PRECONDITION",
      message: `Job ${idOf(name)} is being changed and cannot be run yet.`,
    });
  }
  const { parent } = parseName(name);
  const draft = toExecution(context, {
    job,
    name: comingExecution(context, name),
    overrides,
    by: emailOf(call.principal),
  });
  if (validateOnly) {
    return {
      name: `${parent}/operations/validate-only`,
      done: true,
      response: { "@type": `${typePrefix}Execution`, ...draft },
    };
  }
  context.ids.draw(`${name}/executions`);
  const execution = record(context, job, draft);
  return toLongrunning(
    context.cloud.operations.start({
      host,
      parent,
      kind: "runJob",
      target: execution.name ?? "",
      input: { execution: execution.name },
      metadata: { "@type": `${typePrefix}Execution`, ...execution },
      latency: "run.job.execution",
    }),
  );
}

/** The name of a job's next execution: the job's own and five letters that no other has. */
function comingExecution({ ids, executions }: RunContext, job: string): string {
  const drawn = ids.coming(`${job}/executions`);
  for (let attempt = 0; ; attempt += 1) {
    const name = `${job}/executions/${idOf(job)}-${letters(`${drawn} ${attempt}`, 5)}`;
    if (!executions.get(name)) return name;
  }
}

/** Records an execution that is about to run. */
export function createExecution(context: RunContext, parts: NewExecution): Execution {
  return record(context, parts.job, toExecution(context, parts));
}

function record({ jobs, executions, ids }: RunContext, { name: jobName = "" }: Job, execution: Execution): Execution {
  const job = jobs.get(jobName) ?? {};
  const { name, createTime } = execution;
  const latest: ExecutionReference = { name: idOf(name ?? ""), createTime, completionStatus: "EXECUTION_RUNNING" };
  jobs.put(jobName, { ...job, executionCount: (job.executionCount ?? 0) + 1, latestCreatedExecution: latest });
  ids.draw(name ?? "");
  return executions.put(name ?? "", execution);
}

function toExecution({ cloud, ids }: RunContext, { job, name, overrides, by }: NewExecution): Execution {
  const now = cloud.clock.timestamp();
  const { template: task = {}, taskCount = 1, parallelism, labels, annotations } = job.template ?? {};
  const { project, region, id } = parseName(name);
  const filter = `resource.type="cloud_run_job"\nresource.labels.job_name="${id}"\nlabels."run.googleapis.com/execution_name"="${idOf(name)}"`;
  return {
    name,
    uid: toUuid(ids.coming(name)),
    creator: by,
    generation: "1",
    labels,
    annotations,
    createTime: now,
    updateTime: now,
    launchStage: job.launchStage,
    job: idOf(job.name ?? ""),
    parallelism,
    taskCount: overrides.taskCount || taskCount,
    template: override(task, overrides),
    reconciling: true,
    conditions: [reconciling("Completed", now, "Waiting for execution to complete.")],
    logUri: `https://console.cloud.google.com/logs/viewer?project=${project}&resource=cloud_run_job/job_name/${id}/location/${region}&advancedFilter=${encodeURIComponent(filter)}`,
    etag: etagOf(name, now),
  };
}

function override(task: TaskTemplate, { containerOverrides = [], timeout }: RunJobRequest_Overrides): TaskTemplate {
  const { containers = [] } = task;
  const unknown = containerOverrides.find(
    ({ name }) => name && !containers.some((container) => container.name === name),
  );
  if (unknown)
    throw violation("RunJobRequest.overrides.container_overrides", `container '${unknown.name}' does not exist.`);
  const changed = containers.map((container) => {
    const found = containerOverrides.find(({ name }) => (name ? name === container.name : containers.length === 1));
    if (!found) return container;
    const replaced = new Set(found.env?.map(({ name }) => name));
    const kept = (container.env ?? []).filter(({ name }) => !replaced.has(name));
    const args = found.clearArgs ? [] : found.args?.length ? found.args : container.args;
    return { ...container, args, env: [...kept, ...(found.env ?? [])] };
  });
  return { ...task, containers: changed, ...(timeout ? { timeout } : {}) };
}

/** `Executions.GetExecution` */
export function getExecution({ executions }: RunContext, name: string): Execution {
  return demandFound(executions.get(name), "execution", name);
}

/** `Executions.ListExecutions`: of one job, or of all of a region with `-`. */
export function listExecutions(
  { jobs, executions }: RunContext,
  { parent = "", pageSize, pageToken }: ListExecutionsRequest,
): ListExecutionsResponse {
  const everywhere = parent.endsWith("/-");
  if (!everywhere) demandFound(jobs.get(parent), "job", parent);
  const prefix = everywhere ? parent.slice(0, -1) : `${parent}/executions/`;
  const page = pageOf(executions, {
    ...{ prefix, size: pageSize, token: pageToken, limits },
    show: (_, execution) => execution,
  });
  return { executions: page.items, nextPageToken: page.nextPageToken };
}

/** `Executions.CancelExecution` */
export function cancelExecution(
  context: RunContext,
  { name = "", etag, validateOnly }: CancelExecutionRequest,
): OperationResource {
  const execution = getExecution(context, name);
  demandEtag(etag, execution.etag);
  if (execution.completionTime) {
    throw new ApiError({ code: "FAILED_PRECONDITION", message: `Execution ${idOf(name)} has already completed.` });
  }
  return startChange(context, { kind: "cancelExecution", execution, validateOnly });
}

/** `Executions.DeleteExecution` */
export function deleteExecution(
  context: RunContext,
  { name = "", etag, validateOnly }: DeleteExecutionRequest,
): OperationResource {
  const execution = getExecution(context, name);
  demandEtag(etag, execution.etag);
  return startChange(context, { kind: "deleteExecution", execution, validateOnly });
}

interface Change {
  readonly kind: "cancelExecution" | "deleteExecution";
  readonly execution: Execution;
  readonly validateOnly: boolean | undefined;
}

function startChange({ cloud }: RunContext, { kind, execution, validateOnly }: Change): OperationResource {
  const { name = "" } = execution;
  const { parent } = parseName(name);
  const shown: JsonObject = { "@type": `${typePrefix}Execution`, ...execution };
  if (validateOnly) return { name: `${parent}/operations/validate-only`, done: true, response: shown };
  return toLongrunning(cloud.operations.start({ host, parent, kind, target: name, input: { name }, metadata: shown }));
}

/** The work of cancelling: the tasks' processes end, and with them the execution. */
export async function runCancelExecution(context: RunContext, { input, hold }: RunningOperation): Promise<JsonObject> {
  const name = String(input.name);
  await hold.during(() => cancel(context, name));
  return { "@type": `${typePrefix}Execution`, ...getExecution(context, name) };
}

/** The work of deleting an execution with its tasks. */
export async function runDeleteExecution(context: RunContext, { input, hold }: RunningOperation): Promise<JsonObject> {
  const name = String(input.name);
  await hold.during(() => cancel(context, name));
  const execution = getExecution(context, name);
  for (const [task] of context.tasks.list(`${name}/tasks/`)) context.tasks.delete(task);
  context.executions.delete(name);
  return { "@type": `${typePrefix}Execution`, ...execution, deleteTime: context.cloud.clock.timestamp() };
}

/** Cancels every running execution below a prefix. */
export async function cancelAll(context: RunContext, prefix: string): Promise<void> {
  await Promise.all(context.executions.list(prefix).map(([name]) => cancel(context, name)));
}

async function cancel({ running }: RunContext, name: string): Promise<void> {
  const execution = running.get(name);
  if (!execution) return;
  execution.abort.abort();
  await execution.completed;
}

/** `Tasks.GetTask` */
export function getTask({ tasks }: RunContext, name: string): Task {
  return demandFound(tasks.get(name), "task", name);
}

/** `Tasks.ListTasks` */
export function listTasks(
  { executions, tasks }: RunContext,
  { parent = "", pageSize, pageToken }: ListTasksRequest,
): ListTasksResponse {
  demandFound(executions.get(parent), "execution", parent);
  const page = pageOf(tasks, {
    ...{ prefix: `${parent}/tasks/`, size: pageSize, token: pageToken, limits },
    show: (_, task) => task,
  });
  return { tasks: page.items, nextPageToken: page.nextPageToken };
}
