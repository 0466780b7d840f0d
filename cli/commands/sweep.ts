import type { ExitCode } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { requestAndWatch } from "./run.ts";

/** Finishes every deferred teardown that Google has released meanwhile. */
export async function sweep(installation: Installation, terminal: Terminal): Promise<ExitCode> {
  const { exitCode } = await requestAndWatch(installation, { action: "sweep" }, terminal);
  return exitCode;
}
