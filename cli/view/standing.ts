import type { ApprovalView, HolderView, RunView } from "../../functions/api.ts";
import type { Place } from "../installation.ts";
import { commandLine } from "./command-line.ts";
import { formatDuration, secondsBetween } from "./duration.ts";
import { renderEffects } from "./effects.ts";
import { countChanges } from "./plan.ts";
import { formatEnd, formatTime } from "./time.ts";

/** What a run waits for before its steps begin, its turn or somebody's approval; what it is to do, while it works. */
export function renderStanding(run: RunView, place: Place): string[] {
  if (run.state === "queued") return renderQueue(run);
  if (run.state === "running" && run.plan) return renderTask(run.plan);
  if (run.state === "awaiting-approval" && run.approval) return renderApproval(run, run.approval, place);
  return [];
}

/** Who holds an environment, why, since when and how long that takes. */
export function renderHolder({ run, why, requestedBy, since, expectedSeconds }: HolderView, now?: string): string[] {
  const elapsed = now === undefined ? undefined : Math.max(0, secondsBetween(since, now));
  const times = [
    `since ${formatTime(since)}`,
    ...(elapsed === undefined ? [] : [`${formatDuration(elapsed)} so far`]),
    ...(expectedSeconds ? [`expected to take ${formatDuration(expectedSeconds)}`] : []),
  ];
  return [`  held by ${run}: ${why}, asked by ${requestedBy}`, `  ${times.join(", ")}`];
}

function renderQueue({ environment, queue, readAt }: RunView): string[] {
  const { ahead = 0, holder } = queue ?? {};
  if (!holder && ahead === 0) return ["Waits to begin."];
  const others = ahead > 0 ? `; ${ahead} wait${ahead === 1 ? "s" : ""} in front` : "";
  return [`Waits for its turn on ${environment}${others}.`, ...(holder ? renderHolder(holder, readAt) : [])];
}

/** Nothing to change needs no effects. */
function renderTask({ changes, effects }: NonNullable<RunView["plan"]>): string[] {
  const task = `What is to be done: ${countChanges(changes)}`;
  return changes.length === 0 ? [task] : [task, ...renderEffects(effects).map((line) => `  ${line}`)];
}

function renderApproval({ plan, readAt, run }: RunView, approval: ApprovalView, place: Place): string[] {
  return [
    `Awaits approval until ${formatEnd(approval.expiresAt, readAt)}, because`,
    ...approval.reasons.map((reason) => `  ${reason}`),
    ...(plan ? renderTask(plan) : []),
    "Anybody who may decide, but not who asked, says one of:",
    `  ${commandLine(place, "approve", run)}`,
    `  ${commandLine(place, "reject", run, "--reason", '"…"')}`,
  ];
}
