import type { EnvironmentView, RunView } from "../../functions/api.ts";
import type { Place } from "../../spec/command-line.ts";
import { renderOutcome } from "./outcome.ts";
import { type ProgressOptions, renderBegun } from "./progress.ts";
import { kindOf } from "./runs.ts";
import { renderStanding } from "./standing.ts";

/** What drawing those that are at work needs. */
export interface AtWorkContext {
  readonly place: Place;
  readonly options: ProgressOptions;
}

/** What is told of runs one by one. */
export interface AtWork {
  readonly lines: readonly string[];
  /** How many of the newest runs are listed, so that all of which is told are among them; undefined where none is told. */
  readonly shownRuns?: number;
}

/**
 * The run that holds an environment, the newest one, and who else waits. A plan that has ended says nothing of how the
 * environment stands, and neither does a run that came to its end as it should.
 */
export function renderAtWork({ runs, holder }: EnvironmentView, context: AtWorkContext): AtWork {
  const open = runs.filter(isOpen);
  const holding = open.find(({ run }) => run === holder?.run);
  const newest = runs.find((run) => isOpen(run) || run.action !== "plan");
  const isTold = newest !== holding && newest?.state !== "succeeded" && newest?.state !== "remaining";
  const told = [...(holding ? [holding] : []), ...(newest && isTold ? [newest] : [])];
  const waiting = open.filter((run) => !told.includes(run));
  if (told.length === 0) return { lines: [] };
  const blocks = told.map((run) => {
    const what = run === newest ? "Newest run" : `Holds it (${kindOf(run)})`;
    return ["", `${what}, ${run.run}:`, ...renderNow(run, context)];
  });
  const others = waiting.map((run) => `  ${run.run}: ${kindOf(run)}, ${run.state}`);
  return {
    lines: [...blocks.flat(), ...(others.length > 0 ? ["", "Open as well:", ...others] : [])],
    shownRuns: Math.max(...told.map((run) => runs.indexOf(run) + 1)),
  };
}

function isOpen({ state }: RunView): boolean {
  return state === "queued" || state === "running" || state === "awaiting-approval";
}

/** What a run waits for, does, or came to before any of its steps began. */
function renderNow(run: RunView, { place, options }: AtWorkContext): string[] {
  const lines = [...renderStanding(run, place), ...renderBegun(run, options)];
  if (lines.length > 0) return lines;
  return isOpen(run) ? ["Looks at what stands, and plans what is to be done."] : renderOutcome(run, { place });
}
