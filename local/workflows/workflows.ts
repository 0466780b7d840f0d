import { isDeepStrictEqual } from "node:util";
import { system } from "../access/principal.ts";
import { type Api, type Call, handlers, type OperationResource, type RunningOperation } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { applyMask } from "../field-mask.ts";
import type { JsonObject } from "../json.ts";
import type { LatencyKind } from "../latency.ts";
import { parseFilter } from "../list/filter.ts";
import { orderKey, sortByKey } from "../list/order.ts";
import { tableFields } from "../list/table-fields.ts";
import type {
  CreateWorkflowRequest,
  GetWorkflowRequest,
  ListWorkflowRevisionsRequest,
  ListWorkflowRevisionsResponse,
  ListWorkflowsRequest,
  ListWorkflowsResponse,
  UpdateWorkflowRequest,
  Workflow,
  WorkflowsMethods,
} from "../model/generated/workflows.ts";
import { toLongrunning } from "../operation.ts";
import { paginate } from "../page.ts";
import { createTally } from "../tally.ts";
import { accountEmail, defaultAccount, demandActAs } from "../workload/service-account.ts";
import { openExecutionOrder } from "./api/execution-order.ts";
import { type ExecutionRecord, executionCollection, isUnfinished } from "./api/execution-record.ts";
import { openHistories } from "./api/history-store.ts";
import { parseName } from "./api/names.ts";
import { workflowPermissions } from "./api/permissions.ts";
import { checkWorkflow, checkWorkflowId } from "./api/workflow-rules.ts";
import { openWorkflowStore, type WorkflowStore } from "./api/workflow-store.ts";
import { buildProgram } from "./build.ts";
import { loadConnectors } from "./connectors/connectors.ts";
import { DefinitionError } from "./definition-error.ts";

const host = "workflows.googleapis.com";
const typeUrl = (name: string) => `type.googleapis.com/google.cloud.workflows.v1.${name}`;

/** Fields that a patch may change. */
const mutable = [
  "description",
  "labels",
  "serviceAccount",
  "sourceContents",
  "cryptoKeyName",
  "callLogLevel",
  "userEnvVars",
  "executionHistoryLevel",
] as const satisfies readonly (keyof Workflow)[];

interface Context {
  readonly cloud: Cloud;
  readonly workflows: WorkflowStore;
}

/**
 * Workflows: definitions and their revisions.
 *
 * @see https://cloud.google.com/workflows/docs/reference/rest
 */
export function createWorkflows(cloud: Cloud): Api {
  const context: Context = { cloud, workflows: openWorkflowStore(cloud) };
  return {
    host,
    permissions: workflowPermissions,
    methods: handlers<WorkflowsMethods>({
      "google.cloud.workflows.v1.Workflows.ListWorkflows": (request) => list(context, request),
      "google.cloud.workflows.v1.Workflows.GetWorkflow": (request) => get(context, request),
      "google.cloud.workflows.v1.Workflows.CreateWorkflow": (request, call) => create(context, request, call),
      "google.cloud.workflows.v1.Workflows.UpdateWorkflow": (request, call) => update(context, request, call),
      "google.cloud.workflows.v1.Workflows.DeleteWorkflow": ({ name = "" }) => remove(context, name),
      "google.cloud.workflows.v1.Workflows.ListWorkflowRevisions": (request) => listRevisions(context, request),
    }),
    operations: {
      deploy: (operation) => runDeploy(context, operation),
      delete: (operation) => runDelete(context, operation),
    },
  };
}

function get({ workflows }: Context, { name = "", revisionId }: GetWorkflowRequest): Workflow {
  const workflow = workflows.get(name);
  return revisionId ? workflows.getRevision(name, revisionId) : workflow;
}

