import type { FailureView, RunView } from "../../functions/api.ts";
import { commandLine } from "./command-line.ts";
import { usd } from "./effects.ts";
import type { OutcomeContext } from "./outcome.ts";
import { renderHolder } from "./standing.ts";

/** Why a run failed, what is kept and what that costs, and the command that goes forward. */
export function renderFailed(run: RunView, context: OutcomeContext): string[] {
  return [...run.failures.flatMap(renderFailure), ...renderKept(run, context), ...wayForward(run, context)];
}

/** What an unfinished run leaves standing, or has removed, and what is billed meanwhile. */
export function renderKept(run: RunView, context: OutcomeContext): string[] {
  const done = run.steps.filter((step) => step.state === "done").map((step) => step.name);
  switch (run.action) {
    case "up":
      return [`${standingOf(run, done)}.`, ...costs(run, context)];
    case "rebuild":
      return [`What serves: ${servingAfter(run, done)}.`, ...costs(run, context)];
    case "down":
      return [...(done.length > 0 ? [`Removed already: ${done.join(", ")}.`] : []), ...renderSpared(run)];
    default:
      return [];
  }
}

/** What a removal found under our names and left alone, for it is somebody else's, and what stays at Google's for good. */
export function renderSpared({ left = [], degraded = [] }: Pick<RunView, "left" | "degraded">): string[] {
  return [
    ...(left.length > 0
      ? ["Left alone, for it is not the environment's own:", ...left.map((says) => `  ${says}`)]
      : []),
    ...(degraded.length > 0 ? ["Stays at Google's for good:", ...degraded.map((says) => `  ${says}`)] : []),
  ];
}

/** The record of a cancelled run has no steps, for its execution could not tell of them any more. */
function standingOf({ state }: RunView, done: readonly string[]): string {
  if (done.length > 0) return `Kept as they are: ${done.join(", ")}`;
  return state === "cancelled" ? "What it had made is kept" : "Nothing was made";
}

function servingAfter({ state }: RunView, done: readonly string[]): string {
  if (done.includes("traffic")) return "the new revision";
  const unless = state === "cancelled" ? ", unless the run had switched already" : ", untouched";
  return `what served before${unless}`;
}

function renderFailure({ step, code, message, evidence = [], holder }: FailureView): string[] {
  return [
    `Step ${step} failed: ${code}: ${message}`,
    ...(holder ? renderHolder(holder) : []),
    ...evidence.map((line) => `    ${line}`),
  ];
}

/** Old and new database stand beside each other while a rebuild of the database lies unfinished. */
function costs(run: RunView, { accepted }: OutcomeContext): string[] {
  const isBilled =
    run.action === "rebuild" || run.steps.some(({ name, state }) => name === "instance" && state === "done");
  const { before = 0, after = accepted?.costPerDay?.amount ?? 0 } = run.plan?.effects.costPerDay ?? {};
  const isBeside = run.action === "rebuild" && (run.level === "database" || run.level === "all");
  const perDay = isBeside ? before + after : Math.max(before, after);
  if (!isBilled || perDay === 0) return [];
  return [`Meanwhile that costs at most ${usd(perDay / 24)} USD per hour (${usd(perDay)} USD per day).`];
}

function wayForward(run: RunView, { place }: OutcomeContext): string[] {
  const { action, environment } = run;
  const resume = commandLine(place, "resume", run.run);
  const look = commandLine(place, "status", environment);
  switch (run.failures.find(({ step }) => step === "workflow")?.reason) {
    case "STALE_PLAN":
      return ["Nothing was changed. Make the plan anew with `alloyrun plan`, and carry out that one."];
    case "PROTECTED":
      return ["Nothing was changed. If it is to be done, send the spec with policy.protect: false first."];
    case "GONE":
      return ["Nothing was changed. `alloyrun up` with its file makes it anew."];
    case "BUSY":
      return ["Nothing was changed. See who holds it, then go on:", `  ${look}`, `  ${resume}`];
    case "FROZEN":
      return [
        "End the freeze, or wait for its end; then go on:",
        `  ${commandLine(place, "unfreeze", environment)}`,
        `  ${resume}`,
      ];
  }
  if (action === "check") return ["When the cause is removed, run `alloyrun deploy` again."];
  if (action === "sweep") return [`When the cause is removed, go on: ${commandLine(place, "sweep")}`];
  if (action === "plan") return ["Nothing was changed. When the cause is removed, plan again."];
  return ["When the cause is removed, go on from there; nothing is made twice:", `  ${resume}`];
}
