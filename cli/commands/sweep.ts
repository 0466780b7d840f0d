import type { ExitCode } from "../exit-code.ts";
import { findInstallation, type Place } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { requestAndWatch } from "./run.ts";

/** Finishes every deferred teardown that Google has released meanwhile. */
export async function sweep(place: Place, terminal: Terminal): Promise<ExitCode> {
  const installation = await findInstallation(place);
  const { exitCode } = await requestAndWatch(installation, { action: "sweep" }, terminal);
  return exitCode;
}
