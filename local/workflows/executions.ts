import { type Api, type Call, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import type {
  CreateExecutionRequest,
  Execution,
  GetExecutionRequest,
  ListExecutionsRequest,
  ListExecutionsResponse,
  WorkflowExecutionsMethods,
} from "../model/generated/workflow-executions.ts";
import type { Random } from "../random.ts";
import type { Collection } from "../store.ts";
import { drawUuid } from "./api/execution-host.ts";
import { pageOfExecutions } from "./api/execution-list.ts";
import { answerExecutionPart } from "./api/execution-parts.ts";
import { type ExecutionRecord, toExecution } from "./api/execution-record.ts";
import { invalid, notFound } from "./api/names.ts";
import { executionPermissions } from "./api/permissions.ts";
import { createRunner, type Runner } from "./api/runner.ts";
import { checkLabels } from "./api/workflow-rules.ts";
import { openWorkflowStore, type WorkflowStore } from "./api/workflow-store.ts";
import { WorkflowError } from "./fault.ts";
import { parseJson } from "./value/json.ts";

/** Largest argument, in bytes. */
const maxArgumentBytes = 32 * 1024;

interface Context {
  readonly cloud: Cloud;
  readonly workflows: WorkflowStore;
  readonly records: Collection<ExecutionRecord>;
  readonly runner: Runner;
  readonly ids: Random;
}

/**
 * Workflow Executions: runs of workflows, their history, and the callbacks they wait for.
 *
 * @see https://cloud.google.com/workflows/docs/reference/executions/rest
 */
export function createWorkflowExecutions(cloud: Cloud): Api {
  const records = cloud.store.collection<ExecutionRecord>("workflows.executions");
  const runner = createRunner(cloud, records);
  const workflows = openWorkflowStore(cloud);
  const context: Context = { cloud, workflows, records, runner, ids: cloud.random.fork("workflows.executionIds") };
  return {
    host: "workflowexecutions.googleapis.com",
    permissions: executionPermissions,
    methods: handlers<WorkflowExecutionsMethods>({
      "google.cloud.workflows.executions.v1.Executions.CreateExecution": (request) => create(context, request),
      "google.cloud.workflows.executions.v1.Executions.GetExecution": (request) => get(context, request),
      "google.cloud.workflows.executions.v1.Executions.ListExecutions": (request) => list(context, request),
      "google.cloud.workflows.executions.v1.Executions.CancelExecution": ({ name = "" }) => cancel(context, name),
    }),
    raw: (request: HttpRequest, call: Call): Promise<HttpResponse | undefined> =>
      answerExecutionPart({ cloud, runner, find: (name) => find(context, name) }, request, call),
    stop: () => runner.stop(),
  };
}

function create({ cloud, workflows, records, runner, ids }: Context, request: CreateExecutionRequest): Execution {
  const { parent = "", execution = {} } = request;
  const workflow = workflows.get(parent);
  if (execution.argument !== undefined) checkArgument(execution.argument);
  checkLabels(execution.labels ?? {});
  const record: ExecutionRecord = {
    name: `${parent}/executions/${drawUuid(ids)}`,
    startMs: cloud.clock.now(),
    startTime: cloud.clock.timestamp(),
    state: "ACTIVE",
    argument: execution.argument,
    workflowRevisionId: workflow.revisionId,
    callLogLevel: execution.callLogLevel ?? workflow.callLogLevel,
    labels: { ...workflow.labels, ...execution.labels },
  };
  records.put(record.name, record);
  runner.start(record, workflow);
  return toExecution(cloud, record, "FULL");
}

function checkArgument(argument: string): void {
  if (Buffer.byteLength(argument) > maxArgumentBytes) {
    throw invalid(`argument is larger than ${maxArgumentBytes} bytes`);
  }
  try {
    parseJson(argument);
  } catch (cause) {
    if (!(cause instanceof WorkflowError)) throw cause;
    throw new ApiError({ code: "INVALID_ARGUMENT", message: "argument is not a valid JSON string", cause });
  }
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
  // A dash stands for all workflows of the location.
  if (!parent.endsWith("/-")) workflows.get(parent);
  const prefix = parent.endsWith("/-") ? parent.slice(0, -1) : `${parent}/executions/`;
  const present = records.list(prefix).map(([, record]) => runner.observe(record));
  const page = pageOfExecutions(present, request);
  const shown = view === "FULL" ? "FULL" : "BASIC";
  return {
    executions: page.items.map((record) => toExecution(cloud, record, shown)),
    nextPageToken: page.nextPageToken,
  };
}

function cancel(context: Context, name: string): Execution {
  const record = find(context, name);
  if (record.state !== "ACTIVE") {
    const message = `execution '${name}' is not active: it is ${record.state}`;
    throw new ApiError({ code: "FAILED_PRECONDITION", message });
  }
  context.runner.cancel(name);
  return toExecution(context.cloud, find(context, name), "FULL");
}
