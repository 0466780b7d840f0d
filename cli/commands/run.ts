import type { RequestAccepted, RequestBody, RunView } from "../../functions/api.ts";
import { commandLine } from "../../spec/command-line.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import { onLeaving } from "../leave.ts";
import type { Terminal } from "../terminal.ts";
import { renderOutcome } from "../view/outcome.ts";
import { renderWay } from "../view/way.ts";
import { watchRun } from "../watch.ts";

/** A run to its end, and the exit code that tells how it ended. */
export interface Watched {
  readonly run: RunView;
  readonly exitCode: ExitCode;
}

/** Asks for something, follows the run it starts, and says what it came to. */
export async function requestAndWatch(
  installation: Installation,
  body: RequestBody,
  terminal: Terminal,
): Promise<Watched> {
  const accepted = await installation.requests.request(body);
  const requestedMs = performance.now();
  const subject = accepted.environment ? `${accepted.action} of ${accepted.environment}` : accepted.action;
  terminal.say([`${subject}: run ${accepted.run}`]);
  const run = await follow(installation, { run: accepted.run, requestedMs }, terminal);
  return tell(installation, { run, accepted }, terminal);
}

/** Follows a run that was asked for before, perhaps from elsewhere, and says what it came to. */
export async function watchToEnd(installation: Installation, run: string, terminal: Terminal): Promise<Watched> {
  return tell(installation, { run: await follow(installation, { run }, terminal) }, terminal);
}

/** Follows a run to its end; whoever leaves earlier is told how to come back. */
export async function follow(
  { requests, place }: Installation,
  { run, requestedMs }: { readonly run: string; readonly requestedMs?: number },
  terminal: Terminal,
): Promise<RunView> {
  using _ = onLeaving(() =>
    terminal.complain(renderWay("The run goes on. Come back to it", commandLine(place, "watch", run))),
  );
  return await watchRun(requests, run, { screen: terminal.screen, place, requestedMs });
}

function tell(
  { place }: Installation,
  { run, accepted }: { readonly run: RunView; readonly accepted?: RequestAccepted },
  terminal: Terminal,
): Watched {
  const outcome = renderOutcome(run, { place, accepted });
  if (run.state === "failed" || run.state === "rejected") terminal.complain(outcome);
  else terminal.say(outcome);
  terminal.answer({ ...run, ...(accepted && { costPerDay: accepted.costPerDay }) });
  return { run, exitCode: exitCodeOf(run) };
}

const busyReasons: ReadonlySet<string | undefined> = new Set(["BUSY", "FROZEN"]);

/** The exit code that tells how a run ended. */
export function exitCodeOf({ state, failures }: Pick<RunView, "state" | "failures">): ExitCode {
  if (state === "succeeded") return exitCodes.ok;
  if (state === "remaining") return exitCodes.remaining;
  if (state === "rejected") return exitCodes.rejected;
  const refused = failures.find(({ step }) => step === "workflow")?.reason;
  if (refused === "GONE") return exitCodes.unknown;
  return busyReasons.has(refused) ? exitCodes.busy : exitCodes.failed;
}
