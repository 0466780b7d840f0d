import { setTimeout as sleep } from "node:timers/promises";
import type { RunView } from "../functions/api.ts";
import type { RequestClient } from "./request-client.ts";
import { renderProgress, renderStep, type Seen } from "./view/progress.ts";

/** Where progress is shown. */
export interface Screen {
  readonly stream: NodeJS.WriteStream;
  /** Whether lines may be redrawn in place. */
  readonly isLive: boolean;
  readonly colour: boolean;
}

/** States in which a run goes on. */
const unfinished: ReadonlySet<RunView["state"]> = new Set(["queued", "running"]);

/**
 * Follows a run until it has ended, drawing every step; leaving has no effect on the run.
 *
 * @param screen absent to watch in silence
 */
export async function watchRun(client: RequestClient, run: string, screen?: Screen): Promise<RunView> {
  const seen = new Map<string, Seen>();
  const draw = screen ? drawer(screen, seen) : () => {};
  for (let looks = 0; ; looks += 1) {
    const view = await client.getRun(run);
    note(view, seen);
    draw(view);
    if (!unfinished.has(view.state)) return view;
    await sleep(Math.min(2000, 400 * 1.05 ** looks));
  }
}

function note(view: RunView, seen: Map<string, Seen>): void {
  const nowMs = performance.now();
  for (const step of view.steps) {
    if (step.state === "waiting") continue;
    const first = seen.get(step.name) ?? { startedMs: nowMs };
    const isOver = step.state !== "running";
    seen.set(step.name, isOver && first.endedMs === undefined ? { ...first, endedMs: nowMs } : first);
  }
}

function drawer({ stream, isLive, colour }: Screen, seen: ReadonlyMap<string, Seen>): (view: RunView) => void {
  const drawn = new Map<string, string>();
  let height = 0;
  const options = () => ({ seen, nowMs: performance.now(), width: stream.columns ?? 120, colour });
  if (isLive) {
    return (view) => {
      const lines = renderProgress(view, options());
      stream.write(`${height > 0 ? `\u001b[${height}A` : ""}${lines.map((line) => `\u001b[2K${line}\n`).join("")}`);
      height = lines.length;
    };
  }
  return (view) => {
    for (const step of view.steps) {
      const state = `${step.state} ${step.reason ?? ""}`;
      if (step.state === "waiting" || drawn.get(step.name) === state) continue;
      drawn.set(step.name, state);
      stream.write(`${renderStep(step, view.readAt, options())}\n`);
    }
  };
}
