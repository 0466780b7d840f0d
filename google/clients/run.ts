import type { protos } from "@google-cloud/run";
import { ExecutionsClient } from "@google-cloud/run/build/src/v2/executions_client.js";
import { JobsClient } from "@google-cloud/run/build/src/v2/jobs_client.js";
import { RevisionsClient } from "@google-cloud/run/build/src/v2/revisions_client.js";
import { ServicesClient } from "@google-cloud/run/build/src/v2/services_client.js";
import { TasksClient } from "@google-cloud/run/build/src/v2/tasks_client.js";
import type { Connect } from "../auth.ts";
import { officialCaller } from "../gax.ts";
import { idOf, parentOf } from "../name.ts";
import type { Operation } from "../operation.ts";
import type { Policy } from "../policy.ts";
import { createRest, orAbsent, type Rest } from "../rest.ts";

/** A service; enums by name. */
export type Service = protos.google.cloud.run.v2.IService;
/** What revisions are made from. */
export type RevisionTemplate = protos.google.cloud.run.v2.IRevisionTemplate;
/** One container of a revision or a task. */
export type Container = protos.google.cloud.run.v2.IContainer;
/** How revisions and tasks reach a VPC network. */
export type VpcAccess = protos.google.cloud.run.v2.IVpcAccess;
/** A revision of a service. */
export type Revision = protos.google.cloud.run.v2.IRevision;
/** One aspect of a resource's readiness. */
export type Condition = protos.google.cloud.run.v2.ICondition;
/** A job. */
export type Job = protos.google.cloud.run.v2.IJob;
/** One run of a job. */
export type Execution = protos.google.cloud.run.v2.IExecution;
/** One task of an execution. */
export type Task = protos.google.cloud.run.v2.ITask;

/**
 * Services of Cloud Run. Names are full: `projects/{project}/locations/{location}/services/{service}`,
 * `…/revisions/{revision}` below it.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
 */
export interface RunServicesClient {
  readonly getService: (name: string) => Promise<Service | undefined>;
  /** All services of a location, `projects/{project}/locations/{location}`. */
  readonly listServices: (parent: string) => Promise<readonly Service[]>;
  readonly createService: (name: string, service: Service) => Promise<Operation>;
  /** Replaces the service as a whole, unless a mask says which fields. */
  readonly patchService: (service: Service, updateMask?: readonly string[]) => Promise<Operation>;
  readonly deleteService: (name: string) => Promise<Operation>;
  readonly getServicePolicy: (name: string) => Promise<Policy>;
  /** Replaces the policy; ABORTED when it is no longer the one whose `etag` is given. */
  readonly setServicePolicy: (name: string, policy: Policy) => Promise<Policy>;
  readonly getRevision: (name: string) => Promise<Revision | undefined>;
}

/**
 * Jobs of Cloud Run. Names are full: `projects/{project}/locations/{location}/jobs/{job}`, `…/executions/{execution}`
 * below it.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs
 */
export interface RunJobsClient {
  readonly getJob: (name: string) => Promise<Job | undefined>;
  readonly createJob: (name: string, job: Job) => Promise<Operation>;
  /** Replaces the job as a whole. */
  readonly patchJob: (job: Job) => Promise<Operation>;
  /** Deletes a job with its executions. */
  readonly deleteJob: (name: string) => Promise<Operation>;
  readonly getExecution: (name: string) => Promise<Execution | undefined>;
  /** The newest executions of a job. */
  readonly listExecutions: (job: string) => Promise<readonly Execution[]>;
  readonly cancelExecution: (name: string) => Promise<Operation>;
  /** The first tasks of an execution. */
  readonly listTasks: (execution: string) => Promise<readonly Task[]>;
}

/** Reaches the services of Cloud Run through the official client. */
export const connectRunServices: Connect<RunServicesClient> = (auth) => {
  const services = new ServicesClient({ auth });
  const revisions = new RevisionsClient({ auth });
  return (guard) => ({
    getService: (name) =>
      orAbsent(read("services.get", name, async (options) => (await services.getService({ name }, options))[0])),
    listServices: (parent) =>
      read("services.list", parent, async (options) => (await services.listServices({ parent }, options))[0]),
    createService: (name, service) =>
      start({ method: "services.create", resource: name, guard }, (options) =>
        services.createService({ parent: parentOf(name), serviceId: idOf(name), service }, options),
      ),
    patchService: (service, updateMask) =>
      start({ method: "services.patch", resource: service.name ?? "", guard }, (options) =>
        services.updateService({ service, updateMask: updateMask && { paths: [...updateMask] } }, options),
      ),
    deleteService: (name) =>
      start({ method: "services.delete", resource: name, guard }, (options) =>
        services.deleteService({ name }, options),
      ),
    ...servicePolicy(createRest(auth, guard)),
    getRevision: (name) =>
      orAbsent(read("revisions.get", name, async (options) => (await revisions.getRevision({ name }, options))[0])),
  });
};

/** Reaches the jobs of Cloud Run through the official client. */
export const connectRunJobs: Connect<RunJobsClient> = (auth) => {
  const jobs = new JobsClient({ auth });
  const executions = new ExecutionsClient({ auth });
  const tasks = new TasksClient({ auth });
  return (guard) => ({
    getJob: (name) => orAbsent(read("jobs.get", name, async (options) => (await jobs.getJob({ name }, options))[0])),
    createJob: (name, job) =>
      start({ method: "jobs.create", resource: name, guard }, (options) =>
        jobs.createJob({ parent: parentOf(name), jobId: idOf(name), job }, options),
      ),
    patchJob: (job) =>
      start({ method: "jobs.patch", resource: job.name ?? "", guard }, (options) => jobs.updateJob({ job }, options)),
    deleteJob: (name) =>
      start({ method: "jobs.delete", resource: name, guard }, (options) => jobs.deleteJob({ name }, options)),
    getExecution: (name) =>
      orAbsent(read("executions.get", name, async (options) => (await executions.getExecution({ name }, options))[0])),
    listExecutions: (parent) =>
      read("executions.list", parent, async (options) => {
        const [found] = await executions.listExecutions({ parent, pageSize: 100 }, { ...options, autoPaginate: false });
        return found;
      }),
    cancelExecution: (name) =>
      start({ method: "executions.cancel", resource: name, guard }, (options) =>
        executions.cancelExecution({ name }, options),
      ),
    listTasks: (parent) =>
      read("tasks.list", parent, async (options) => {
        const [found] = await tasks.listTasks({ parent, pageSize: 10 }, { ...options, autoPaginate: false });
        return found;
      }),
  });
};

/** Policies are JSON for all of `google/policy.ts`, so they take REST: over gRPC an etag is bytes. */
function servicePolicy(rest: Rest): Pick<RunServicesClient, "getServicePolicy" | "setServicePolicy"> {
  return {
    getServicePolicy: (name) =>
      rest.fetchJson({
        method: "GET",
        url: `${version}/${name}:getIamPolicy`,
        query: { "options.requestedPolicyVersion": 3 },
        site: site("services.getIamPolicy", name),
      }),
    setServicePolicy: (name, policy) =>
      rest.fetchJson({
        method: "POST",
        url: `${version}/${name}:setIamPolicy`,
        body: { policy },
        site: site("services.setIamPolicy", name),
      }),
  };
}

const version = "https://run.googleapis.com/v2";

const { site, read, start } = officialCaller("run", version);
