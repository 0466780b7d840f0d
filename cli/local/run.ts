import { type LocalCloud, startLocalCloud } from "../../local/main.ts";
import { localUrl } from "../../local/run/local-url.ts";
import type { Spec } from "../../spec/schema.ts";
import { readSpec } from "../commands/validate.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { formatDuration } from "../view/duration.ts";
import { runChild } from "./child.ts";
import { childEnvironment } from "./child-environment.ts";
import { forgetRunning, noteRunning } from "./running.ts";
import { aborted, interruption } from "./signals.ts";

/** How far the clock is moved between two sweeps: a Direct VPC subnet is held for up to two hours. */
const betweenSweepsMs = 30 * 60_000;

/** Sweeps before giving up: two days of the local clock, longer than any hold it simulates. */
const sweepLimit = 96;

/** How to build one. */
interface RunOptions {
  readonly once: boolean;
  /** Directory from which the local Google Cloud comes back the next time, with the environment; none is kept unless given. */
  readonly state?: string;
  readonly terminal: Terminal;
}

/**
 * Builds an environment on a local Google Cloud that is started for it: installs alloyrun into it by the same `deploy`
 * and asks for the environment by the same `up` as on Google Cloud, each in a process of its own.
 *
 * @returns after Ctrl-C, or with `once` when everything is taken down again
 */
export async function runLocally(file: string, { once, state, terminal }: RunOptions): Promise<ExitCode> {
  const checked = await readSpec(file, terminal);
  if (!checked) return exitCodes.invalid;
  const signal = interruption();
  const startedMs = performance.now();
  const local = await startLocalCloud({ pace: "max", state });
  try {
    await noteRunning({ port: local.port, pid: process.pid });
    terminal.say([`Local Google Cloud ready at ${local.url}`]);
    const env = childEnvironment(process.env, await local.environment({ project: checked.spec.project }));
    const run: Setting["run"] = (args, answers = !terminal.json) => runChild({ args, env, signal, answers });
    return await carryOut({ file, spec: checked.spec, once, state, terminal, local, run, signal, startedMs });
  } finally {
    await local.stop();
    await forgetRunning(local.port);
  }
}

interface Setting {
  readonly file: string;
  readonly spec: Spec;
  readonly once: boolean;
  readonly state: string | undefined;
  readonly terminal: Terminal;
  readonly local: LocalCloud;
  /** Runs one command; with `--json`, only what is asked to answers on standard output. */
  readonly run: (args: readonly string[], answers?: boolean) => Promise<ExitCode>;
  readonly signal: AbortSignal;
  readonly startedMs: number;
}

async function carryOut(setting: Setting): Promise<ExitCode> {
  const { file, spec, once, state, terminal, run, signal, startedMs } = setting;
  const place = ["--project", spec.project, "--region", spec.region];
  const deployed = await run(["deploy", ...place]);
  if (deployed !== exitCodes.ok) return deployed;
  const built = await run(["up", file, ...(terminal.json ? ["--json"] : [])], true);
  if (built !== exitCodes.ok) return built;
  await showService(setting);
  const took = formatDuration((performance.now() - startedMs) / 1000);
  terminal.say([state === undefined ? `Took ${took} here, from nothing to the answer.` : `Took ${took} here.`]);
  if (once) return takeDown(setting, place);
  const after = state === undefined ? "" : `, and comes back from ${state}`;
  terminal.say([`The environment stays up until Ctrl-C${after}.`]);
  await aborted(signal);
  return exitCodes.ok;
}

/** Reads the service like every program on this machine, by the loopback address that stands for its URL. */
async function showService({ local, spec, terminal }: Setting): Promise<void> {
  const service = `projects/${spec.project}/locations/${spec.region}/services/${spec.service.name}`;
  const url = localUrl(local.cloud, service);
  if (!url || !spec.service.public) return;
  const response = await fetch(url);
  terminal.say([`On this machine: ${url}`, (await response.text()).trimEnd()]);
}

/** Removes the environment, then sweeps until nothing of it is left, moving the clock while Google holds something. */
async function takeDown({ spec, run, local, terminal, signal }: Setting, place: readonly string[]): Promise<ExitCode> {
  const removed = await run(["down", spec.name, ...place]);
  if (removed !== exitCodes.ok && removed !== exitCodes.remaining) return removed;
  for (let sweeps = 0; sweeps < sweepLimit && !signal.aborted; sweeps += 1) {
    const code = await run(["sweep", ...place]);
    if (code === exitCodes.ok) terminal.say(["Nothing of the environment is left."]);
    if (code !== exitCodes.remaining) return code;
    await local.cloud.clock.advance(betweenSweepsMs);
  }
  return signal.aborted ? exitCodes.interrupted : exitCodes.remaining;
}
