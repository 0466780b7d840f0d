import type { ApprovalView, FreezeView, HolderView, RunView } from "../../functions/api.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { formatDuration, secondsBetween } from "./duration.ts";
import { renderEffects } from "./effects.ts";
import { plainText } from "./plain.ts";
import { countChanges } from "./plan.ts";
import { formatEnd, formatTime } from "./time.ts";
import { renderWay } from "./way.ts";

/** What a run waits for before its steps begin, its turn or somebody's approval; what it is to do, while it works. */
export function renderStanding(run: RunView, place: Place): string[] {
  if (run.state === "queued") return renderQueue(run, place);
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

/** Who keeps an environment as it is, until when and why, and what ends that. */
export function renderFreeze(
  { until, by, reason }: FreezeView,
  { environment, place, now }: { readonly environment: string; readonly place: Place; readonly now?: string },
): string[] {
  return [
    `  frozen until ${formatEnd(until, now)} by ${by}`,
    `    because: ${plainText(reason)}`,
    ...renderWay("end it", commandLine(place, "unfreeze", environment), "    "),
  ];
}

function renderQueue({ environment, queue, readAt }: RunView, place: Place): string[] {
  const { ahead = 0, holder, freeze } = queue ?? {};
  if (freeze) {
    return [
      `Waits for the end of a freeze of ${environment}.`,
      ...renderFreeze(freeze, { environment, place, now: readAt }),
    ];
  }
  if (!holder && ahead === 0) return ["Waits to begin."];
  const others = ahead > 0 ? `; ${ahead} wait${ahead === 1 ? "s" : ""} in front` : "";
  return [`Waits for its turn on ${environment}${others}.`, ...(holder ? renderHolder(holder, readAt) : [])];
}

/** Nothing to change needs no effects. */
function renderTask(plan: NonNullable<RunView["plan"]>): string[] {
  const { changes } = plan;
  const task = `What is to be done: ${countChanges(changes)}`;
  return changes.length === 0 ? [task] : [task, ...renderEffects(plan).map((line) => `  ${line}`)];
}

/** Those whom the policy names; where it names none, whoever may use the installation decides. */
function deciding(plan: RunView["plan"]): string {
  const { approvers = [] } = plan?.deciders ?? {};
  return approvers.length === 0 ? "Anybody who may decide" : approvers.join(" or ");
}

function renderApproval({ plan, readAt, run }: RunView, approval: ApprovalView, place: Place): string[] {
  return [
    `Awaits approval until ${formatEnd(approval.expiresAt, readAt)}, because`,
    ...approval.reasons.map((reason) => `  ${plainText(reason)}`),
    ...(plan ? renderTask(plan) : []),
    `${deciding(plan)}, but not who asked, says one of:`,
    `  ${commandLine(place, "approve", run)}`,
    `  ${commandLine(place, "reject", run, "--reason", '"…"')}`,
  ];
}
