import { setTimeout as sleep } from "node:timers/promises";
import type { RunView } from "../functions/api.ts";
import { ApiError } from "../google/error.ts";
import type { Place } from "../spec/command-line.ts";
import type { RequestClient } from "./request-client.ts";
import { createPace, type Pace } from "./view/pace.ts";
import { renderProgress, renderStep } from "./view/progress.ts";
import { renderStanding } from "./view/standing.ts";
import { usualColumns, wrapLines } from "./view/wrap.ts";

/** Where progress is shown. */
export interface Screen {
  readonly stream: { readonly write: (text: string) => unknown; readonly columns?: number };
  /** Whether lines may be redrawn in place. */
  readonly isLive: boolean;
  readonly colour: boolean;
}

/** States in which a run goes on. */
const unfinished: ReadonlySet<RunView["state"]> = new Set(["queued", "running", "awaiting-approval"]);

/** How a run is watched. */
export interface Watch {
  /** Absent to watch in silence. */
  readonly screen?: Screen;
  /** Where the installation is, for the commands that are shown. */
  readonly place: Place;
  /** When the run was asked for, by `performance.now()`, if it was asked for here. */
  readonly requestedMs?: number;
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** Looks in a row that find nobody before a watcher gives up: some minutes, since each of them is tried more than once. */
const patience = 20;

/**
 * Follows a run until it has ended, drawing every step; leaving has no effect on the run, and neither has a network that
 * is gone for some minutes.
 *
 * @throws ProblemError, or ApiError UNAVAILABLE when the run could not be read for some minutes
 */
export async function watchRun(client: Pick<RequestClient, "getRun">, run: string, watch: Watch): Promise<RunView> {
  const { screen, place, requestedMs, pause = sleep } = watch;
  const pace = createPace();
  const draw = screen ? drawer(screen, { pace, place }) : () => {};
  for (let looks = 0; ; looks += 1) {
    const view = await readRun(client, run, pause);
    if (looks === 0 && requestedMs !== undefined && view.startedAt) pace.note(view.startedAt, requestedMs);
    pace.note(view.readAt, performance.now());
    draw(view);
    if (!unfinished.has(view.state)) return view;
    await pause(Math.min(2000, 400 * 1.05 ** looks));
  }
}

async function readRun(
  client: Pick<RequestClient, "getRun">,
  run: string,
  pause: (ms: number) => Promise<unknown>,
): Promise<RunView> {
  for (let misses = 1; ; misses += 1) {
    try {
      return await client.getRun(run);
    } catch (caught) {
      if (!(caught instanceof ApiError && caught.code === "UNAVAILABLE") || misses === patience) throw caught;
    }
    await pause(2000);
  }
}

interface Drawing {
  readonly pace: Pace;
  readonly place: Place;
}

function drawer({ stream, isLive, colour }: Screen, { pace, place }: Drawing): (view: RunView) => void {
  const options = () => ({ pace, width: stream.columns ?? usualColumns, colour });
  if (isLive) {
    let height = 0;
    return (view) => {
      const lines = [...wrapLines(renderStanding(view, place), stream.columns), ...renderProgress(view, options())];
      // What was drawn below is cleared, for a run that waits no more needs fewer lines.
      const back = height > 0 ? `\u001b[${height}A\u001b[J` : "";
      stream.write(`${back}${lines.map((line) => `\u001b[2K${line}\n`).join("")}`);
      height = lines.length;
    };
  }
  const drawn = new Map<string, string>();
  return (view) => {
    const standing = keyOf(view);
    // Who has read what a run is to do when it asked for approval need not read it again when it works.
    const isRead = view.state === "running" && drawn.get("plan") === view.plan?.changesHash;
    if (drawn.get("standing") !== standing && !isRead) {
      for (const line of wrapLines(renderStanding(view, place), stream.columns)) stream.write(`${line}\n`);
      drawn.set("standing", standing).set("plan", view.plan?.changesHash ?? "");
    }
    for (const step of view.steps) {
      const state = `${step.state} ${step.reason ?? ""}`;
      if (step.state === "waiting" || drawn.get(step.name) === state) continue;
      drawn.set(step.name, state);
      stream.write(`${renderStep(step, view, options())}\n`);
    }
  };
}

/** What must change before a wait is told again: how long it has lasted does not count. */
function keyOf({ state, queue, approval, plan }: RunView): string {
  return [state, queue?.ahead, queue?.holder?.run, approval?.id, plan?.changesHash].join();
}
