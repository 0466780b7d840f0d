import type { RunView } from "../../functions/api.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import { ProblemError } from "../request-client.ts";
import type { Terminal } from "../terminal.ts";
import { renderOvertaken } from "../view/anew.ts";
import { renderOutcome } from "../view/outcome.ts";
import { renderRuns } from "../view/runs.ts";
import { renderWay } from "../view/way.ts";
import { watchToEnd } from "./run.ts";

/** Whose runs, and whether more of them than fit on a phone. */
export interface RunsOptions {
  readonly environment: string;
  readonly all?: boolean;
}

/** How many runs fit on a phone. */
const shownRuns = 8;

/** Lists the newest runs of an environment. */
export async function runs(
  { requests, place }: Installation,
  { environment, all = false }: RunsOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const view = await requests.getEnvironment(environment);
  terminal.answer({ environment, runs: view.runs });
  const listed = all ? view.runs : view.runs.slice(0, shownRuns);
  const more = view.runs.length - listed.length;
  terminal.say([
    ...(listed.length > 0 ? renderRuns(listed) : [`${environment}: no run yet.`]),
    ...(more > 0 ? renderWay(`${more} more`, commandLine(place, "runs", environment, "--all")) : []),
  ]);
  return exitCodes.ok;
}

/** Follows a run that was asked for before, perhaps from another machine. */
export async function watch(installation: Installation, run: string, terminal: Terminal): Promise<ExitCode> {
  return (await watchToEnd(installation, run, terminal)).exitCode;
}

/** Goes on with a run that ended before it was done, and follows it. */
export async function resume(installation: Installation, run: string, terminal: Terminal): Promise<ExitCode> {
  const gone = await goOn(installation, run, terminal);
  if (!gone) return exitCodes.invalid;
  const { action, environment } = gone;
  terminal.say([`${action} of ${environment}: run ${run} goes on`]);
  return (await watchToEnd(installation, run, terminal)).exitCode;
}

/** Undefined when another run has come between: the way from there is another command, not this one. */
async function goOn({ requests, place }: Installation, run: string, terminal: Terminal): Promise<RunView | undefined> {
  try {
    return await requests.resumeRun(run);
  } catch (caught) {
    if (!(caught instanceof ProblemError) || caught.problem.title !== "OVERTAKEN") throw caught;
    const overtaken = await requests.getRun(run);
    terminal.complain([`OVERTAKEN: ${caught.problem.detail}`, ...renderOvertaken(overtaken, place)]);
    return undefined;
  }
}

/** Ends a run at once; what it had made is kept. */
export async function cancel({ requests, place }: Installation, run: string, terminal: Terminal): Promise<ExitCode> {
  const view = await requests.cancelRun(run);
  terminal.answer(view);
  if (view.state === "cancelled") terminal.say(renderOutcome(view, { place }));
  else terminal.complain(notCancelled(view, place));
  return view.state === "cancelled" ? exitCodes.ok : exitCodes.failed;
}

function notCancelled({ run, state, environment }: RunView, place: Place): string[] {
  const said = `The run ${run} had ended before (${state}), and stays so.`;
  return [said, ...renderWay("See", commandLine(place, "status", environment))];
}
