import type { RequestBody, RunView } from "../../functions/api.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { renderOutcome } from "../view/outcome.ts";
import { watchRun } from "../watch.ts";

/** Asks for something, follows the run it starts, and says what it came to. */
export async function requestAndWatch(
  { requests }: Installation,
  body: RequestBody,
  terminal: Terminal,
): Promise<{ readonly run: RunView; readonly exitCode: ExitCode }> {
  const accepted = await requests.request(body);
  const requestedMs = performance.now();
  const subject = accepted.environment ? `${accepted.action} of ${accepted.environment}` : accepted.action;
  terminal.say([`${subject}: run ${accepted.run}`]);
  const run = await watchRun(requests, accepted.run, { screen: terminal.screen, requestedMs });
  const outcome = renderOutcome(run, accepted);
  if (run.state === "failed") terminal.complain(outcome);
  else terminal.say(outcome);
  terminal.answer({ ...run, costPerDay: accepted.costPerDay, expectedSeconds: accepted.expectedSeconds });
  return { run, exitCode: exitCodeOf(run) };
}

/** The exit code that tells how a run ended. */
function exitCodeOf({ state, failures }: Pick<RunView, "state" | "failures">): ExitCode {
  if (state === "succeeded") return exitCodes.ok;
  if (state === "remaining") return exitCodes.remaining;
  return failures.some(({ step, code }) => step === "workflow" && code === "ABORTED")
    ? exitCodes.busy
    : exitCodes.failed;
}
