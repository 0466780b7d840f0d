import type { PermissionTable } from "../../api.ts";

const workflows = "google.cloud.workflows.v1.Workflows";
const operations = "google.longrunning.Operations";
const locations = "google.cloud.location.Locations";
const executions = "google.cloud.workflows.executions.v1.Executions";
const events = "google.cloud.workflows.executions.v1.Events";
const history = "google.cloud.workflows.executions.v1.ExecutionHistory";
const rest = "google.cloud.workflows.executions.rest.Executions";

/** @see https://cloud.google.com/iam/docs/roles-permissions/workflows */
// biome-ignore format: a table
export const workflowPermissions: PermissionTable = {
  [`${workflows}.ListWorkflows`]:         [{ permission: "workflows.workflows.list",         resource: "{parent}" }],
  [`${workflows}.GetWorkflow`]:           [{ permission: "workflows.workflows.get",          resource: "{name}" }],
  [`${workflows}.CreateWorkflow`]:        [{ permission: "workflows.workflows.create",       resource: "{parent}" }],
  [`${workflows}.UpdateWorkflow`]:        [{ permission: "workflows.workflows.update",       resource: "{workflow.name}" }],
  [`${workflows}.DeleteWorkflow`]:        [{ permission: "workflows.workflows.delete",       resource: "{name}" }],
  [`${workflows}.ListWorkflowRevisions`]: [{ permission: "workflows.workflows.listRevision", resource: "{name}" }],
  [`${operations}.GetOperation`]:         [{ permission: "workflows.operations.get",         resource: "{name}" }],
  [`${operations}.ListOperations`]:       [{ permission: "workflows.operations.list",        resource: "{name}" }],
  [`${operations}.DeleteOperation`]:      [{ permission: "workflows.operations.cancel",      resource: "{name}" }],
  [`${locations}.ListLocations`]:         [{ permission: "workflows.locations.list",         resource: "{name}" }],
  [`${locations}.GetLocation`]:           [{ permission: "workflows.locations.get",          resource: "{name}" }],
};

/** @see https://cloud.google.com/iam/docs/roles-permissions/workflows */
// biome-ignore format: a table
export const executionPermissions: PermissionTable = {
  [`${executions}.ListExecutions`]:  [{ permission: "workflows.executions.list",   resource: "{parent}" }],
  [`${executions}.CreateExecution`]: [{ permission: "workflows.executions.create", resource: "{parent}" }],
  [`${executions}.GetExecution`]:    [{ permission: "workflows.executions.get",    resource: "{name}" }],
  [`${executions}.CancelExecution`]: [{ permission: "workflows.executions.cancel", resource: "{name}" }],
  [`${events}.ListCallbacks`]:       [{ permission: "workflows.callbacks.list",    resource: "{parent}" }],
  [`${history}.ListStepEntries`]:    [{ permission: "workflows.stepEntries.list",  resource: "{parent}" }],
  [`${history}.GetStepEntry`]:       [{ permission: "workflows.stepEntries.get",   resource: "{name}" }],
  [`${rest}.ExportData`]:             [{ permission: "workflows.executions.get",    resource: "{name}" }],
  // No permission is published for it; it takes away what the execution has left, as cancelling does.
  [`${rest}.DeleteExecutionHistory`]: [{ permission: "workflows.executions.cancel", resource: "{name}" }],
  [`${rest}.TriggerPubsubExecution`]: [{ permission: "workflows.executions.create", resource: "{workflow}" }],
};
