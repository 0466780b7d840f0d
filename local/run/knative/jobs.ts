import type { Call } from "../../api.ts";
import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import type { Collection } from "../../store.ts";
import type { RunContext } from "../context.ts";
import * as executions from "../executions.ts";
import * as jobs from "../jobs.ts";
import { idOf, parseName } from "../names.ts";
import { fromKnativeContainer } from "./container.ts";
import { demandSent } from "./demand.ts";
import { demandResource, demandVersion, inWordsOfV1 } from "./error.ts";
import { toKnativeExecution, toKnativeTaskResource } from "./execution.ts";
import { fromKnativeJob, toKnativeJob } from "./job.ts";
import { isBelow, type List, type ListRequest, toList } from "./list.ts";
import { versionOf } from "./metadata.ts";
import { success } from "./services.ts";
import { listed, present } from "./shape.ts";
import { spellingOf, spellings } from "./spelling.ts";

const apiVersion = "run.googleapis.com/v1";

/** `Jobs.CreateJob` of version 1 */
export async function createJob(
  context: RunContext,
  { parent = "", job: sent = {} }: v1.CreateJobRequest,
  call: Call,
): Promise<v1.Job> {
  const jobId = demandSent(context, sent, { apiVersion, kind: "Job", parent });
  const job = fromKnativeJob(sent);
  await inWordsOfV1(() => jobs.createJob(context, { parent, job, jobId }, call));
  return written(context, `${parent}/jobs/${jobId}`, sent);
}

/** `Jobs.ReplaceJob` */
export async function replaceJob(
  context: RunContext,
  { name = "", job: sent = {} }: v1.ReplaceJobRequest,
  call: Call,
): Promise<v1.Job> {
  const found = demandJob(context, name);
  const { parent, id } = parseName(name);
  demandSent(context, sent, { apiVersion, kind: "Job", parent, id });
  demandVersion(sent.metadata?.resourceVersion, { id, present: versionOf(found) });
  const job = { ...fromKnativeJob(sent), name };
  await inWordsOfV1(() => jobs.updateJob(context, { job }, call));
  return written(context, name, sent);
}

function written(context: RunContext, name: string, sent: v1.Job): v1.Job {
  const template = sent.spec?.template;
  const { containers } = template?.spec?.template?.spec ?? {};
  spellings(context).put(name, spellingOf({ metadata: sent.metadata, template: template?.metadata, containers }));
  return getJob(context, name);
}

function demandJob({ jobs: all }: RunContext, name: string): v2.Job {
  return demandResource(all.get(name), "JOB", name);
}

/** `Jobs.GetJob` of version 1 */
export function getJob(context: RunContext, name: string): v1.Job {
  return toKnativeJob(context, demandJob(context, name));
}

/** `Jobs.ListJobs` of version 1: of a location, or of all with `-`. */
export function listJobs(context: RunContext, request: ListRequest): List<v1.Job> {
  const found = below(context.jobs, request).map((job) => toKnativeJob(context, job));
  return toList(found, request, { apiVersion, kind: "Job" });
}

/** `Jobs.DeleteJob` of version 1 */
export function deleteJob(context: RunContext, { name = "" }: v1.DeleteJobRequest): v1.Status {
  const { uid } = demandJob(context, name);
  jobs.deleteJob(context, { name });
  return success({ name, kind: "jobs", uid });
}

/** `Jobs.RunJob` of version 1: answers the execution that has begun. */
export async function runJob(
  context: RunContext,
  { name = "", overrides }: v1.RunJobRequest,
  call: Call,
): Promise<v1.Execution> {
  demandJob(context, name);
  const request = { name, ...(overrides ? { overrides: toOverrides(overrides) } : {}) };
  const { metadata } = await inWordsOfV1(() => executions.runJob(context, request, call));
  return toKnativeExecution(context, executions.getExecution(context, String(metadata?.name)));
}

function toOverrides({ containerOverrides, taskCount, timeoutSeconds }: v1.Overrides): v2.RunJobRequest_Overrides {
  return present({
    containerOverrides: listed(
      containerOverrides?.map(({ name, args, env, clearArgs }, index) => {
        const path = `overrides.container_overrides[${index}]`;
        const { env: variables } = fromKnativeContainer({ env }, { path, settings: {}, hasCpuSettings: false });
        return present({ name, args, env: variables, clearArgs });
      }),
    ),
    taskCount,
    timeout: timeoutSeconds ? `${timeoutSeconds}s` : undefined,
  });
}

/** `Executions.GetExecution` of version 1 */
export function getExecution(context: RunContext, name: string): v1.Execution {
  return toKnativeExecution(context, demandExecution(context, name));
}

/** `Executions.ListExecutions` of version 1: of every job. */
export function listExecutions(context: RunContext, request: ListRequest): List<v1.Execution> {
  const found = below(context.executions, request).map((execution) => toKnativeExecution(context, execution));
  return toList(found, request, { apiVersion, kind: "Execution" });
}

/** `Executions.CancelExecution` of version 1 */
export function cancelExecution(context: RunContext, name: string): v1.Execution {
  const { name: full = "" } = demandExecution(context, name);
  executions.cancelExecution(context, { name: full });
  return getExecution(context, name);
}

/** `Executions.DeleteExecution` of version 1 */
export function deleteExecution(context: RunContext, { name = "" }: v1.DeleteExecutionRequest): v1.Status {
  const { name: full = "", uid } = demandExecution(context, name);
  executions.deleteExecution(context, { name: full });
  return success({ name, kind: "executions", uid });
}

/** `Tasks.GetTask` of version 1 */
export function getTask(context: RunContext, name: string): v1.Task {
  return toKnativeTaskResource(context, demandResource(find(context.tasks, name), "TASK", name));
}

/** `Tasks.ListTasks` of version 1: of every execution. */
export function listTasks(context: RunContext, request: ListRequest): List<v1.Task> {
  const found = below(context.tasks, request).map((task) => toKnativeTaskResource(context, task));
  return toList(found, request, { apiVersion, kind: "Task" });
}

function demandExecution(context: RunContext, name: string): v2.Execution {
  return demandResource(find(context.executions, name), "EXECUTION", name);
}

/** A resource below a job by its id, which is all that version 1 knows of its name. */
function find<T extends object>(collection: Collection<T>, name: string): T | undefined {
  const { parent, id } = parseName(name);
  return collection.list(`${parent}/jobs/`).find(([full]) => idOf(full) === id)?.[1];
}

function below<T extends object>(collection: Collection<T>, { parent = "" }: ListRequest): T[] {
  const isListed = isBelow(parent);
  return collection.list().flatMap(([name, item]) => (isListed(name) ? [item] : []));
}
