import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { listProcesses } from "./processes.ts";

/** What to run, as whom and where. */
export interface SessionOptions {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

/** A command that runs in a process group of its own, as one does that is started in a terminal. */
export interface Session {
  readonly pid: number;
  /** What it has printed on both streams. */
  printed(): string;
  /** Resolves once it has printed the text. @throws Error when it ended before */
  says(text: string): Promise<void>;
  /** Sends a signal to the whole group, as Ctrl-C does. */
  interrupt(signal: NodeJS.Signals): void;
  /** Pids of all processes that it has started, and they in turn. */
  descendants(): number[];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts a command. */
export function startSession({ command: [program, ...args], cwd, env, uid, gid }: SessionOptions): Session {
  const child = spawn(program, args, { cwd, env, uid, gid, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const { pid = 0 } = child;
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => printed.push(String(chunk)));
  const ended = endOf(child);
  let isOver = false;
  void ended.finally(() => {
    isOver = true;
  });
  return {
    ...{ pid, ended },
    printed: () => printed.join(""),
    async says(text) {
      while (!printed.join("").includes(text)) {
        if (isOver) throw new Error(`it ended without saying ${text}:\n${printed.join("")}`);
        await delay(20);
      }
    },
    interrupt: (signal) => process.kill(-pid, signal),
    descendants: () => descendantsOf(pid),
  };
}

/** Looks again until none of the processes exists: nothing tells when somebody else's processes end. */
export async function awaitGone(pids: readonly number[]): Promise<void> {
  while (listProcesses().some(({ pid }) => pids.includes(pid))) await delay(100);
}

function endOf(child: ChildProcess): Session["ended"] {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

function descendantsOf(ancestor: number): number[] {
  const table = listProcesses();
  const below = (parent: number): number[] =>
    table.filter((row) => row.parent === parent).flatMap(({ pid }) => [pid, ...below(pid)]);
  return below(ancestor);
}
