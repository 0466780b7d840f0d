import type { PermissionRule, PermissionTable } from "../api.ts";

const v1 = "google.cloud.run.v1";
const v2 = "google.cloud.run.v2";

/** @see https://cloud.google.com/run/docs/reference/iam/permissions */
// biome-ignore format: a table
export const permissions: PermissionTable = {
  [`${v2}.Services.CreateService`]:             on("{parent}", "run.services.create"),
  [`${v2}.Services.GetService`]:                on("{name}", "run.services.get"),
  [`${v2}.Services.ListServices`]:              on("{parent}", "run.services.list"),
  [`${v2}.Services.UpdateService`]:             on("{service.name}", "run.services.update"),
  [`${v2}.Services.DeleteService`]:             on("{name}", "run.services.delete"),
  [`${v2}.Services.GetIamPolicy`]:              on("{resource}", "run.services.getIamPolicy"),
  [`${v2}.Services.SetIamPolicy`]:              on("{resource}", "run.services.setIamPolicy"),
  [`${v2}.Services.TestIamPermissions`]:        { open: "answers what the caller may do" },
  [`${v2}.Revisions.GetRevision`]:              on("{name}", "run.revisions.get"),
  [`${v2}.Revisions.ListRevisions`]:            on("{parent}", "run.revisions.list"),
  [`${v2}.Revisions.DeleteRevision`]:           on("{name}", "run.revisions.delete"),
  [`${v2}.Jobs.CreateJob`]:                     [...on("{parent}", "run.jobs.create"), { permission: "run.jobs.run", resource: "{parent}", when: hasToken }],
  [`${v2}.Jobs.GetJob`]:                        on("{name}", "run.jobs.get"),
  [`${v2}.Jobs.ListJobs`]:                      on("{parent}", "run.jobs.list"),
  [`${v2}.Jobs.UpdateJob`]:                     [...on("{job.name}", "run.jobs.update"), { permission: "run.jobs.run", resource: "{job.name}", when: hasToken }],
  [`${v2}.Jobs.DeleteJob`]:                     on("{name}", "run.jobs.delete"),
  [`${v2}.Jobs.RunJob`]:                        [...on("{name}", "run.jobs.run"), { permission: "run.jobs.runWithOverrides", resource: "{name}", when: ({ overrides }) => overrides !== undefined }],
  [`${v2}.Jobs.GetIamPolicy`]:                  on("{resource}", "run.jobs.getIamPolicy"),
  [`${v2}.Jobs.SetIamPolicy`]:                  on("{resource}", "run.jobs.setIamPolicy"),
  [`${v2}.Jobs.TestIamPermissions`]:            { open: "answers what the caller may do" },
  [`${v2}.Executions.GetExecution`]:            on("{name}", "run.executions.get"),
  [`${v2}.Executions.ListExecutions`]:          on("{parent}", "run.executions.list"),
  [`${v2}.Executions.DeleteExecution`]:         on("{name}", "run.executions.delete"),
  [`${v2}.Executions.CancelExecution`]:         on("{name}", "run.executions.cancel"),
  [`${v2}.Tasks.GetTask`]:                      on("{name}", "run.tasks.get"),
  [`${v2}.Tasks.ListTasks`]:                    on("{parent}", "run.tasks.list"),
  [`${v2}.Builds.SubmitBuild`]:                 on("{parent}", "cloudbuild.builds.create"),
  [`${v2}.WorkerPools.CreateWorkerPool`]:       on("{parent}", "run.workerpools.create"),
  [`${v2}.WorkerPools.GetWorkerPool`]:          on("{name}", "run.workerpools.get"),
  [`${v2}.WorkerPools.ListWorkerPools`]:        on("{parent}", "run.workerpools.list"),
  [`${v2}.WorkerPools.UpdateWorkerPool`]:       on("{workerPool.name}", "run.workerpools.update"),
  [`${v2}.WorkerPools.DeleteWorkerPool`]:       on("{name}", "run.workerpools.delete"),
  [`${v2}.WorkerPools.GetIamPolicy`]:           on("{resource}", "run.workerpools.getIamPolicy"),
  [`${v2}.WorkerPools.SetIamPolicy`]:           on("{resource}", "run.workerpools.setIamPolicy"),
  [`${v2}.WorkerPools.TestIamPermissions`]:     { open: "answers what the caller may do" },
  [`${v2}.Instances.CreateInstance`]:           on("{parent}", "run.instances.create"),
  [`${v2}.Instances.GetInstance`]:              on("{name}", "run.instances.get"),
  [`${v2}.Instances.ListInstances`]:            on("{parent}", "run.instances.list"),
  [`${v2}.Instances.DeleteInstance`]:           on("{name}", "run.instances.delete"),
  [`${v2}.Instances.StopInstance`]:             on("{name}", "run.instances.stop"),
  [`${v2}.Instances.StartInstance`]:            on("{name}", "run.instances.start"),
  [`${v1}.Services.CreateService`]:             on("{parent}", "run.services.create"),
  [`${v1}.Services.GetService`]:                on("{name}", "run.services.get"),
  [`${v1}.Services.ListServices`]:              on("{parent}", "run.services.list"),
  [`${v1}.Services.ReplaceService`]:            on("{name}", "run.services.update"),
  [`${v1}.Services.DeleteService`]:             on("{name}", "run.services.delete"),
  [`${v1}.Services.GetIamPolicy`]:              on("{resource}", "run.services.getIamPolicy"),
  [`${v1}.Services.SetIamPolicy`]:              on("{resource}", "run.services.setIamPolicy"),
  [`${v1}.Services.TestIamPermissions`]:        { open: "answers what the caller may do" },
  [`${v1}.Revisions.GetRevision`]:              on("{name}", "run.revisions.get"),
  [`${v1}.Revisions.ListRevisions`]:            on("{parent}", "run.revisions.list"),
  [`${v1}.Revisions.DeleteRevision`]:           on("{name}", "run.revisions.delete"),
  [`${v1}.Configurations.GetConfiguration`]:    on("{name}", "run.configurations.get"),
  [`${v1}.Configurations.ListConfigurations`]:  on("{parent}", "run.configurations.list"),
  [`${v1}.Routes.GetRoute`]:                    on("{name}", "run.routes.get"),
  [`${v1}.Routes.ListRoutes`]:                  on("{parent}", "run.routes.list"),
  [`${v1}.Jobs.CreateJob`]:                     [...on("{parent}", "run.jobs.create"), { permission: "run.jobs.run", resource: "{parent}", when: hasSpecToken }],
  [`${v1}.Jobs.GetJob`]:                        on("{name}", "run.jobs.get"),
  [`${v1}.Jobs.ListJobs`]:                      on("{parent}", "run.jobs.list"),
  [`${v1}.Jobs.ReplaceJob`]:                    [...on("{name}", "run.jobs.update"), { permission: "run.jobs.run", resource: "{name}", when: hasSpecToken }],
  [`${v1}.Jobs.DeleteJob`]:                     on("{name}", "run.jobs.delete"),
  [`${v1}.Jobs.RunJob`]:                        [...on("{name}", "run.jobs.run"), { permission: "run.jobs.runWithOverrides", resource: "{name}", when: ({ overrides }) => overrides !== undefined }],
  [`${v1}.Jobs.GetIamPolicy`]:                  on("{resource}", "run.jobs.getIamPolicy"),
  [`${v1}.Jobs.SetIamPolicy`]:                  on("{resource}", "run.jobs.setIamPolicy"),
  [`${v1}.Jobs.TestIamPermissions`]:            { open: "answers what the caller may do" },
  [`${v1}.Executions.GetExecution`]:            on("{name}", "run.executions.get"),
  [`${v1}.Executions.ListExecutions`]:          on("{parent}", "run.executions.list"),
  [`${v1}.Executions.DeleteExecution`]:         on("{name}", "run.executions.delete"),
  [`${v1}.Executions.CancelExecution`]:         on("{name}", "run.executions.cancel"),
  [`${v1}.Tasks.GetTask`]:                      on("{name}", "run.tasks.get"),
  [`${v1}.Tasks.ListTasks`]:                    on("{parent}", "run.tasks.list"),
  [`${v1}.WorkerPools.CreateWorkerPool`]:       on("{parent}", "run.workerpools.create"),
  [`${v1}.WorkerPools.GetWorkerPool`]:          on("{name}", "run.workerpools.get"),
  [`${v1}.WorkerPools.ListWorkerPools`]:        on("{parent}", "run.workerpools.list"),
  [`${v1}.WorkerPools.ReplaceWorkerPool`]:      on("{name}", "run.workerpools.update"),
  [`${v1}.WorkerPools.DeleteWorkerPool`]:       on("{name}", "run.workerpools.delete"),
  [`${v1}.DomainMappings.CreateDomainMapping`]: { open: "is not served, and Google names no permission for it" },
  [`${v1}.DomainMappings.GetDomainMapping`]:    { open: "is not served, and Google names no permission for it" },
  [`${v1}.DomainMappings.ListDomainMappings`]:  { open: "is not served, and Google names no permission for it" },
  [`${v1}.DomainMappings.DeleteDomainMapping`]: { open: "is not served, and Google names no permission for it" },
  [`${v1}.AuthorizedDomains.ListAuthorizedDomains`]: { open: "is not served, and Google names no permission for it" },
  "google.longrunning.Operations.GetOperation":    on("{name}", "run.operations.get"),
  "google.longrunning.Operations.WaitOperation":   on("{name}", "run.operations.get"),
  "google.longrunning.Operations.ListOperations":  on("{name}", "run.operations.list"),
  "google.longrunning.Operations.DeleteOperation": on("{name}", "run.operations.delete"),
  "google.cloud.location.Locations.ListLocations": on("{name}", "run.locations.list"),
  "google.cloud.location.Locations.GetLocation":   on("{name}", "run.locations.list"),
};

function on(resource: string, permission: string): readonly PermissionRule[] {
  return [{ permission, resource }];
}

/** Whether writing the job also starts an execution. */
function hasToken({ job }: Parameters<NonNullable<PermissionRule["when"]>>[0]): boolean {
  const { runExecutionToken, startExecutionToken } = (job ?? {}) as {
    runExecutionToken?: string;
    startExecutionToken?: string;
  };
  return Boolean(runExecutionToken ?? startExecutionToken);
}

/** The same in version 1. */
function hasSpecToken({ job }: Parameters<NonNullable<PermissionRule["when"]>>[0]): boolean {
  const { spec } = (job ?? {}) as { spec?: { runExecutionToken?: string; startExecutionToken?: string } };
  return Boolean(spec?.runExecutionToken ?? spec?.startExecutionToken);
}
