import { createInterface } from "node:readline/promises";
import type { Hindrance } from "../../deploy/hindrances.ts";
import { undeploy } from "../../deploy/undeploy.ts";
import type { Place } from "../../spec/command-line.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";

/** How to remove an installation. */
export interface UndeployOptions extends Place {
  /** Without asking first. */
  readonly yes?: boolean;
  readonly keepBucket?: boolean;
}

/** Removes what `deploy` made; refuses while environments stand or runs are under way, and names what ends that. */
export async function undeployInstallation(
  { project, region, yes = false, keepBucket = false }: UndeployOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (!yes && !(await isConfirmed({ project, keepBucket }, terminal))) return exitCodes.invalid;
  terminal.say([`Removing alloyrun from ${project} (${region})`]);
  const onRemoved = (resource: string) => terminal.say([`  − ${resource}`]);
  const outcome = await undeploy({ project, region }, { keepBucket, onRemoved });
  terminal.answer({ project, region, ...outcome });
  if (outcome.state === "hindered") {
    terminal.complain(["alloyrun is still needed:", ...outcome.hindrances.map(renderHindrance)]);
    return exitCodes.busy;
  }
  const kept = keepBucket ? ` The records stay in gs://${project}-alloyrun.` : "";
  terminal.say([`alloyrun is gone from ${project}. The APIs stay enabled, for others may use them.${kept}`]);
  return exitCodes.ok;
}

function renderHindrance({ environment, reason, command }: Hindrance): string {
  return `  ${environment === undefined ? "" : `${environment}: `}${reason}\n    ${command}`;
}

async function isConfirmed(
  { project, keepBucket }: { readonly project: string; readonly keepBucket: boolean },
  terminal: Terminal,
): Promise<boolean> {
  if (terminal.json || process.stdin.isTTY !== true) {
    terminal.complain(["Removing an installation is asked for twice: say --yes, or answer on a terminal."]);
    return false;
  }
  const records = keepBucket ? "" : " and the records of all its runs";
  const question = `Remove alloyrun${records} from ${project}? Type the project's id: `;
  const readline = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await readline.question(question);
  readline.close();
  if (answer.trim() === project) return true;
  terminal.complain(["Nothing was removed."]);
  return false;
}
