import { startLocalCloud } from "../../local/main.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { forgetRunning, noteRunning } from "./running.ts";
import { aborted, interruption } from "./signals.ts";

/** Options of `alloyrun local start`. */
export interface StartOptions {
  readonly port?: number;
  /** A factor from 1, or `max`. */
  readonly pace: string;
  readonly seed: string;
  readonly offline?: boolean;
  /** `HOST=PORT`, each. */
  readonly listen?: readonly string[];
}

/** Starts a local Google Cloud and serves until Ctrl-C, SIGTERM or `alloyrun local stop`. */
export async function startLocal({ port, pace, seed, offline, listen = [] }: StartOptions): Promise<ExitCode> {
  const signal = interruption();
  const local = await startLocalCloud({
    port,
    pace: pace === "max" ? "max" : Number(pace),
    seed,
    offline,
    listen: listen.map(parseListen),
  });
  try {
    await noteRunning({ port: local.port, pid: process.pid });
    process.stdout.write(`Local Google Cloud ready at ${local.url}\n`);
    await aborted(signal);
  } finally {
    await local.stop();
    await forgetRunning(local.port);
  }
  return exitCodes.ok;
}

/** @throws Error for anything but `HOST=PORT` */
function parseListen(pair: string): { readonly host: string; readonly port: number } {
  const [host = "", port = ""] = pair.split("=", 2);
  if (host !== "" && /^\d{1,5}$/.test(port)) return { host, port: Number(port) };
  throw new Error(`--listen takes HOST=PORT, for example alloydb.googleapis.com=8443, not ${pair}`);
}
