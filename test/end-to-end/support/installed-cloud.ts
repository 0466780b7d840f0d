import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunView } from "../../../functions/api.ts";
import type { JsonObject } from "../../../local/json.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../../../local/main.ts";
import { localUrl } from "../../../local/run/local-url.ts";
import { operate } from "../../support/local-operation.ts";
import { warmApis } from "../../support/warm-functions.ts";
import { type Environment, region } from "./environment.ts";

const main = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));

/** What a command line printed and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run as `--json` tells it. */
export interface RunResult extends CommandResult {
  readonly run: RunView;
}

/** A local Google Cloud with alloyrun installed into one project, driven by the command line alone. */
export interface InstalledCloud {
  readonly local: LocalCloud;
  readonly project: string;
  /** Runs `alloyrun` in a process of its own. */
  alloyrun(...args: string[]): Promise<CommandResult>;
  /** The same as somebody else than the owner, by e-mail address. */
  alloyrunAs(person: string, ...args: string[]): Promise<CommandResult>;
  /** All that commands have printed so far. */
  printed(): string;
  up(environment: Environment): Promise<RunResult>;
  down(environment: string): Promise<RunResult>;
  /** Moves the clock and sweeps until nothing remains; gives the last sweep. */
  sweepUntilEmpty(): Promise<RunResult>;
  /**
   * Asks an API as the project's owner and waits until the operation that this starts is done.
   *
   * @param target verb and address, for example `GET alloydb.googleapis.com/v1/projects/…`
   * @returns the answer, or the operation as it ended
   * @throws Error when the request is refused or the operation ends in error
   */
  ask(target: string, body?: object): Promise<JsonObject>;
  /** The answer of a service as a program on this machine gets it. */
  read(service: string): Promise<{ readonly status: number; readonly body: string }>;
  stop(): Promise<void>;
}

/** Starts a local Google Cloud and installs alloyrun with the real `deploy`. */
export async function startInstalledCloud(
  options: LocalCloudOptions & {
    readonly project?: string;
    /** Further options of `deploy`. */
    readonly deploy?: readonly string[];
    /** Called before anything is installed. */
    readonly onStart?: (local: LocalCloud) => void;
    /** Variables that commands have beside those of the local cloud. */
    readonly env?: Readonly<Record<string, string>>;
    /** Whether to leave the installation to the test. */
    readonly bare?: boolean;
  } = {},
): Promise<InstalledCloud> {
  const { project = "my-project" } = options;
  const local = await startLocalCloud({ apis: warmApis, ...options });
  options.onStart?.(local);
  const envOf = async (as?: string) => ({
    PATH: process.env.PATH ?? "",
    ...(await local.environment({ project, as })),
    ...options.env,
  });
  const env = await envOf();
  const printed: string[] = [];
  const keep = (result: CommandResult) => {
    printed.push(result.stdout, result.stderr);
    return result;
  };
  const alloyrun = async (...args: string[]) => keep(await runCommand(args, env));
  const place = ["--project", project, "--region", region, "--json"];
  const cloud: InstalledCloud = {
    local,
    project,
    alloyrun,
    alloyrunAs: async (person, ...args) => keep(await runCommand(args, await envOf(person))),
    printed: () => printed.join("\n"),
    up: async (environment) => toRun(await alloyrun("up", environment.file, "--json")),
    down: async (environment) => toRun(await alloyrun("down", environment, ...place)),
    async sweepUntilEmpty() {
      for (let sweeps = 0; ; sweeps += 1) {
        const result = toRun(await alloyrun("sweep", ...place));
        if (result.code !== 3 || sweeps === 24) return result;
        await local.cloud.clock.advance(30 * 60_000);
      }
    },
    async ask(target, body) {
      const answer = await operate(local, target, { body });
      if (answer.error) throw new Error(`${target}: ${JSON.stringify(answer.error)}`);
      return answer;
    },
    async read(service) {
      const url = localUrl(local.cloud, `projects/${project}/locations/${region}/services/${service}`);
      if (!url) return { status: 0, body: `${service} has no URL` };
      const response = await fetch(url);
      return { status: response.status, body: await response.text() };
    },
    stop: () => local.stop(),
  };
  if (options.bare) return cloud;
  const deployed = await alloyrun("deploy", ...place, ...(options.deploy ?? []));
  if (deployed.code === 0) return cloud;
  await local.stop();
  throw new Error(`deploy ended with ${deployed.code}:\n${deployed.stdout}\n${deployed.stderr}`);
}

function runCommand(args: readonly string[], env: Readonly<Record<string, string>>): Promise<CommandResult> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], { env });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

function toRun(result: CommandResult): RunResult {
  const run = parse(result.stdout);
  if (isRunView(run)) return { ...result, run };
  throw new Error(`no run in the answer (exit code ${result.code}):\n${result.stdout}\n${result.stderr}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRunView(value: unknown): value is RunView {
  return typeof value === "object" && value !== null && "run" in value && "steps" in value;
}
