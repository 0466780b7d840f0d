import type { LoggingClient, LogQuery } from "../../google/clients/logging.ts";
import { type Json, toObject } from "../../google/json.ts";
import type { Change } from "../../plan/change.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import type { FailureView, StepView } from "../api.ts";
import type { RunRecord, StepFailure, StoredLock, StoredStep } from "../entry/stored.ts";
import { toHolder } from "./busy.ts";

/** What is known of a step beside what the plan says. */
type Progress = Omit<StepView, "name" | "title" | "expectedSeconds">;

/** A line that the workflow writes when a step changes state. */
interface ProgressLine {
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
  readonly detail: { readonly approval?: string; readonly ahead?: number };
}

/** Where the workflow's lines about a run are. */
export function progressQuery(project: string, run: string): LogQuery {
  const filter = `(jsonPayload.alloyrun="step" OR jsonPayload.alloyrun="run") AND jsonPayload.run="${run}"`;
  return { project, filter, limit: 1000 };
}

/** The steps of a run that is under way, from the workflow's log. */
export async function progressFromLog(
  logging: LoggingClient,
  query: LogQuery,
): Promise<{
  readonly steps: ReadonlyMap<StepName, Progress>;
  readonly failures: readonly FailureView[];
  /** How the run itself stands, as it said last: `queued`, `awaiting-approval` …; absent when it only worked. */
  readonly standing?: RunLine;
  /** Id of the approval that it asked for last. */
  readonly approval?: string;
}> {
  const entries = await logging.list(query);
  const lines = entries.flatMap(({ jsonPayload }) => toProgressLine(jsonPayload));
  lines.sort((a, b) => a.at - b.at);
  const steps = new Map<StepName, Progress>();
  for (const line of lines) steps.set(line.step, advance(steps.get(line.step), line));
  const failed = lines.filter(({ state }) => state === "failed");
  const told = entries.flatMap(({ jsonPayload }) => toRunLine(jsonPayload)).sort((a, b) => a.at - b.at);
  const approval = told.findLast(({ detail }) => detail.approval !== undefined)?.detail.approval;
  return {
    steps,
    failures: failed.map(({ step, detail }) => toFailure(step, detail)),
    standing: told.at(-1),
    approval,
  };
}

/** The steps of a run that has ended, from its record. */
export function progressFromRecord({ reports, result }: RunRecord): ReadonlyMap<StepName, Progress> {
  const steps = new Map<StepName, Progress>();
  for (const name of stepNames) {
    const report = reports[name];
    if (report) {
      const { state, reason, changes, operations, startedAt, endedAt } = report;
      const times = { startedAt: toTime(startedAt), endedAt: toTime(endedAt) };
      steps.set(name, { state, reason, operation: operations?.at(-1)?.name, changes: changed(changes), ...times });
    }
    if (result.failures[name]) steps.set(name, { ...steps.get(name), state: "failed" });
  }
  return steps;
}

/** Joins the plan's steps with what is known of them; a step of which nothing is known waits. */
export function toStepViews(
  planned: readonly StoredStep[],
  progress: ReadonlyMap<StepName, Progress>,
): readonly StepView[] {
  return planned.map(({ name, title, expectedSeconds }) => {
    const known = progress.get(name) ?? { state: "waiting" };
    return { name, title, expectedSeconds, ...known };
  });
}

/** A step's failure as people read it, with what supports it. */
export function toFailure(step: FailureView["step"], { code, message, details }: StepFailure): FailureView {
  const evidence = details?.flatMap(({ stackEntries }) =>
    Array.isArray(stackEntries) ? stackEntries.map(String) : [],
  );
  const text = message ?? "the workflow gave no message";
  const reason = details?.map((detail) => detail.reason).find((word) => typeof word === "string");
  const holder = details
    ?.map((detail) => toObject(detail.holder as Json | undefined))
    .find((found) => found !== undefined);
  return {
    ...{ step, code: String(code ?? "UNKNOWN"), message: text },
    ...(reason !== undefined && { reason }),
    ...(holder && { holder: toHolder(holder as object as StoredLock) }),
    ...(evidence?.length && { evidence }),
  };
}

/** RFC 3339 of seconds since the epoch. */
function toTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function advance(before: Progress | undefined, { state, at, detail }: ProgressLine): Progress {
  const startedAt = before?.startedAt ?? toTime(at);
  // A removal asks every step once more for its inventory, which does not undo what was changed before.
  // Only the last line of an ask tells its changes as a whole.
  const told = state === "done" ? changed(detail.changes) : [];
  const changes = [...(before?.changes ?? []), ...told];
  switch (state) {
    case "started":
      return { state: "running", startedAt, changes };
    case "waiting":
      return {
        state: "running",
        startedAt,
        changes,
        reason: detail.reason,
        operation: detail.operations?.at(-1)?.name,
      };
    case "held":
      return { state: "held", startedAt, changes, endedAt: toTime(at), reason: detail.reason };
    case "failed":
      return { state: "failed", startedAt, changes, endedAt: toTime(at), reason: detail.message };
    case "done":
      return { state: "done", startedAt, changes, endedAt: toTime(at) };
  }
}

function changed(changes: readonly Change[] | undefined): readonly Change[] {
  return (changes ?? []).filter(({ action }) => action !== "none");
}

const states: ReadonlySet<unknown> = new Set(["started", "waiting", "held", "done", "failed"]);
const names: ReadonlySet<unknown> = new Set(stepNames);

function toProgressLine(payload: Readonly<Record<string, unknown>> | undefined): readonly ProgressLine[] {
  const { step, state, at } = payload ?? {};
  if (!names.has(step) || !states.has(state) || typeof at !== "number") return [];
  const line = payload as object as ProgressLine;
  return [{ ...line, detail: line.detail ?? {} }];
}

function toRunLine(payload: Readonly<Record<string, unknown>> | undefined): readonly RunLine[] {
  const { alloyrun, state, at, detail } = payload ?? {};
  if (alloyrun !== "run" || typeof state !== "string" || typeof at !== "number") return [];
  return [{ state, at, detail: (detail ?? {}) as object as RunLine["detail"] }];
}
