import { findOrphans } from "../../deploy/orphans.ts";
import { createAuth, unguarded } from "../../google/auth.ts";
import { connectMarked } from "../../google/clients/marked.ts";
import { connectWorkflows } from "../../google/clients/workflows.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { renderOrphans } from "../view/orphans.ts";
import { requestAndWatch } from "./run.ts";

/** Finishes every deferred teardown that Google has released meanwhile. */
export async function sweep(installation: Installation, terminal: Terminal): Promise<ExitCode> {
  const { exitCode } = await requestAndWatch(installation, { action: "sweep" }, terminal);
  return exitCode;
}

/**
 * Lists what of alloyrun's is in the project and of no environment, or was left beside one by a rebuild or an older spec, with the commands that
 * remove it. It looks as whoever asks, so that no function of the installation needs the right to see the whole project.
 */
export async function listOrphans({ place, storage }: Installation, terminal: Terminal): Promise<ExitCode> {
  const auth = createAuth();
  const [marked, workflows] = [connectMarked(auth)(unguarded), connectWorkflows(auth)(unguarded)];
  const found = await findOrphans({ marked, workflows, storage, ...place });
  terminal.answer({ ...place, ...found });
  terminal.say(renderOrphans(found, place));
  const { orphans, unfinished, older } = found;
  const isLeft = orphans.length > 0 || older.length > 0 || unfinished.some(({ isHeld }) => !isHeld);
  return isLeft ? exitCodes.found : exitCodes.ok;
}
