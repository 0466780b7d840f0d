import type { RequestAccepted, RunView } from "../../functions/api.ts";
import { nameSource } from "../../plan/cost.ts";
import type { Digest } from "../../plan/digest.ts";
import { isBilledWhileHeld } from "../../plan/held.ts";
import type { UnfinishedRebuild } from "../../plan/unfinished.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { renderAnew } from "./anew.ts";
import { formatDuration, secondsBetween } from "./duration.ts";
import { usd } from "./effects.ts";
import { renderFailed, renderKept, renderSpared } from "./failure.ts";
import { plainText } from "./plain.ts";
import { formatEnd } from "./time.ts";
import { renderLeft, renderLeftBefore } from "./unfinished.ts";
import { renderWay } from "./way.ts";

/** What telling an outcome needs beside the run. */
export interface OutcomeContext {
  readonly place: Place;
  /** What the request function said when it accepted the run; unknown to those who only watch it. */
  readonly accepted?: Pick<RequestAccepted, "costPerDay" | "expectedSeconds">;
}

/** What a run came to, for people: what answers now, or what stopped it, what was kept and the command that goes forward. */
export function renderOutcome(run: RunView, context: OutcomeContext): string[] {
  if (run.state === "failed") return renderFailed(run, context);
  if (run.state === "rejected") return renderRejected(run, context);
  if (run.state === "cancelled") return renderCancelled(run, context);
  if (run.action === "down" || run.action === "sweep") return renderRemoval(run, context);
  if (run.action === "check") return ["Checked: every step has its permissions."];
  return [...renderReady(run), ...renderTime(run, context)];
}

function renderReady({ url, excerpt, environment, expiresAt, readAt }: RunView): string[] {
  const answer = excerpt ? [`  ${excerpt.trimEnd().split("\n").join("\n  ")}`] : [];
  const life = expiresAt ? [`It lives until ${formatEnd(expiresAt, readAt)}.`] : [];
  return [`${environment} is ready: ${url ?? "(no URL)"}`, ...answer, ...life];
}

function renderTime(run: RunView, { accepted }: OutcomeContext): string[] {
  // What is changed of the spec alone is no step's, and stands in what was planned.
  const changes = [...run.steps.flatMap((step) => step.changes ?? []), ...specChangesOf(run)];
  const changed = changes.some(({ action }) => action !== "none");
  const lines = changed ? [] : ["Nothing had to be changed."];
  // What was observed counts what older specs made and still stands, too.
  const cost = costOf(run) ?? accepted?.costPerDay;
  return [
    ...lines,
    `On Google Cloud: ${timeOf(run)}.`,
    ...(cost ? [`It costs ${usd(cost.amount)} USD per day (list prices of ${nameSource(cost)}).`] : []),
    ...(run.unfinished ? renderBeside(run.unfinished, run.plan) : []),
  ];
}

/** How long a run took; one that waited for its turn, or its approvers, before it began has worked for less. */
function timeOf({ startedAt, endedAt, expectedSeconds, usualMinutes, steps }: RunView): string {
  const usual = usualMinutes === undefined ? "" : ` (usually ${formatDuration(usualMinutes * 60)})`;
  if (!startedAt || !endedAt) return `${formatDuration(expectedSeconds)} for this run${usual}`;
  const took = secondsBetween(startedAt, endedAt);
  const [begun = startedAt] = steps.flatMap((step) => step.startedAt ?? []).sort();
  const worked = secondsBetween(begun, endedAt);
  if (took - worked < 60) return `${formatDuration(took)} for this run${usual}`;
  const whole = formatDuration(took);
  return `${formatDuration(worked)} for this run; with what it waited before it began, ${whole}${usual}`;
}

/** What is billed beside what was just told, or is counted in it. */
function renderBeside(unfinished: UnfinishedRebuild, plan: RunView["plan"]): string[] {
  const [what = "", way = ""] = renderLeft(unfinished);
  return [`${plan?.unfinished ? "Of that" : "Beside it"}: ${what}.`, `  ${way}.`];
}

