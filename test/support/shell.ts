import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LocalCloud } from "../../local/main.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const run = promisify(execFile);

/**
 * Runs a line in a shell as the owner of a local cloud would who copies it, the real gcloud included.
 *
 * @throws Error with what it said when it fails
 */
export async function runShell(local: LocalCloud, project: string, line: string): Promise<string> {
  await using folder = await temporaryFolder();
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: folder.path,
    CLOUDSDK_CONFIG: join(folder.path, ".gcloud"),
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1",
    ...(await local.environment({ project })),
  };
  return (await run("sh", ["-c", line], { env, cwd: folder.path })).stdout;
}
