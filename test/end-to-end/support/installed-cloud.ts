import type { RunView } from "../../../functions/api.ts";
import type { JsonObject } from "../../../local/json.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../../../local/main.ts";
import { localUrl } from "../../../local/run/local-url.ts";
import { operate } from "../../support/local-operation.ts";
import { warmApis } from "../../support/warm-functions.ts";
import { type Environment, region } from "./environment.ts";
import { install, installationSnapshot } from "./installation.ts";
import { type CommandResult, runCommand } from "./run-command.ts";

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

/** How one begins. */
export interface InstalledCloudOptions extends LocalCloudOptions {
  /** Further options of `deploy`. */
  readonly deploy?: readonly string[];
  /** Called before anything is installed. */
  readonly onStart?: (local: LocalCloud) => void;
  /** Variables that commands have beside those of the local cloud. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether to leave the installation to the test. */
  readonly bare?: boolean;
}

/**
 * Starts a local Google Cloud into which alloyrun is installed with the real `deploy`: from the snapshot that suites share,
 * unless this one has wishes of its own or watches the installation.
 */
export async function startInstalledCloud(options: InstalledCloudOptions = {}): Promise<InstalledCloud> {
  const project = "my-project";
  const isOwn = options.bare || options.deploy || options.onStart || options.seed || options.state;
  const from = isOwn ? undefined : await installationSnapshot();
  const local = await startLocalCloud({ apis: warmApis, ...options, ...(from && { from }) });
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
  if (!isOwn || options.bare) return cloud;
  try {
    await install(alloyrun, ...(options.deploy ?? []));
    return cloud;
  } catch (caught) {
    await local.stop();
    throw caught;
  }
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
