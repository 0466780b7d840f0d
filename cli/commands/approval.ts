import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findInstallation, type Installation, type Place } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { commandLine } from "../view/command-line.ts";
import { renderEffects } from "../view/effects.ts";
import { countChanges } from "../view/plan.ts";

/** A decision about what a run asks. */
export interface DecisionOptions extends Place {
  readonly verb: "approve" | "reject";
  readonly reason?: string;
}

/**
 * Approves or rejects exactly the plan that is shown.
 *
 * @param target id of an approval, or of the run that asks
 */
export async function decide(target: string, options: DecisionOptions, terminal: Terminal): Promise<ExitCode> {
  const installation = await findInstallation(options);
  const id = await approvalOf(installation, target);
  if (id === undefined) {
    const look = commandLine(installation.place, "watch", target);
    terminal.complain([`The run ${target} asks for no approval. See how it stands: ${look}`]);
    return exitCodes.invalid;
  }
  const { requests, place } = installation;
  const { run, environment, changesHash } = await requests.getApproval(id);
  const { plan, action } = await requests.getRun(run);
  terminal.say([
    `${action} of ${environment}${plan ? `: ${countChanges(plan.changes)}` : ""}`,
    ...(plan ? renderEffects(plan.effects).map((line) => `  ${line}`) : []),
  ]);
  const decided = await requests.decide(id, options.verb, { reason: options.reason, changesHash });
  terminal.answer(decided);
  const ending = options.verb === "approve" ? "The run goes on:" : "The run ends, and nothing is changed:";
  terminal.say([`${decided.state} by ${decided.by}.`, `${ending} ${commandLine(place, "watch", run)}`]);
  return exitCodes.ok;
}

async function approvalOf({ requests }: Installation, target: string): Promise<string | undefined> {
  if (!/^run-[0-9a-f]{20}$/.test(target)) return target;
  return (await requests.getRun(target)).approval?.id;
}
