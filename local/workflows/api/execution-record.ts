import { toTimestamp } from "../../clock.ts";
import type { Cloud } from "../../cloud.ts";
import type { Execution, Execution_Error } from "../../model/generated/workflow-executions.ts";
import type { ExecutionError, Outcome } from "../execute/outcome.ts";
import { withProjectNumber } from "./names.ts";

/** An execution as it is kept: under the project's id, with exact times in milliseconds. */
export interface ExecutionRecord extends Execution {
  readonly name: string;
  readonly createMs: number;
  /** Absent while it waits in the backlog. */
  readonly startMs?: number;
  /** When its first step begins: there is a moment before it. */
  readonly firstStepMs?: number;
  readonly endMs?: number;
  /** The workflow's own environment variables when it was created. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Name of the collection that holds executions by name. */
export const executionCollection = "workflows.executions";

/** Whether the execution has not ended yet. */
export function isUnfinished({ state }: ExecutionRecord): boolean {
  return state === "ACTIVE" || state === "QUEUED";
}

/** What a record gets when the execution leaves the backlog, or never was in it. */
export function toStart(startMs: number, latencyMs: number): Partial<ExecutionRecord> {
  return { state: "ACTIVE", startMs, startTime: toTimestamp(startMs), firstStepMs: startMs + latencyMs };
}

/** What an ended execution's record gets besides. */
export function toEnd(outcome: Outcome, { startMs }: ExecutionRecord, endMs: number): Partial<ExecutionRecord> {
  const duration = startMs === undefined ? undefined : `${((endMs - startMs) / 1000).toFixed(6)}s`;
  const times = { endMs, endTime: toTimestamp(endMs), duration };
  switch (outcome.state) {
    case "SUCCEEDED":
      return { ...times, state: "SUCCEEDED", result: outcome.result };
    case "FAILED":
      return { ...times, state: "FAILED", error: toError(outcome.error) };
    case "CANCELLED":
      return {
        ...times,
        state: "CANCELLED",
        error: { payload: '"Execution cancelled"', context: "Execution was cancelled" },
      };
  }
}

function toError({ payload, context, trace }: ExecutionError): Execution_Error {
  const elements = trace.map(({ step, routine, position: { line, column } }) => ({
    step,
    routine,
    position: { line: String(line), column: String(column) },
  }));
  return { payload, context, stackTrace: { elements } };
}

/** The execution as the API shows it. */
export function toExecution(cloud: Cloud, record: ExecutionRecord, view: "BASIC" | "FULL"): Execution {
  const { createMs: _, startMs: __, firstStepMs: ___, endMs: ____, variables: _____, ...execution } = record;
  const name = withProjectNumber(cloud, record.name);
  if (view === "FULL") return { ...execution, name };
  const { startTime, endTime, duration, state, workflowRevisionId } = execution;
  return { name, startTime, endTime, duration, state, workflowRevisionId };
}
