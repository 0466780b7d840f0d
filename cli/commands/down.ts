import type { ExitCode } from "../exit-code.ts";
import { findInstallation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { requestAndWatch } from "./run.ts";

/** Where an installation is, for commands that name an environment instead of a spec. */
export interface Place {
  readonly project: string;
  readonly region: string;
}

/** Takes an environment down: what is billed first; what only Google releases is left to the sweep. */
export async function down(environment: string, place: Place, terminal: Terminal): Promise<ExitCode> {
  const installation = await findInstallation(place.project, place.region);
  const { exitCode } = await requestAndWatch(installation, { action: "down", environment }, terminal);
  return exitCode;
}
