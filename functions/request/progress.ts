import { type Json, toObject } from "../../google/json.ts";
import type { Change } from "../../plan/change.ts";
import type { PlannedChange } from "../../plan/digest.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { FailureView, StepView } from "../api.ts";
import type { RunRecord, StepFailure, StoredLock, StoredStep } from "../entry/stored.ts";
import { toHolder } from "./busy.ts";
import type { RunLog, StepLine } from "./run-log.ts";

/** What is known of a step beside what the plan says. */
type Progress = Omit<StepView, "name" | "title" | "expectedSeconds">;

/** The steps of a run that is under way, from the workflow's log. */
export function progressFromLog({ steps: lines }: Pick<RunLog, "steps">): {
  readonly steps: ReadonlyMap<StepName, Progress>;
  readonly failures: readonly FailureView[];
} {
  const steps = new Map<StepName, Progress>();
  for (const line of lines) steps.set(line.step, advance(steps.get(line.step), line));
  const failed = lines.filter(({ state }) => state === "failed");
  return { steps, failures: failed.map(({ step, detail }) => toFailure(step, detail)) };
}

/** The steps of a run that has ended, from its record. */
export function progressFromRecord({ reports, result }: RunRecord): ReadonlyMap<StepName, Progress> {
  const steps = new Map<StepName, Progress>();
  for (const name of stepNames) {
    const report = reports[name];
    if (report) {
      const { state, reason, changes, operations, startedAt, endedAt } = report;
      const times = { startedAt: toTimestamp(startedAt), endedAt: toTimestamp(endedAt) };
      steps.set(name, { state, reason, operation: operations?.at(-1)?.name, changes: changed(changes), ...times });
    }
    if (result.failures[name]) steps.set(name, { ...steps.get(name), state: "failed" });
  }
  return steps;
}

/**
 * Joins the plan's steps with what is known of them; a step of which nothing is known waits. One that is to change something
 * is expected to take as long as its longest change, as the plan says of the whole run; any other one as long as it may.
 */
export function toStepViews(
  planned: readonly StoredStep[],
  progress: ReadonlyMap<StepName, Progress>,
  changes: readonly PlannedChange[] = [],
): readonly StepView[] {
  return planned.map(({ name, title, expectedSeconds: usual, costPerDay }) => {
    const known = progress.get(name) ?? { state: "waiting" };
    const ofStep = changes.filter(({ step }) => step === name).map(({ effects }) => effects.expectedSeconds);
    const expectedSeconds = Math.max(0, ...ofStep) || usual;
    return { name, title, expectedSeconds, ...(costPerDay > 0 && { costPerDay }), ...known };
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

function advance(before: Progress | undefined, { state, at, detail }: StepLine): Progress {
  const startedAt = before?.startedAt ?? toTimestamp(at);
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
      return { state: "held", startedAt, changes, endedAt: toTimestamp(at), reason: detail.reason };
    case "failed":
      return { state: "failed", startedAt, changes, endedAt: toTimestamp(at), reason: detail.message };
    case "done":
      return { state: "done", startedAt, changes, endedAt: toTimestamp(at) };
  }
}

function changed(changes: readonly Change[] | undefined): readonly Change[] {
  return (changes ?? []).filter(({ action }) => action !== "none");
}