function list({ workflows }: Context, request: ListWorkflowsRequest): ListWorkflowsResponse {
  const { parent = "", pageSize, pageToken, filter = "", orderBy = "" } = request;
  const passes = parseFilter(filter, { fields });
  const found = workflows.list(parent).filter(passes);
  const key = orderKey(orderBy, { sortable, fields, idOf: ({ name = "" }) => name, usual: "name" });
  const limits = { usual: 500, most: 1000 };
  const page = paginate(sortByKey(found, key), { key: (item) => item.key, size: pageSize, token: pageToken, limits });
  return { workflows: page.items.map(({ item }) => item), nextPageToken: page.nextPageToken };
}

const fields = tableFields<Workflow>({
  kinds: {
    name: "text",
    state: "text",
    description: "text",
    revisionid: "text",
    createtime: "number",
    updatetime: "number",
  },
  choices: { state: ["ACTIVE", "UNAVAILABLE"] },
  read: fieldOf,
  labelsOf: ({ labels }) => labels,
});

function fieldOf(workflow: Workflow, field: string): string | number | undefined {
  switch (field) {
    case "name":
      return workflow.name;
    case "state":
      return workflow.state;
    case "description":
      return workflow.description;
    case "revisionid":
      return workflow.revisionId;
    case "createtime":
      return toMs(workflow.createTime);
    default:
      return toMs(workflow.updateTime);
  }
}

const sortable = new Set(["name", "state", "description", "revisionid", "createtime", "updatetime"]);

/** Milliseconds and parts of them: text carries microseconds. */
function toMs(timestamp = ""): number {
  return Date.parse(timestamp) + Number(`0.${/\.\d{3}(\d+)Z$/.exec(timestamp)?.[1] ?? 0}`);
}

function listRevisions({ workflows }: Context, request: ListWorkflowRevisionsRequest): ListWorkflowRevisionsResponse {
  const { name = "", pageSize, pageToken } = request;
  workflows.get(name);
  const limits = { usual: 20, most: 100 };
  // Newest first: the key falls as the revision's number rises.
  const key = ({ revisionId = "" }: Workflow) => String(1_000_000 - Number.parseInt(revisionId, 10)).padStart(7, "0");
  const page = paginate(workflows.listRevisions(name), { key, size: pageSize, token: pageToken, limits });
  return { workflows: page.items, nextPageToken: page.nextPageToken };
}

async function create(context: Context, request: CreateWorkflowRequest, call: Call): Promise<OperationResource> {
  const { parent = "", workflowId = "", workflow = {} } = request;
  const name = `${parent}/workflows/${workflowId}`;
  checkWorkflowId(workflowId);
  checkWorkflow(workflow);
  if (context.workflows.find(name)) {
    throw new ApiError({ code: "ALREADY_EXISTS", message: `Resource '${name}' already exists` });
  }
  const serviceAccount = await accountFor(context, { name, workflow, call });
  return start(context, { kind: "deploy", verb: "create", name, workflow: { ...workflow, name, serviceAccount } });
}

async function update(context: Context, request: UpdateWorkflowRequest, call: Call): Promise<OperationResource> {
  const { workflow: sent = {}, updateMask: mask } = request;
  const name = sent.name ?? "";
  const present = context.workflows.get(name);
  const changed = applyMask(present, { sent, mask, mutable });
  checkWorkflow(changed);
  const serviceAccount = await accountFor(context, { name, workflow: changed, call });
  return start(context, { kind: "deploy", verb: "update", name, workflow: { ...changed, serviceAccount } });
}

function remove(context: Context, name: string): OperationResource {
  context.workflows.get(name);
  return start(context, { kind: "delete", verb: "delete", name });
}

interface Deployment {
  readonly name: string;
  readonly workflow: Workflow;
  readonly call: Call;
}

/** The account that the workflow runs as; whoever deploys must be allowed to act as it. */
async function accountFor({ cloud }: Context, { name, workflow, call }: Deployment): Promise<string> {
  const { project } = parseName(name);
  const number = cloud.projects.find(project)?.projectNumber ?? "";
  const email = workflow.serviceAccount ? accountEmail(workflow.serviceAccount) : defaultAccount(number);
  await demandActAs(cloud, { principal: call.principal, email, project });
  return `projects/${project}/serviceAccounts/${email}`;
}

