import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ExitCode, exitCodes } from "../exit-code.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** A command line of alloyrun, run in a process of its own. */
export interface ChildCommand {
  readonly args: readonly string[];
  /** Whole environment of the child: that of a local Google Cloud over the person's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Whether its standard output is this process's. */
  readonly answers: boolean;
}

/**
 * Runs one alloyrun command as a person would, with nothing but its environment telling it where Google Cloud is.
 * Certificates and proxies are read once, when a process starts; that is why it is one.
 *
 * @returns its exit code; `interrupted` when it was ended by a signal
 */
export async function runChild({ args, env, signal, answers }: ChildCommand): Promise<ExitCode> {
  if (signal.aborted) return exitCodes.interrupted;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    env,
    // Over the channel the child learns that this process is gone, however it went.
    stdio: ["inherit", answers ? "inherit" : "ignore", "inherit", "ipc"],
  });
  const end = () => child.kill("SIGTERM");
  signal.addEventListener("abort", end, { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  signal.removeEventListener("abort", end);
  return isExitCode(code) ? code : exitCodes.interrupted;
}

function isExitCode(code: number | null): code is ExitCode {
  return Object.values(exitCodes).some((known) => known === code);
}
