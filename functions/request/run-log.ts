import type { LoggingClient, LogQuery } from "../../google/clients/logging.ts";
import type { Change } from "../../plan/change.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import { idOf } from "../../spec/names.ts";
import type { StepFailure, StoredRequest } from "../entry/stored.ts";

/** A line that the workflow writes when a step changes state. */
export interface StepLine {
  readonly step: StepName;
  readonly state: "started" | "waiting" | "held" | "done" | "failed";
  /** Seconds since the epoch. */
  readonly at: number;
  readonly detail: {
    readonly reason?: string;
    readonly operations?: readonly { readonly name: string }[];
    readonly changes?: readonly Change[];
    readonly code?: string;
    readonly message?: string;
    readonly details?: StepFailure["details"];
  };
}

/** A line of the workflow's log about the run itself. */
export interface RunLine {
  readonly state: string;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly detail: { readonly approval?: string; readonly ahead?: number; readonly changesHash?: string };
}

/** What the workflow has told of a run, in the order in which it happened. */
export interface RunLog {
  readonly steps: readonly StepLine[];
  readonly run: readonly RunLine[];
}

/** Far more lines than a run writes: each step is asked 240 times at most, and each part of an older plan a few times. */
const mostLines = 20_000;

/** Reads what the execution that works for a request has told; executions before it told of another attempt. */
export async function readRunLog(
  logging: Pick<LoggingClient, "list">,
  project: string,
  request: Pick<StoredRequest, "run" | "execution">,
): Promise<RunLog> {
  const entries = await logging.list(queryOf(project, request));
  return {
    steps: entries.flatMap(({ jsonPayload }) => toStepLine(jsonPayload)).sort(inTime),
    run: entries.flatMap(({ jsonPayload }) => toRunLine(jsonPayload)).sort(inTime),
  };
}

/** @see https://cloud.google.com/workflows/docs/log-workflow */
function queryOf(project: string, { run, execution }: Pick<StoredRequest, "run" | "execution">): LogQuery {
  const about = `(jsonPayload.alloyrun="step" OR jsonPayload.alloyrun="run") AND jsonPayload.run="${run}"`;
  const id = execution && idOf(execution);
  const filter = id ? `${about} AND labels."workflows.googleapis.com/execution_id"="${id}"` : about;
  return { project, filter, limit: mostLines };
}

/** What the approvers were asked last, and the hash of the changes that were planned last. */
export function decisionIn({ run }: RunLog): RunLine["detail"] {
  const last = (key: "approval" | "changesHash") =>
    run.findLast(({ detail }) => detail[key] !== undefined)?.detail[key];
  return { approval: last("approval"), changesHash: last("changesHash") };
}

function inTime(one: { readonly at: number }, other: { readonly at: number }): number {
  return one.at - other.at;
}

const states: ReadonlySet<unknown> = new Set(["started", "waiting", "held", "done", "failed"]);
const names: ReadonlySet<unknown> = new Set(stepNames);

function toStepLine(payload: Readonly<Record<string, unknown>> | undefined): readonly StepLine[] {
  const { step, state, at } = payload ?? {};
  if (!names.has(step) || !states.has(state) || typeof at !== "number") return [];
  const line = payload as object as StepLine;
  return [{ ...line, detail: line.detail ?? {} }];
}

function toRunLine(payload: Readonly<Record<string, unknown>> | undefined): readonly RunLine[] {
  const { alloyrun, state, at, detail } = payload ?? {};
  if (alloyrun !== "run" || typeof state !== "string" || typeof at !== "number") return [];
  return [{ state, at, detail: (detail ?? {}) as object as RunLine["detail"] }];
}
