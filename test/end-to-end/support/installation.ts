import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startLocalCloud } from "../../../local/main.ts";
import { warmApis } from "../../support/warm-functions.ts";
import { region } from "./environment.ts";
import { type CommandResult, runCommand } from "./run-command.ts";

const project = "my-project";

/** Installs alloyrun with the real `deploy`, run by whoever runs commands. */
export async function install(
  alloyrun: (...args: string[]) => Promise<CommandResult>,
  ...options: readonly string[]
): Promise<void> {
  const place = ["--project", project, "--region", region, "--json"];
  const { code, stdout, stderr } = await alloyrun("deploy", ...place, ...options);
  if (code !== 0) throw new Error(`deploy ended with ${code}:\n${stdout}\n${stderr}`);
}

/**
 * A snapshot of a local cloud right after the real `deploy` into `my-project`. The first suite of a run that needs one makes
 * it, for an installation takes twenty times as long as a start from a snapshot.
 */
export async function installationSnapshot(): Promise<string> {
  const folder = process.env.ALLOYRUN_SHARED_FOLDER;
  if (!folder) throw new Error("ALLOYRUN_SHARED_FOLDER names no folder: jest's globalSetup makes one");
  const snapshot = join(folder, "installed");
  if (existsSync(snapshot)) return snapshot;
  const state = join(folder, `installing-${process.pid}`);
  const local = await startLocalCloud({ apis: warmApis, state, project, offline: true });
  try {
    const env = { PATH: process.env.PATH ?? "", ...(await local.environment({ project })) };
    await install((...args) => runCommand(args, env));
    // Another worker may have been as quick.
    if (!existsSync(snapshot)) local.snapshot(snapshot);
    return snapshot;
  } finally {
    await local.stop();
    rmSync(state, { recursive: true, force: true, maxRetries: 5 });
  }
}
