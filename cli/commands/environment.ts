import type { EnvironmentView } from "../../functions/api.ts";
import { inParts } from "../../functions/in-parts.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import type { RequestClient } from "../request-client.ts";
import type { Terminal } from "../terminal.ts";
import { renderAtWork } from "../view/at-work.ts";
import { createPace } from "../view/pace.ts";
import { renderStatus } from "../view/status.ts";
import { usualColumns } from "../view/wrap.ts";

/** Tells how an environment stands, and what the run does that holds it, and the newest one, or why that stopped. */
export async function status(
  { requests, place }: Installation,
  environment: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const view = await requests.getEnvironment(environment);
  terminal.answer(view);
  const width = terminal.screen?.stream.columns ?? usualColumns;
  const options = { pace: createPace(), width, colour: terminal.screen?.colour ?? false };
  const { lines, shownRuns } = renderAtWork(view, { place, options });
  terminal.say([...renderStatus(view, { place, shownRuns }), ...lines]);
  return exitCodes.ok;
}

/** Tells how each environment stands of which something does, or that comes into being. */
export async function statusOfAll({ requests, place }: Installation, terminal: Terminal): Promise<ExitCode> {
  const { environments } = await requests.listEnvironments();
  const views = await Array.fromAsync(inParts(environments, (name) => requests.getEnvironment(name)));
  terminal.answer({ environments: views });
  terminal.say(
    views.flatMap((view, index) => [...(index > 0 ? [""] : []), ...renderStatus(view, { place, shownRuns: 0 })]),
  );
  if (views.length === 0) terminal.say([`No environment stands in ${place.project}.`]);
  return exitCodes.ok;
}

/** Lets an environment live longer. */
export function extend(
  installation: Installation,
  { environment, by }: { readonly environment: string; readonly by: string },
  terminal: Terminal,
): Promise<ExitCode> {
  return change(installation, (requests) => requests.extend(environment, by), terminal);
}

/** Keeps everybody from changing an environment for a while. */
export function freeze(
  installation: Installation,
  wanted: { readonly environment: string; readonly reason: string; readonly for: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const body = { reason: wanted.reason, duration: wanted.for };
  return change(installation, (requests) => requests.freeze(wanted.environment, body), terminal);
}

/** Ends a freeze. */
export function unfreeze(installation: Installation, environment: string, terminal: Terminal): Promise<ExitCode> {
  return change(installation, (requests) => requests.unfreeze(environment), terminal);
}

async function change(
  { requests, place }: Installation,
  ask: (requests: RequestClient) => Promise<EnvironmentView>,
  terminal: Terminal,
): Promise<ExitCode> {
  const view = await ask(requests);
  terminal.answer(view);
  terminal.say(renderStatus(view, { place, shownRuns: 0 }));
  return exitCodes.ok;
}
