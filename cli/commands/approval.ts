import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { commandLine, renderWay } from "../view/command-line.ts";
import { renderEffects } from "../view/effects.ts";
import { countChanges } from "../view/plan.ts";

/** A decision about what a run asks. */
interface DecisionOptions {
  /** Id of an approval, or of the run that asks. */
  readonly target: string;
  readonly verb: "approve" | "reject";
  readonly reason?: string;
}

/** Approves or rejects exactly the plan that is shown. */
export async function decide(
  installation: Installation,
  { target, verb, reason }: DecisionOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const id = await approvalOf(installation, target);
  if (id === undefined) {
    const look = commandLine(installation.place, "watch", target);
    terminal.complain([`The run ${target} asks for no approval.`, ...renderWay("See how it stands", look)]);
    return exitCodes.invalid;
  }
  const { requests, place } = installation;
  const { run, environment, changesHash } = await requests.getApproval(id);
  const { plan, action } = await requests.getRun(run);
  terminal.say([
    `${action} of ${environment}${plan ? `: ${countChanges(plan.changes)}` : ""}`,
    ...(plan ? renderEffects(plan.effects).map((line) => `  ${line}`) : []),
  ]);
  const decided = await requests.decide(id, verb, { reason, changesHash });
  terminal.answer(decided);
  const ending = verb === "approve" ? "The run goes on" : "The run ends, and nothing is changed";
  terminal.say([`${decided.state} by ${decided.by}.`, ...renderWay(ending, commandLine(place, "watch", run))]);
  return exitCodes.ok;
}

async function approvalOf({ requests }: Installation, target: string): Promise<string | undefined> {
  if (!/^run-[0-9a-f]{20}$/.test(target)) return target;
  return (await requests.getRun(target)).approval?.id;
}
