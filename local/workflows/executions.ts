import { type Api, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { type DrawnIds, openIds, toUuid } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import type {
  Execution,
  GetExecutionRequest,
  ListCallbacksRequest,
  ListCallbacksResponse,
  ListExecutionsRequest,
  ListExecutionsResponse,
  WorkflowExecutionsMethods,
} from "../model/generated/workflow-executions.ts";
import type {
  ExportDataResponse,
  TriggerPubsubExecutionRequest,
  WorkflowExecutionsRestMethods,
} from "../model/generated/workflow-executions-rest.ts";
import { paginate } from "../page.ts";
import type { Collection } from "../store.ts";
import { answerCallback } from "./api/callback-requests.ts";
import { pageOfExecutions } from "./api/execution-list.ts";
import { type ExecutionRecord, executionCollection, isUnfinished, toExecution } from "./api/execution-record.ts";
import { notFound } from "./api/names.ts";
import { newExecution } from "./api/new-execution.ts";
import { executionPermissions } from "./api/permissions.ts";
import { toPubsubEvent } from "./api/pubsub-event.ts";
import { answerPush, isPushEndpoint } from "./api/push-requests.ts";
import { Runner } from "./api/runner.ts";
import { type EntriesContext, getStepEntry, listStepEntries } from "./api/step-entries.ts";
import { openWorkflowStore, type WorkflowStore } from "./api/workflow-store.ts";

interface Context {
  readonly cloud: Cloud;
  readonly workflows: WorkflowStore;
  readonly records: Collection<ExecutionRecord>;
  readonly runner: Runner;
  /** Of executions, by the workflow's full name. */
  readonly ids: DrawnIds;
}

/**
 * Workflow Executions: runs of workflows, their history, and the callbacks they wait for.
 *
 * @see https://cloud.google.com/workflows/docs/reference/executions/rest
 */
export function createWorkflowExecutions(cloud: Cloud): Api {
  const records = cloud.store.collection<ExecutionRecord>(executionCollection);
  const runner = new Runner(cloud);
  const workflows = openWorkflowStore(cloud);
  const context: Context = { cloud, workflows, records, runner, ids: openIds(cloud, "workflows.executions") };
  return {
    host: "workflowexecutions.googleapis.com",
    permissions: executionPermissions,
    methods: { ...officialMethods(context), ...restMethods(context) },
    takesIdTokens: isPushEndpoint,
    raw: async (request, call) =>
      (await answerPush(cloud, request, call)) ??
      (await answerCallback(
        { cloud, callbacks: runner.callbacks, find: (name) => find(context, name) },
        request,
        call,
      )),
    start: () => runner.recover(),
    stop: () => runner.stop(),
  };
}

function officialMethods(context: Context): Api["methods"] {
  const service = "google.cloud.workflows.executions.v1";
  return handlers<WorkflowExecutionsMethods>({
    [`${service}.Executions.CreateExecution`]: ({ parent = "", execution = {} }) => create(context, parent, execution),
    [`${service}.Executions.GetExecution`]: (request) => get(context, request),
    [`${service}.Executions.ListExecutions`]: (request) => list(context, request),
    [`${service}.Executions.CancelExecution`]: ({ name = "" }) => cancel(context, name),
    [`${service}.Events.ListCallbacks`]: (request) => listCallbacks(context, request),
    [`${service}.ExecutionHistory.ListStepEntries`]: (request) =>
      listStepEntries(() => entriesOf(context, request.parent ?? ""), request),
    [`${service}.ExecutionHistory.GetStepEntry`]: ({ name = "" }) => {
      const [, execution = "", id = ""] = /^(.*)\/stepEntries\/([^/]*)$/.exec(name) ?? [];
      return getStepEntry(entriesOf(context, execution), id);
    },
  });
}

function restMethods(context: Context): Api["methods"] {
  const service = "google.cloud.workflows.executions.rest.Executions";
  return handlers<WorkflowExecutionsRestMethods>({
    [`${service}.ExportData`]: ({ name = "" }) => exportData(context, name),
    [`${service}.DeleteExecutionHistory`]: ({ name = "" }) => deleteHistory(context, name),
    [`${service}.TriggerPubsubExecution`]: (request) => trigger(context, request),
  });
}

function create(context: Context, parent: string, sent: Execution): Execution {
  const { cloud, workflows, runner, ids } = context;
  const workflow = workflows.get(parent);
  const name = `${parent}/executions/${toUuid(ids.coming(parent))}`;
  runner.beginNext(name);
  const made = newExecution(cloud, runner.backlog, { workflow, sent, name });
  ids.draw(parent);
  const record = runner.start(made);
  return toExecution(cloud, record, "FULL");
}

/** A message starts an execution as somebody who sends it as the argument would. */
function trigger(context: Context, request: TriggerPubsubExecutionRequest): Execution {
  return create(context, request.workflow ?? "", { argument: toPubsubEvent(request) });
}

function find({ records }: Context, name: string): ExecutionRecord {
  const record = records.get(name);
  if (!record) throw notFound(name);
  return record;
}

function get(context: Context, { name = "", view }: GetExecutionRequest): Execution {
  const record = context.runner.observe(find(context, name));
  return toExecution(context.cloud, record, view === "BASIC" ? "BASIC" : "FULL");
}

function list({ cloud, records, runner, workflows }: Context, request: ListExecutionsRequest): ListExecutionsResponse {
  const { parent = "", view } = request;
  const page = pageOfExecutions({ records, order: runner.order, observe: (record) => runner.observe(record) }, request);
  // What is malformed is refused of any workflow. A dash stands for all workflows of the location.
  if (!parent.endsWith("/-")) workflows.get(parent);
  const shown = view === "FULL" ? "FULL" : "BASIC";
  return {
    executions: page.items.map((record) => toExecution(cloud, record, shown)),
    nextPageToken: page.nextPageToken,
  };
}

function cancel(context: Context, name: string): Execution {
  const record = find(context, name);
  if (!isUnfinished(record)) {
    const message = `execution '${name}' is not active: it is ${record.state}`;
    throw new ApiError({ code: "FAILED_PRECONDITION", message });
  }
  context.runner.cancel(name);
  return toExecution(context.cloud, find(context, name), "FULL");
}

function listCallbacks(
  context: Context,
  { parent = "", pageSize, pageToken }: ListCallbacksRequest,
): ListCallbacksResponse {
  find(context, parent);
  const limits = { usual: 100, most: 100 };
  const page = paginate(context.runner.callbacks.list(parent), {
    ...{ key: ({ name = "" }) => name, size: pageSize, token: pageToken, limits },
  });
  return { callbacks: page.items, nextPageToken: page.nextPageToken };
}

function entriesOf(context: Context, execution: string): EntriesContext {
  const { executionHistoryLevel } = find(context, execution);
  const isDetailed = executionHistoryLevel === "EXECUTION_HISTORY_DETAILED";
  return { cloud: context.cloud, execution, steps: context.runner.steps(execution), isDetailed };
}

/** What is stored besides what the other methods show: the workflow's variables, and how much it has done. */
function exportData(context: Context, name: string): ExportDataResponse {
  const { variables, ...record } = find(context, name);
  const { serviceAccount } = context.workflows.getRevisionOf(record);
  const steps = context.runner.steps(name).length;
  const execution = toExecution(context.cloud, record, "FULL");
  return { data: JSON.stringify({ execution, serviceAccount, userEnvVars: variables, stepEntries: steps }) };
}

function deleteHistory(context: Context, name: string): Record<string, never> {
  if (isUnfinished(find(context, name))) {
    throw new ApiError({ code: "FAILED_PRECONDITION", message: `execution '${name}' has not ended` });
  }
  context.runner.forgetSteps(name);
  return {};
}
