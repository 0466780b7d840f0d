import { type Api, handlers } from "../../api.ts";
import type { RunV1Methods } from "../../model/generated/run-v1.ts";
import { policyMethods } from "../../policy.ts";
import { host, type RunContext } from "../context.ts";
import { demandResource } from "./error.ts";
import * as jobs from "./jobs.ts";
import * as services from "./services.ts";

/**
 * Version 1 of Cloud Run, over the same resources as version 2.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v1
 */
export function knativeMethods(context: RunContext): Api["methods"] {
  return { ...servingMethods(context), ...jobMethods(context) };
}

function servingMethods(context: RunContext): Api["methods"] {
  const policies = policyMethods(context.cloud, (resource) => {
    const found = demandResource(context.services.get(resource), "SERVICE", resource);
    return `//${host}/${found.name}`;
  });
  return handlers<RunV1Methods>({
    "google.cloud.run.v1.Services.CreateService": (request, call) => services.createService(context, request, call),
    "google.cloud.run.v1.Services.GetService": ({ name = "" }) => services.getService(context, name),
    "google.cloud.run.v1.Services.ListServices": (request) => services.listServices(context, request),
    "google.cloud.run.v1.Services.ReplaceService": (request, call) => services.replaceService(context, request, call),
    "google.cloud.run.v1.Services.DeleteService": (request) => services.deleteService(context, request),
    "google.cloud.run.v1.Services.GetIamPolicy": (request) => policies.get(request),
    "google.cloud.run.v1.Services.SetIamPolicy": (request) => policies.set(request),
    "google.cloud.run.v1.Services.TestIamPermissions": (request, call) => policies.test(request, call),
    "google.cloud.run.v1.Revisions.GetRevision": ({ name = "" }) => services.getRevision(context, name),
    "google.cloud.run.v1.Revisions.ListRevisions": (request) => services.listRevisions(context, request),
    "google.cloud.run.v1.Revisions.DeleteRevision": (request) => services.deleteRevision(context, request),
    "google.cloud.run.v1.Configurations.GetConfiguration": ({ name = "" }) => services.getConfiguration(context, name),
    "google.cloud.run.v1.Configurations.ListConfigurations": (request) => services.listConfigurations(context, request),
    "google.cloud.run.v1.Routes.GetRoute": ({ name = "" }) => services.getRoute(context, name),
    "google.cloud.run.v1.Routes.ListRoutes": (request) => services.listRoutes(context, request),
  });
}

function jobMethods(context: RunContext): Api["methods"] {
  const policies = policyMethods(context.cloud, (resource) => {
    const found = demandResource(context.jobs.get(resource), "JOB", resource);
    return `//${host}/${found.name}`;
  });
  return handlers<RunV1Methods>({
    "google.cloud.run.v1.Jobs.CreateJob": (request, call) => jobs.createJob(context, request, call),
    "google.cloud.run.v1.Jobs.GetJob": ({ name = "" }) => jobs.getJob(context, name),
    "google.cloud.run.v1.Jobs.ListJobs": (request) => jobs.listJobs(context, request),
    "google.cloud.run.v1.Jobs.ReplaceJob": (request, call) => jobs.replaceJob(context, request, call),
    "google.cloud.run.v1.Jobs.DeleteJob": (request) => jobs.deleteJob(context, request),
    "google.cloud.run.v1.Jobs.RunJob": (request, call) => jobs.runJob(context, request, call),
    "google.cloud.run.v1.Jobs.GetIamPolicy": (request) => policies.get(request),
    "google.cloud.run.v1.Jobs.SetIamPolicy": (request) => policies.set(request),
    "google.cloud.run.v1.Jobs.TestIamPermissions": (request, call) => policies.test(request, call),
    "google.cloud.run.v1.Executions.GetExecution": ({ name = "" }) => jobs.getExecution(context, name),
    "google.cloud.run.v1.Executions.ListExecutions": (request) => jobs.listExecutions(context, request),
    "google.cloud.run.v1.Executions.CancelExecution": ({ name = "" }) => jobs.cancelExecution(context, name),
    "google.cloud.run.v1.Executions.DeleteExecution": (request) => jobs.deleteExecution(context, request),
    "google.cloud.run.v1.Tasks.GetTask": ({ name = "" }) => jobs.getTask(context, name),
    "google.cloud.run.v1.Tasks.ListTasks": (request) => jobs.listTasks(context, request),
  });
}
