import { toTimestamp } from "../../clock.ts";
import type { Cloud } from "../../cloud.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Execution_CallLogLevel } from "../../model/generated/workflow-executions.ts";
import type { LogEntry } from "../execute/host.ts";
import type { CallEnd, CallRecord, Observer } from "../execute/observer.ts";
import { toPayload } from "../execute/outcome.ts";
import { isMap, type Value } from "../value/value.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { parseName } from "./names.ts";

const typeUrl = (name: string) => `type.googleapis.com/google.cloud.workflows.type.${name}`;

/** Longest text of a call's argument or result that is logged. */
const maxText = 64 * 1024;

/** What one execution writes to Cloud Logging. */
export interface ExecutionLogs {
  /** An entry of `sys.log`. */
  custom(entry: LogEntry): void;
  /** That the execution has begun or ended, as its record says. */
  state(record: ExecutionRecord): void;
  /** Logs calls as the level demands; `undefined` when it demands none. */
  observer(level: Execution_CallLogLevel | undefined): Observer | undefined;
}

/**
 * Makes what logs for an execution.
 *
 * @see https://cloud.google.com/logging/docs/api/platform-logs#workflows
 */
export function createExecutionLogs(cloud: Cloud, { name, workflowRevisionId = "" }: ExecutionRecord): ExecutionLogs {
  const { project, location, workflow, execution } = parseName(name);
  const common = {
    project,
    resource: { type: "workflows.googleapis.com/Workflow", labels: { location, workflow_id: workflow } },
    labels: {
      "workflows.googleapis.com/execution_id": execution,
      "workflows.googleapis.com/revision_id": workflowRevisionId,
    },
  };
  const writeCall = (call: CallRecord, details: JsonObject) => {
    const { step, callee } = call;
    const activityTime = cloud.clock.timestamp();
    const json = { "@type": typeUrl("EngineCallLog"), executionId: execution, activityTime, step, callee, ...details };
    cloud.logs.write({ ...common, log: "workflows.googleapis.com/engine_call", severity: "DEBUG", json });
  };
  return {
    custom({ severity, data }) {
      const payload = isMap(data) ? { json: toJson(data) as JsonObject } : { text: toText(data) };
      cloud.logs.write({ ...common, log: "Workflows", severity, ...payload });
    },
    state(record) {
      const activityTime = cloud.clock.timestamp();
      const json = { "@type": typeUrl("ExecutionsSystemLog"), activityTime, ...describe(record) };
      const severity = record.state === "FAILED" ? "ERROR" : "INFO";
      cloud.logs.write({ ...common, log: "workflows.googleapis.com/executions_system", severity, json });
    },
    observer: (level) => observerFor(level, writeCall),
  };
}

type WriteCall = (call: CallRecord, details: JsonObject) => void;

function observerFor(level: Execution_CallLogLevel | undefined, write: WriteCall): Observer | undefined {
  if (level !== "LOG_ALL_CALLS" && level !== "LOG_ERRORS_ONLY") return undefined;
  const isVerbose = level === "LOG_ALL_CALLS";
  return {
    callBegan(call) {
      if (isVerbose) write(call, { state: "BEGUN", begun: { namedArgs: toNamedArgs(call) } });
    },
    callEnded(call, end) {
      const callStartTime = toTimestamp(call.startMs);
      if ("payload" in end) {
        const exceptionRaised = { callStartTime, exception: cut(end.message), origin: `${call.routine}.${call.step}` };
        write(call, { state: "EXCEPTION_RAISED", exceptionRaised });
      } else if (isVerbose) {
        write(call, { state: "SUCCEEDED", succeeded: { callStartTime, response: responseOf(end) } });
      }
    },
  };
}

function responseOf(end: Extract<CallEnd, { readonly result: Value }>): string {
  return cut(toPayload(end.result));
}

/** Arguments by name; those too large are cut, and credentials are never shown. */
function toNamedArgs({ args }: CallRecord): JsonObject {
  const shown = [...args].map(([name, value]): [string, Json] => {
    const text = toPayload(name === "headers" ? withoutCredentials(value) : value);
    return [name, text.length > maxText ? cut(text) : (JSON.parse(text) as Json)];
  });
  return Object.fromEntries(shown);
}

function withoutCredentials(headers: Value): Value {
  if (!isMap(headers)) return headers;
  return new Map([...headers].map(([name, value]) => [name, /^authorization$/i.test(name) ? "[REDACTED]" : value]));
}

function describe({ state, argument, result, error }: ExecutionRecord): JsonObject {
  switch (state) {
    case "SUCCEEDED":
      return { state, message: "Execution succeeded.", success: { result: cut(result ?? "") } };
    case "FAILED": {
      const [{ routine, step } = { routine: "main", step: "" }] = error?.stackTrace?.elements ?? [];
      const exception = (error?.context ?? "").slice(0, 1024);
      return { state, message: "Execution failed.", failure: { exception, source: `${routine}.${step}` } };
    }
    case "CANCELLED":
      return { state, message: "Execution cancelled." };
    default:
      return { state: "ACTIVE", message: "Execution started.", start: { argument: cut(argument ?? "") } };
  }
}

function toText(data: Value): string {
  return typeof data === "string" ? data : toPayload(data);
}

function toJson(data: Value): Json {
  return JSON.parse(toPayload(data)) as Json;
}

function cut(text: string): string {
  return text.length > maxText ? text.slice(0, maxText) : text;
}
