import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findInstallation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { createPace } from "../view/pace.ts";
import { renderProgress } from "../view/progress.ts";
import type { Place } from "./down.ts";

/** Tells how an environment stands: its last runs, the newest one step by step. */
export async function status(environment: string, place: Place, terminal: Terminal): Promise<ExitCode> {
  const { requests } = await findInstallation(place.project, place.region);
  const runs = await requests.listRuns(environment);
  terminal.answer({ environment, runs });
  const [newest] = runs;
  if (!newest) {
    terminal.say([`${environment}: no run yet. Make it with \`alloyrun up environment.yaml\`.`]);
    return exitCodes.ok;
  }
  const view = await requests.getRun(newest.run);
  const options = { pace: createPace(), width: 120, colour: terminal.screen?.colour ?? false };
  terminal.say([
    `${environment}: ${view.action} ${view.state}${view.url ? `, ${view.url}` : ""}`,
    ...renderProgress(view, options),
    ...runs.map((run) => `${run.run}  ${run.action}  ${run.state}  ${run.startedAt ?? ""}  ${run.requestedBy}`),
  ]);
  return exitCodes.ok;
}