function specChangesOf({ plan }: RunView): Digest["changes"] {
  return plan?.changes.filter(({ step }) => step === "spec") ?? [];
}

function costOf({ plan }: RunView): RequestAccepted["costPerDay"] {
  if (!plan) return undefined;
  const { before: _before, after: amount, ...source } = plan.effects.costPerDay;
  return { amount, ...source };
}

/** Nobody decided when there is no decision. */
function renderRejected(run: RunView, { place }: OutcomeContext): string[] {
  const { approval, unfinished } = run;
  const by = approval?.by === undefined ? "" : ` by ${approval.by}`;
  const said =
    approval?.state === "rejected"
      ? `Rejected${by}: ${plainText(approval.reason ?? "(no reason given)")}`
      : "Nobody approved it in time.";
  if (unfinished) return [said, "Nothing was changed this time.", ...renderLeftBefore(run, unfinished, place)];
  return [said, ...renderUnchanged(run), ...renderAnew(run, "When that is settled, ask again", place)];
}

/** Of a run that was to go on, what it has changed before stays as it is. */
function renderUnchanged({ hasBegun, plan }: RunView): string[] {
  if (!hasBegun) return ["Nothing was changed, and nothing new is billed."];
  const { before = 0 } = plan?.effects.costPerDay ?? {};
  return [
    "Nothing was changed this time. What it has changed before stays so.",
    ...(before > 0 ? [`What stands is billed: about ${usd(before)} USD a day.`] : []),
  ];
}

function renderCancelled(run: RunView, context: OutcomeContext): string[] {
  if (!run.hasBegun) {
    const again = commandLine(context.place, "resume", run.run);
    return [
      `The run ${run.run} was cancelled before it began; nothing was changed.`,
      ...renderWay("If it is to be done", again),
    ];
  }
  return [
    `The run ${run.run} was cancelled.`,
    ...renderKept(run, context),
    ...renderWay("Go on", commandLine(context.place, "resume", run.run)),
    ...(run.action === "down" ? [] : renderWay("Or take it down", commandLine(context.place, "down", run.environment))),
  ];
}

function renderRemoval(run: RunView, { place }: OutcomeContext): string[] {
  const { action, environment, remaining, frozen = [], skipped = [] } = run;
  const subject = action === "sweep" ? "Sweep" : environment;
  const others = skipped.length > 0 ? ["Not touched this time:", ...skipped.map((said) => `  ${said}`)] : [];
  const held = frozen.length > 0 ? [`${subject}: held by a freeze:`, ...frozen.map((said) => `  ${said}`)] : [];
  if (held.length > 0 && remaining.length === 0) return [...held, ...others];
  if (remaining.length > 0) {
    return [
      ...held,
      `${subject}: ${renderBilling(remaining)} Still held:`,
      ...remaining.map(({ step, reason }) => `  ${step}: ${reason}`),
      ...renderSpared(run),
      ...others,
      ...renderNextTry(run, commandLine(place, "sweep")),
    ];
  }
  if (skipped.length > 0) return others;
  if (action === "sweep") return ["Sweep: nothing is left to remove."];
  return [`${environment} is gone: every step found nothing of its own left.`, ...renderSpared(run)];
}

/** A run that ended like this has failed in nothing, but a database may be held as well. */
function renderBilling(remaining: RunView["remaining"]): string {
  const billed = [...new Set(remaining.map(({ step }) => step).filter(isBilledWhileHeld))];
  return billed.length === 0 ? "nothing that is billed is left." : `${billed.join(", ")} may STILL be billed.`;
}

function renderNextTry({ nextTryAt, readAt }: RunView, sweep: string): string[] {
  if (nextTryAt === undefined) return renderWay("Finish later", sweep);
  return [`It is tried again at ${formatEnd(nextTryAt, readAt)}.`, ...renderWay("Sooner", sweep)];
}
