import type { Connect } from "../auth.ts";
import { type LongrunningBody, longrunningOperation, type Operation } from "../operation.ts";
import { fetchAll } from "../pages.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://workflows.googleapis.com/v1";
const executionsApi = "https://workflowexecutions.googleapis.com/v1";

/** A workflow's definition. */
export interface Workflow {
  /** `projects/{project}/locations/{location}/workflows/{workflow}` */
  readonly name?: string;
  readonly state?: string;
  /** RFC 3339. */
  readonly createTime?: string;
  /** Changes with every deployed change. */
  readonly revisionId?: string;
  readonly sourceContents?: string;
  /** E-mail address, or `projects/{project}/serviceAccounts/{email}`. */
  readonly serviceAccount?: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly callLogLevel?: string;
  readonly executionHistoryLevel?: string;
  readonly userEnvVars?: Readonly<Record<string, string>>;
}

/** An execution as REST has it. */
export interface ListedExecution {
  /** `projects/{project}/locations/{location}/workflows/{workflow}/executions/{execution}` */
  readonly name?: string;
  readonly state?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly createTime?: string;
  readonly startTime?: string;
  /** Absent while it is under way. */
  readonly endTime?: string;
  /** JSON text of what it gave. */
  readonly result?: string;
  /** With JSON text of what it raised. */
  readonly error?: { readonly payload?: string };
}

/**
 * Definitions of workflows, which the official package does not have, and what of them is under way.
 *
 * @see https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows
 */
export interface WorkflowsClient {
  readonly getWorkflow: (name: string) => Promise<Workflow | undefined>;
  /** All of a location, `projects/{project}/locations/{location}`. */
  readonly listWorkflows: (location: string) => Promise<readonly Workflow[]>;
  readonly createWorkflow: (name: string, workflow: Workflow) => Promise<Operation>;
  readonly patchWorkflow: (name: string, workflow: Workflow, fields: readonly string[]) => Promise<Operation>;
  readonly deleteWorkflow: (name: string) => Promise<Operation>;
  /** An execution by its full name; undefined when there is none. */
  readonly getExecution: (name: string) => Promise<ListedExecution | undefined>;
  /** Executions of a workflow that are active or queued. */
  readonly listRunning: (name: string) => Promise<readonly ListedExecution[]>;
  /** All executions of a workflow that Google still keeps, with what they ended with; the newest first. */
  readonly listExecutions: (name: string) => Promise<readonly ListedExecution[]>;
}

/** Opens the definitions of workflows. */
export const connectWorkflows: Connect<WorkflowsClient> = (auth) => (guard) => workflowsOf(createRest(auth, guard));

function workflowsOf(rest: Rest): WorkflowsClient {
  const call = (method: "GET" | "POST" | "PATCH" | "DELETE", verb: string, name: string) => ({
    method,
    url: `${api}/${name}`,
    site: { method: `workflows.projects.locations.workflows.${verb}`, resource: name },
  });
  const operation = async (answer: Promise<LongrunningBody>) => longrunningOperation(api, await answer);
  return {
    getWorkflow: (name) => rest.findJson(call("GET", "get", name)),
    listWorkflows: (location) => {
      const request = call("GET", "list", location);
      return fetchAll(rest, { request: { ...request, url: `${request.url}/workflows` }, field: "workflows" });
    },
    createWorkflow: (name, body) => {
      const [parent, workflowId] = name.split("/workflows/");
      const url = `${api}/${parent}/workflows`;
      return operation(rest.fetchJson({ ...call("POST", "create", name), url, query: { workflowId }, body }));
    },
    patchWorkflow: (name, body, fields) =>
      operation(rest.fetchJson({ ...call("PATCH", "patch", name), query: { updateMask: fields.join(",") }, body })),
    deleteWorkflow: (name) => operation(rest.fetchJson(call("DELETE", "delete", name))),
    getExecution: (name) =>
      rest.findJson({ method: "GET", url: `${executionsApi}/${name}`, site: siteOfExecutions("get", name) }),
    listRunning: (name) => listExecutions(rest, name, 'state="ACTIVE" OR state="QUEUED"'),
    listExecutions: (name) => listExecutions(rest, name),
  };
}

function listExecutions(rest: Rest, name: string, filter?: string): Promise<readonly ListedExecution[]> {
  const url = `${executionsApi}/${name}/executions`;
  // Without the full view they come without labels.
  const query = { view: "FULL", filter };
  const request = { method: "GET" as const, url, query, site: siteOfExecutions("list", name) };
  return fetchAll(rest, { request, field: "executions" });
}

function siteOfExecutions(verb: "get" | "list", resource: string) {
  return { method: `workflowexecutions.projects.locations.workflows.executions.${verb}`, resource };
}
