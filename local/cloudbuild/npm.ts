import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Runtime } from "../workload/runtime.ts";

/** A command of a build. */
export interface BuildCommand {
  readonly runtime: Runtime;
  readonly project: string;
  readonly directory: string;
  readonly onLine: (line: string) => void;
}

/** Installs an application's dependencies with npm through the local cloud's proxy, which knows whether that is allowed. */
export async function installPackages(build: BuildCommand): Promise<number | null> {
  const hasLock = existsSync(join(build.directory, "package-lock.json"));
  const [command = "npm", ...first] = npmCommand();
  return await run(build, [
    command,
    ...first,
    hasLock ? "ci" : "install",
    "--omit=dev",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
  ]);
}

/** Runs a script of package.json. */
export async function runScript(build: BuildCommand, script: string): Promise<number | null> {
  return await run(build, ["sh", "-c", script]);
}

async function run(
  { runtime, project, directory, onLine }: BuildCommand,
  [command = "", ...args]: readonly string[],
): Promise<number | null> {
  const { cloud, account } = runtime;
  const child = await cloud.processes.spawn({
    command,
    args,
    cwd: directory,
    env: { ...registry(), ...proxy(runtime, project), ...place(directory) },
    ...account,
    onLine,
  });
  return (await child.exited).code;
}

function place(directory: string): Record<string, string> {
  const path = [
    join(directory, "node_modules", ".bin"),
    dirname(process.execPath),
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
  ];
  return { PATH: path.join(delimiter), HOME: directory, NODE_ENV: "production" };
}

/** Without a metadata server: a build has no identity for its scripts. */
function proxy({ cloud }: Runtime, project: string): Record<string, string> {
  const environment = cloud.environment({ metadataHost: "", project });
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) =>
      /^(https_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i.test(name),
    ),
  );
}

/** The package registry that this machine uses; who runs npm here has chosen it. */
function registry(): Record<string, string> {
  const chosen = process.env.npm_config_registry;
  return chosen ? { npm_config_registry: chosen } : {};
}

function npmCommand(): readonly string[] {
  const script = process.env.npm_execpath;
  if (script?.endsWith("npm-cli.js")) return [process.execPath, script];
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .map((directory) => join(directory, "npm"))
    .find(existsSync);
  return [found ?? "npm"];
}
