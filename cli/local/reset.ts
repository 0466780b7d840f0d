import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { emptyState } from "../../local/state/state.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { askAdmin } from "./admin.ts";
import { findRunning } from "./running.ts";

/** What to empty. */
export interface ResetOptions {
  readonly port?: number;
  /** A state directory that nobody runs, instead of the running one. */
  readonly state?: string;
  /** Asks nobody. */
  readonly yes?: boolean;
}

/** Real milliseconds that a reset may take. */
const longestMs = 30_000;

/** Forgets everything in a local Google Cloud; what clients trust stays. */
export async function resetLocal({ port, state, yes }: ResetOptions): Promise<ExitCode> {
  const running = state === undefined ? await findRunning(port) : undefined;
  const what = running ? `the local Google Cloud at port ${running.port}` : `the state in ${state}`;
  if (!yes && !(await isConfirmed(what))) return exitCodes.failed;
  if (state !== undefined) emptyState(state);
  if (running) await resetRunning(running.port);
  return exitCodes.ok;
}

async function isConfirmed(what: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write(`everything in ${what} would be gone: say so with --yes\n`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Everything in ${what} will be gone. Type "yes" to go on: `);
  terminal.close();
  return answer.trim() === "yes";
}

/** It answers at once, and is empty when it serves anew. */
async function resetRunning(port: number): Promise<void> {
  const before = await startedAt(port);
  await askAdmin({ port, method: "POST", page: "reset" });
  for (const until = performance.now() + longestMs; performance.now() < until; await sleep(50)) {
    const now = await startedAt(port).catch(() => before);
    if (now !== before) return;
  }
  throw new Error(`the local Google Cloud at port ${port} did not come back after its reset`);
}

async function startedAt(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/_local/health`);
  const { started }: { started: string } = JSON.parse(await response.text());
  return started;
}