interface Change {
  readonly kind: "deploy" | "delete";
  readonly verb: "create" | "update" | "delete";
  readonly name: string;
  readonly workflow?: Workflow;
}

function start({ cloud }: Context, { kind, verb, name, workflow }: Change): OperationResource {
  if (cloud.operations.isBusy(host, name)) {
    throw new ApiError({
      code: "ABORTED",
      message: `unable to queue the operation: another one is changing '${name}'`,
    });
  }
  const latency: LatencyKind = `workflows.${kind}`;
  const { project, location } = parseName(name);
  const metadata = {
    "@type": typeUrl("OperationMetadata"),
    createTime: cloud.clock.timestamp(),
    target: name,
    verb,
    apiVersion: "v1",
  };
  const input: JsonObject = { name, workflow: workflow && { ...workflow } };
  const parent = `projects/${project}/locations/${location}`;
  return toLongrunning(cloud.operations.start({ host, parent, kind, target: name, input, metadata, latency }));
}

/** A definition that does not build ends the operation in error and leaves the workflow as it was. */
async function runDeploy({ cloud, workflows }: Context, operation: RunningOperation): Promise<JsonObject> {
  const { workflow } = operation.input as { readonly workflow: Workflow };
  build(workflow.sourceContents ?? "");
  await operation.latency();
  const now = cloud.clock.timestamp();
  const deployed = workflows.put({
    ...workflow,
    ...revisionOf(workflow, { present: workflows.find(workflow.name ?? ""), now, cloud }),
    state: "ACTIVE",
    createTime: workflow.createTime ?? now,
    updateTime: now,
  });
  operation.annotate({ endTime: now });
  return { "@type": typeUrl("Workflow"), ...deployed };
}

function build(source: string): void {
  try {
    buildProgram(source, loadConnectors());
  } catch (cause) {
    if (cause instanceof DefinitionError) throw new ApiError({ code: cause.code, message: cause.message, cause });
    throw cause;
  }
}

interface Revising {
  readonly present: Workflow | undefined;
  readonly now: string;
  readonly cloud: Cloud;
}

/** A new source, service account or set of variables makes a new revision; other changes do not. */
function revisionOf(workflow: Workflow, { present, now, cloud }: Revising): Partial<Workflow> {
  const isSame =
    present?.sourceContents === workflow.sourceContents &&
    present?.serviceAccount === workflow.serviceAccount &&
    isDeepStrictEqual(present?.userEnvVars ?? {}, workflow.userEnvVars ?? {});
  if (present && isSame) return { revisionId: present.revisionId, revisionCreateTime: present.revisionCreateTime };
  const number = Number.parseInt(present?.revisionId ?? "0", 10) + 1;
  // The same again when the work is done again after a crash.
  const drawn = createTally(cloud.store, "workflows.tally").next(String(workflow.name));
  const suffix = cloud.random.lasting(`revision ${workflow.name} ${drawn}`).hex(3);
  const revisionId = `${String(number).padStart(6, "0")}-${suffix}`;
  return { revisionId, revisionCreateTime: now };
}

/** Running executions end with their workflow. */
async function runDelete({ cloud, workflows }: Context, operation: RunningOperation): Promise<JsonObject> {
  const name = String(operation.input.name);
  await operation.latency();
  const executions = cloud.store.collection<ExecutionRecord>(executionCollection);
  const histories = openHistories(cloud.store);
  for (const [execution, record] of executions.list(`${name}/executions/`)) {
    if (isUnfinished(record)) {
      const method = "google.cloud.workflows.executions.v1.Executions.CancelExecution";
      await cloud.call(method, { name: execution }, system("workflows"));
    }
    executions.delete(execution);
    histories.delete(execution);
  }
  openExecutionOrder(cloud.store).forget(name);
  workflows.delete(name);
  operation.annotate({ endTime: cloud.clock.timestamp() });
  return { "@type": "type.googleapis.com/google.protobuf.Empty" };
}
