import { toTimestamp } from "../../clock.ts";
import type { Cloud } from "../../cloud.ts";
import { ApiError } from "../../error.ts";
import type { Execution } from "../../model/generated/workflow-executions.ts";
import type { Workflow } from "../../model/generated/workflows.ts";
import { WorkflowError } from "../fault.ts";
import { parseJson } from "../value/json.ts";
import type { Backlog } from "./backlog.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { invalid, parseName } from "./names.ts";
import { checkLabels } from "./workflow-rules.ts";

/** Largest argument, in bytes. */
const maxArgumentBytes = 32 * 1024;

/** What a new execution is made of. */
interface NewExecution {
  readonly workflow: Workflow;
  readonly sent: Execution;
  /** Full name. */
  readonly name: string;
}

/**
 * Makes the record of a new execution of a workflow's present revision. What the execution leaves open, the workflow
 * decides.
 *
 * @throws ApiError INVALID_ARGUMENT; RESOURCE_EXHAUSTED when it may neither begin nor wait
 */
export function newExecution(
  { clock }: Cloud,
  backlog: Backlog,
  { workflow, sent, name }: NewExecution,
): ExecutionRecord {
  if (sent.argument !== undefined) checkArgument(sent.argument);
  checkLabels(sent.labels ?? {});
  const labels = { ...workflow.labels, ...sent.labels };
  checkLabels(labels);
  const createMs = clock.now();
  return {
    name,
    createMs,
    createTime: toTimestamp(createMs),
    state: admit(backlog, name, sent),
    argument: sent.argument,
    workflowRevisionId: workflow.revisionId,
    callLogLevel: specified(sent.callLogLevel) ?? specified(workflow.callLogLevel),
    executionHistoryLevel: specified(sent.executionHistoryLevel) ?? specified(workflow.executionHistoryLevel),
    disableConcurrencyQuotaOverflowBuffering: sent.disableConcurrencyQuotaOverflowBuffering,
    labels,
    variables: workflow.userEnvVars,
  };
}

function specified<Level extends string>(level: Level | undefined): Level | undefined {
  return level?.endsWith("_UNSPECIFIED") ? undefined : level;
}

function admit(backlog: Backlog, name: string, sent: Execution): "ACTIVE" | "QUEUED" {
  if (backlog.hasRoom(name)) return "ACTIVE";
  if (!sent.disableConcurrencyQuotaOverflowBuffering && backlog.mayWait(name)) return "QUEUED";
  const { project, location } = parseName(name);
  throw new ApiError({
    code: "RESOURCE_EXHAUSTED",
    message: `Quota exceeded for concurrent executions of project '${project}' in location '${location}'.`,
  });
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
