import { type Api, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { RunMethods } from "../model/generated/run.ts";
import { policyMethods } from "../policy.ts";
import { comeBack } from "./come-back.ts";
import { createContext, host, type RunContext, type RunOptions } from "./context.ts";
import { runDeploy } from "./deploy.ts";
import { runRunJob } from "./execute.ts";
import * as executions from "./executions.ts";
import { createSite } from "./ingress.ts";
import * as jobs from "./jobs.ts";
import { containerOf } from "./knative/container-of.ts";
import { knativeMethods } from "./knative/methods.ts";
import { withoutNamespace } from "./knative/namespace-path.ts";
import { closeLocalUrls } from "./local-url.ts";
import { permissions } from "./permissions.ts";
import { removePool } from "./pools.ts";
import * as revisions from "./revisions.ts";
import * as services from "./services.ts";

/**
 * Cloud Run v2: services, revisions, jobs, executions and tasks as real processes, and the URLs of services and
 * functions. Worker pools, instances and builds answer UNIMPLEMENTED.
 *
 * @see https://cloud.google.com/run/docs/reference/rest
 */
export function createRun(cloud: Cloud, options: RunOptions = {}): Api {
  const context = createContext(cloud, options);
  return {
    host,
    permissions,
    canonicalUrl: withoutNamespace,
    containerOf: (resource) => containerOf(context, resource),
    methods: { ...serviceMethods(context), ...jobMethods(context), ...knativeMethods(context) },
    operations: {
      deployService: (operation) => runDeploy(context, operation),
      deleteService: (operation) => services.runDeleteService(context, operation),
      deleteRevision: (operation) => revisions.runDeleteRevision(context, operation),
      writeJob: (operation) => jobs.runWriteJob(context, operation),
      deleteJob: (operation) => jobs.runDeleteJob(context, operation),
      runJob: (operation) => runRunJob(context, operation),
      cancelExecution: (operation) => executions.runCancelExecution(context, operation),
      deleteExecution: (operation) => executions.runDeleteExecution(context, operation),
    },
    sites: [createSite(context)],
    start: () => comeBack(context),
    stop: () => stop(context),
  };
}

function serviceMethods(context: RunContext): Api["methods"] {
  const policies = policyMethods(
    context.cloud,
    (resource) => `//${host}/${services.getService(context, resource).name}`,
  );
  return handlers<RunMethods>({
    "google.cloud.run.v2.Services.CreateService": (request, call) => services.createService(context, request, call),
    "google.cloud.run.v2.Services.GetService": ({ name = "" }) => services.getService(context, name),
    "google.cloud.run.v2.Services.ListServices": (request) => services.listServices(context, request),
    "google.cloud.run.v2.Services.UpdateService": (request, call) => services.updateService(context, request, call),
    "google.cloud.run.v2.Services.DeleteService": (request) => services.deleteService(context, request),
    "google.cloud.run.v2.Services.GetIamPolicy": (request) => policies.get(request),
    "google.cloud.run.v2.Services.SetIamPolicy": (request) => policies.set(request),
    "google.cloud.run.v2.Services.TestIamPermissions": (request, call) => policies.test(request, call),
    "google.cloud.run.v2.Revisions.GetRevision": ({ name = "" }) => revisions.getRevision(context, name),
    "google.cloud.run.v2.Revisions.ListRevisions": (request) => revisions.listRevisions(context, request),
    "google.cloud.run.v2.Revisions.DeleteRevision": (request) => revisions.deleteRevision(context, request),
  });
}

function jobMethods(context: RunContext): Api["methods"] {
  const policies = policyMethods(context.cloud, (resource) => `//${host}/${jobs.getJob(context, resource).name}`);
  return handlers<RunMethods>({
    "google.cloud.run.v2.Jobs.CreateJob": (request, call) => jobs.createJob(context, request, call),
    "google.cloud.run.v2.Jobs.GetJob": ({ name = "" }) => jobs.getJob(context, name),
    "google.cloud.run.v2.Jobs.ListJobs": (request) => jobs.listJobs(context, request),
    "google.cloud.run.v2.Jobs.UpdateJob": (request, call) => jobs.updateJob(context, request, call),
    "google.cloud.run.v2.Jobs.DeleteJob": (request) => jobs.deleteJob(context, request),
    "google.cloud.run.v2.Jobs.RunJob": (request, call) => executions.runJob(context, request, call),
    "google.cloud.run.v2.Jobs.GetIamPolicy": (request) => policies.get(request),
    "google.cloud.run.v2.Jobs.SetIamPolicy": (request) => policies.set(request),
    "google.cloud.run.v2.Jobs.TestIamPermissions": (request, call) => policies.test(request, call),
    "google.cloud.run.v2.Executions.GetExecution": ({ name = "" }) => executions.getExecution(context, name),
    "google.cloud.run.v2.Executions.ListExecutions": (request) => executions.listExecutions(context, request),
    "google.cloud.run.v2.Executions.DeleteExecution": (request) => executions.deleteExecution(context, request),
    "google.cloud.run.v2.Executions.CancelExecution": (request) => executions.cancelExecution(context, request),
    "google.cloud.run.v2.Tasks.GetTask": ({ name = "" }) => executions.getTask(context, name),
    "google.cloud.run.v2.Tasks.ListTasks": (request) => executions.listTasks(context, request),
  });
}

async function stop(context: RunContext): Promise<void> {
  for (const { abort } of context.running.values()) abort.abort();
  await closeLocalUrls(context);
  await Promise.all([...context.pools.keys()].map((name) => removePool(context, name)));
}
