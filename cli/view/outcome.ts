import type { FailureView, RequestAccepted, RunView } from "../../functions/api.ts";
import { formatDuration, secondsBetween } from "./duration.ts";

/** What a run came to, for people: what answers now, or what failed, what was kept and the command that goes forward. */
export function renderOutcome(
  run: RunView,
  accepted: Pick<RequestAccepted, "costPerDay" | "expectedSeconds">,
): string[] {
  if (run.state === "failed") return [...run.failures.flatMap(renderFailure), ...renderKept(run, accepted)];
  if (run.state === "cancelled") return [`The run ${run.run} was cancelled; what it had made is kept.`];
  if (run.action === "down" || run.action === "sweep") return renderRemoval(run);
  if (run.action === "check") return ["Checked: every step has its permissions."];
  return [...renderReady(run), ...renderTime(run, accepted)];
}

function renderReady({ url, excerpt, environment }: RunView): string[] {
  const answer = excerpt ? [`  ${excerpt.trimEnd().split("\n").join("\n  ")}`] : [];
  return [`${environment} is ready: ${url ?? "(no URL)"}`, ...answer];
}

function renderTime(
  run: RunView,
  { costPerDay, expectedSeconds }: Pick<RequestAccepted, "costPerDay" | "expectedSeconds">,
): string[] {
  const took = run.startedAt && run.endedAt ? secondsBetween(run.startedAt, run.endedAt) : expectedSeconds;
  const changed = run.steps.some((step) => step.changes?.some((change) => change.action !== "none"));
  const lines = changed ? [] : ["Nothing had to be changed."];
  lines.push(
    `On Google Cloud: ${formatDuration(took)} for this run${costPerDay ? `, ${renderCost(costPerDay)}` : ""}.`,
  );
  return lines;
}

function renderCost({ amount, pricesOf }: NonNullable<RequestAccepted["costPerDay"]>): string {
  return `then ${amount.toFixed(2)} USD per day (list prices of ${pricesOf})`;
}

function renderFailure({ step, code, message, evidence = [] }: FailureView): string[] {
  return [`Step ${step} failed: ${code}: ${message}`, ...evidence.map((line) => `    ${line}`)];
}

function renderKept(run: RunView, { costPerDay }: Pick<RequestAccepted, "costPerDay">): string[] {
  const done = run.steps.filter((step) => step.state === "done").map((step) => step.name);
  const cost = costPerDay && done.includes("instance") ? `; at most ${costPerDay.amount.toFixed(2)} USD per day` : "";
  const standing = run.action === "up" ? [`${standingOf(done)}${cost}.`] : [];
  const removed = run.action === "down" && done.length > 0 ? [`Removed already: ${done.join(", ")}.`] : [];
  return [
    ...standing,
    ...removed,
    `When the cause is removed, run ${wayForward(run)}: it goes on from there and makes nothing twice.`,
  ];
}

function standingOf(done: readonly string[]): string {
  return done.length > 0 ? `Kept as they are: ${done.join(", ")}` : "Nothing was made";
}

function wayForward({ action, environment }: RunView): string {
  if (action === "up") return "`alloyrun up` with the same file";
  if (action === "check") return "`alloyrun deploy`";
  return action === "sweep" ? "`alloyrun sweep`" : `\`alloyrun down ${environment}\``;
}

function renderRemoval({ action, environment, remaining }: RunView): string[] {
  const subject = action === "sweep" ? "Sweep" : environment;
  if (remaining.length > 0) {
    return [
      `${subject}: nothing that is billed is left. Google still holds:`,
      ...remaining.map(({ step, reason }) => `  ${step}: ${reason}`),
      "Finish later with `alloyrun sweep`.",
    ];
  }
  if (action === "sweep") return ["Sweep: nothing is left to remove."];
  return [`${environment} is gone: every step found nothing of its own left.`];
}
