import type { FailureView, RunView, StepView } from "../../functions/api.ts";
import { commandLine } from "../../spec/command-line.ts";
import { isOvertaken, renderOvertaken } from "./anew.ts";
import { billedAfter, renderBilled } from "./billed.ts";
import { formatDuration } from "./duration.ts";
import type { OutcomeContext } from "./outcome.ts";
import { renderHolder } from "./standing.ts";
import { renderWay } from "./way.ts";

/** Why a run failed, what is kept and what that costs, and the command that goes forward. */
export function renderFailed(run: RunView, context: OutcomeContext): string[] {
  // What it was asked for says nothing of what another run has made since, nor of how that answers.
  if (isOvertaken(run)) return [...run.failures.flatMap(renderFailure), ...renderOvertaken(run, context.place)];
  return [
    ...run.failures.flatMap(renderFailure),
    ...moreEvidence(run, context),
    ...renderKept(run, context),
    ...wayForward(run, context),
    ...wayDown(run, context),
  ];
}

/** What an unfinished run leaves standing, or has removed, and what is billed meanwhile. */
export function renderKept(run: RunView, context: OutcomeContext): string[] {
  const [done, cut] = (["done", "cancelled"] as const).map((state) => namesOf(run, state));
  const underWay = cut ? [`Under way when it was cancelled: ${cut}. What Google had accepted goes on.`] : [];
  switch (run.action) {
    case "up":
      return [
        ...(done ? [`Kept as they are: ${done}.`] : cut ? [] : ["Nothing was made."]),
        ...underWay,
        ...renderBilled(run, context.accepted?.costPerDay?.amount),
      ];
    case "rebuild":
      return [
        `What serves: ${servingAfter(run)}.`,
        ...underWay,
        ...renderBilled(run, context.accepted?.costPerDay?.amount),
      ];
    case "down":
      return [...(done ? [`Removed already: ${done}.`] : []), ...underWay, ...renderBilled(run), ...renderSpared(run)];
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

/** Names of the steps that are in a state; empty when none is. */
function namesOf({ steps }: RunView, wanted: StepView["state"]): string {
  return steps.flatMap(({ name, state }) => (state === wanted ? [name] : [])).join(", ");
}

function servingAfter({ steps, outcome, usualMinutes }: RunView): string {
  const usual =
    usualMinutes === undefined ? "" : ` (such a rebuild usually takes ${formatDuration(usualMinutes * 60)})`;
  if (outcome === "broken") return `nothing that answers as it should${usual}`;
  if (outcome === "kept-unproven") return `what served before; it answers, but does not pass the smoke test${usual}`;
  if (outcome === "kept-old") return `what served before, and it answers${usual}`;
  const traffic = steps.find(({ name }) => name === "traffic")?.state;
  if (traffic === "done") return "the new revision";
  return `what served before${traffic === "cancelled" ? ", unless the run had switched already" : ", untouched"}`;
}

/** Lines of evidence that are shown, the last ones, for a log ends with what matters; and how much of each. */
const shownEvidence = 6;
const shownCharacters = 76;

function renderFailure({ step, code, message, evidence = [], holder }: FailureView): string[] {
  const said = evidence.flatMap((text) => text.split("\n")).slice(-shownEvidence);
  return [
    `Step ${step} failed: ${code}: ${message}`,
    ...(holder ? renderHolder(holder) : []),
    ...said.map((line) => `    ${cut(line)}`),
  ];
}

function cut(line: string): string {
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters - 1)}…` : line;
}

function moreEvidence({ run, environment, failures }: RunView, { place }: OutcomeContext): string[] {
  const lines = failures.flatMap(({ evidence = [] }) => evidence.flatMap((text) => text.split("\n")));
  const isWhole = failures.every(({ evidence = [] }) => evidence.length <= shownEvidence);
  if (environment === "" || (isWhole && lines.every((line) => line === cut(line)))) return [];
  return renderWay("All of it", commandLine(place, "audit", "evidence", run));
}

/** What a failed `up` leaves is billed until somebody takes it down. */
function wayDown(run: RunView, { place }: OutcomeContext): string[] {
  if (run.action !== "up" || billedAfter(run) === 0) return [];
  return renderWay("Or take it down", commandLine(place, "down", run.environment));
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
      return [
        ...(run.hasBegun ? [] : ["Nothing was changed."]),
        "If it is wanted after all, `alloyrun up` with its file makes it anew.",
        ...renderWay("If not, see whether anything of it is left", look),
      ];
    case "BUSY":
      return ["Nothing was changed. See who holds it, then go on:", `  ${look}`, `  ${resume}`];
    case "WAITED_TOO_LONG":
      return ["Nothing was changed. When nobody holds it, and no freeze does, go on:", `  ${look}`, `  ${resume}`];
    case "FROZEN":
      return [
        "End the freeze, or wait for its end; then go on:",
        `  ${commandLine(place, "unfreeze", environment)}`,
        `  ${resume}`,
      ];
  }
  if (action === "check") return renderWay("When the cause is removed, deploy again", commandLine(place, "deploy"));
  if (action === "sweep") return renderWay("When the cause is removed, go on", commandLine(place, "sweep"));
  if (action === "plan") return ["Nothing was changed. When the cause is removed, plan again."];
  return ["When the cause is removed, go on from there; nothing is made twice:", `  ${resume}`];
}
