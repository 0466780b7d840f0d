import { styleText } from "node:util";
import type { RunView, StepView } from "../../functions/api.ts";
import { formatDuration, secondsBetween } from "./duration.ts";
import type { Pace } from "./pace.ts";

/** What drawing a run needs beside the run. */
export interface ProgressOptions {
  /** Tells a simulated wait from a real one. */
  readonly pace: Pace;
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
}

/** As wide as what is told of a simulated wait. */
const timeColumns = 32;

const marks = { waiting: "·", running: "▸", done: "✓", held: "…", failed: "✗", cancelled: "–" } as const;
const colours = {
  waiting: "gray",
  running: "cyan",
  done: "green",
  held: "yellow",
  failed: "red",
  cancelled: "yellow",
} as const;

/** One line a step: mark, name, elapsed and expected time, and what it waits for. */
export function renderProgress(run: RunView, options: ProgressOptions): string[] {
  return run.steps.map((step) => renderStep(step, run, options));
}

/** The steps that tell something, a line each; of those that are done only the names. */
export function renderBegun(run: RunView, options: ProgressOptions): string[] {
  const done = run.steps.filter(({ state }) => state === "done").map(({ name }) => name);
  const telling = run.steps.filter(({ state }) => state !== "done" && state !== "waiting");
  return [
    ...(done.length > 0 ? [`Done: ${done.join(", ")}.`] : []),
    ...telling.map((step) => renderStep(step, run, options)),
  ];
}

/** One line for a step that changed state, for terminals that cannot be redrawn. */
export function renderStep(
  step: StepView,
  { readAt, action }: Pick<RunView, "readAt" | "action">,
  options: ProgressOptions,
): string {
  const mark = paint(marks[step.state], colours[step.state], options.colour);
  const name = step.name.padEnd(10);
  const time = timeOf(step, readAt, options).padEnd(timeColumns);
  const line = `${mark} ${name} ${time} ${noteOf(step, action)}`;
  return cut(line.trimEnd(), options);
}

function timeOf(step: StepView, readAt: string, { pace }: ProgressOptions): string {
  if (!step.startedAt) return `expected ${formatDuration(step.expectedSeconds)}`;
  const endedAt = step.endedAt ?? readAt;
  const elapsed = secondsBetween(step.startedAt, endedAt);
  if (step.state === "running") return `${formatDuration(elapsed)} of ${formatDuration(step.expectedSeconds)}`;
  const real = pace.realSeconds(step.startedAt, endedAt);
  return isSimulated(elapsed, real)
    ? `simulated ${formatDuration(elapsed)} in ${formatDuration(real)}`
    : formatDuration(elapsed);
}

/** Google's clock went much faster than the reader's: the waiting was simulated. */
function isSimulated(elapsedSeconds: number, realSeconds: number): boolean {
  return elapsedSeconds > 2 * realSeconds + 1;
}

function noteOf(step: StepView, action: RunView["action"]): string {
  if (step.state === "waiting") return "";
  if (step.state === "done") return action === "check" ? "its permissions are in effect" : changesOf(step);
  const operation = step.operation?.split("/").at(-1);
  const reason = step.reason?.replaceAll(/\s+/g, " ").replaceAll(/\bprojects\/[^\s:;,]+/g, shortName);
  return [reason, operation && `(${operation})`].filter(Boolean).join(" ");
}

/** The kind of a resource and its id, for its full name fills a line. */
function shortName(resource: string): string {
  return resource.split("/").slice(-2).join("/");
}

function changesOf(step: StepView): string {
  const changed = (step.changes ?? []).filter((change) => change.action !== "none");
  if (changed.length === 0) return "nothing to change";
  const counts = new Map<string, number>();
  for (const { action } of changed) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} ${action}d`).join(", ");
}

function paint(text: string, colour: (typeof colours)[keyof typeof colours], isOn: boolean): string {
  return isOn ? styleText(colour, text, { validateStream: false }) : text;
}

/** Cuts to the terminal's width; the mark's colour codes take no column. */
function cut(line: string, { width, colour }: ProgressOptions): string {
  const invisible = colour ? 10 : 0;
  return line.length - invisible <= width ? line : `${line.slice(0, width + invisible - 1)}…`;
}
