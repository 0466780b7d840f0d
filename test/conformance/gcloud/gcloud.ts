import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { LocalCloud } from "../../../local/main.ts";
import { deployFunction } from "../../support/deploy-function.ts";
import { pushImage } from "../../support/push-image.ts";
import type { Case, Scenario } from "./case.ts";
import { openTap } from "./tap.ts";
import { wireLines } from "./wire-lines.ts";

/** Whether the real gcloud is on the path. */
export const isInstalled = (process.env.PATH ?? "")
  .split(delimiter)
  .some((folder) => existsSync(join(folder, "gcloud")));

/** What a command came to. */
export interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly wire: readonly string[];
  /** Fills in a text of the case with the scenario's own names. */
  readonly fill: (text: string) => string;
}

/** Runs a scenario's commands one after the other; tells of each as it ends. */
export async function runScenario(
  local: LocalCloud,
  { project, cases, images = {}, functions = [] }: Scenario,
  tell: (one: Case, outcome: Outcome) => void,
): Promise<void> {
  const { projectNumber } = local.cloud.projects.ensure(project);
  for (const { host } of local.apis) local.cloud.projects.setUsable(project, host, true);
  for (const id of functions) await deployFunction(local, { project, id });
  const tap = await openTap(local);
  const folder = mkdtempSync(join(tmpdir(), "gcloud-conformance-"));
  const names = new Map(Object.entries({ project, number: projectNumber, folder }));
  for (const [name, source] of Object.entries(images)) names.set(name, pushImage(local, { project, name, source }));
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (braces, name: string) => names.get(name) ?? braces);
  const environment = { ...(await local.environment({ project })), ...ownSettings(folder, tap.port) };
  try {
    for (const one of cases) {
      writeFiles(folder, one, fill);
      if (one.after) await local.cloud.clock.advance(one.after * 1000);
      tap.take();
      const ended = await runCommand(words(fill(one.run), one), environment, fill(one.stdin ?? ""));
      tell(one, { ...ended, wire: wireLines(tap.take()), fill });
    }
  } finally {
    await tap.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nothing of the user's own configuration, no telemetry, and the tap in the cloud's place. */
function ownSettings(folder: string, port: number): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    CLOUDSDK_CONFIG: join(folder, ".gcloud"),
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
    CLOUDSDK_CORE_DISABLE_FILE_LOGGING: "1",
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1",
    CLOUDSDK_SURVEY_DISABLE_PROMPTS: "1",
    CLOUDSDK_PROXY_PORT: String(port),
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    https_proxy: `http://127.0.0.1:${port}`,
  };
}

function writeFiles(folder: string, { files = {} }: Case, fill: (text: string) => string): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), fill(content));
  }
}

function words(command: string, { json }: Case): string[] {
  const split = [...command.matchAll(/(?:"[^"]*"|\\"|[^\s"])+/g)].map(([word]) =>
    word.replaceAll(/\\?"/g, (quote) => (quote === '"' ? "" : '"')),
  );
  return json === undefined ? split : [...split, "--format=json"];
}

function runCommand(
  command: readonly string[],
  env: Record<string, string>,
  stdin: string,
): Promise<Pick<Outcome, "exit" | "stdout" | "stderr">> {
  return new Promise((resolve) => {
    const child = execFile("gcloud", command, { env, timeout: 180_000 }, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
    child.stdin?.on("error", () => undefined).end(stdin);
  });
}
