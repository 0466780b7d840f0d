import { deploy, planDeployment } from "../../deploy/deploy.ts";
import type { Place } from "../../spec/command-line.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findInstallation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { renderInstallationPlan } from "../view/installation.ts";
import { requestAndWatch } from "./run.ts";

/** Installs alloyrun, then lets every step prove that its permissions are in effect. */
export async function deployInstallation(
  place: Place & { readonly hook?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const began = new Map<string, number>();
  terminal.say([`Installing alloyrun into ${place.project} (${place.region})`]);
  await deploy(place, (part, state) => {
    if (state === "started") began.set(part, performance.now());
    else terminal.say([`  ✓ ${part} (${((performance.now() - (began.get(part) ?? 0)) / 1000).toFixed(1)} s)`]);
  });
  const installation = await findInstallation(place);
  const { exitCode } = await requestAndWatch(installation, { action: "check" }, terminal);
  if (exitCode === exitCodes.ok) terminal.say([`alloyrun is installed in ${place.project}.`]);
  return exitCode;
}

/** Lists what `deploy` would make and change, and changes nothing. */
export async function planInstallation(
  { project, region, hook, verbose = false }: Place & { readonly hook?: boolean; readonly verbose?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const changes = await planDeployment({ project, region, hook });
  terminal.say(renderInstallationPlan(changes, { verbose }));
  terminal.answer({ project, region, changes });
  return exitCodes.ok;
}
