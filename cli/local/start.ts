import { startLocalCloud } from "../../local/main.ts";
import type { Listen } from "../arguments.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { readPlan } from "./faults.ts";
import { forgetRunning, noteRunning } from "./running.ts";
import { aborted, interruption } from "./signals.ts";

/** Options of `alloyrun local start`. */
export interface StartOptions {
  readonly port?: number;
  /** A factor from 1, or `max`. */
  readonly pace: number | "max";
  readonly seed?: string;
  /** Directory that keeps everything; in memory without one. */
  readonly state?: string;
  /** A snapshot to begin as. */
  readonly from?: string;
  readonly offline?: boolean;
  readonly listen?: readonly Listen[];
  /** A file with a fault plan. */
  readonly faults?: string;
}

/** Starts a local Google Cloud and serves until Ctrl-C, SIGTERM or `alloyrun local stop`; empties it when asked to. */
export async function startLocal(options: StartOptions): Promise<ExitCode> {
  const signal = interruption();
  const { faults, ...others } = options;
  let onReset = () => {};
  const plan = faults && { faults: await readPlan(faults) };
  let local = await startLocalCloud({ ...others, ...plan, onReset: () => onReset() });
  try {
    await noteRunning({ port: local.port, pid: process.pid });
    process.stdout.write(`Local Google Cloud ready at ${local.url}\n`);
    while (!signal.aborted) {
      const reset = new Promise<true>((resolve) => {
        onReset = () => resolve(true);
      });
      if (await Promise.race([aborted(signal), reset])) local = await local.reset();
    }
  } finally {
    await local.stop();
    await forgetRunning(local.port);
  }
  return exitCodes.ok;
}
