import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { holderOf } from "../state/holder.ts";
import { startChild } from "./child.ts";
import { descendantsOf } from "./descendants.ts";

/** What to run. */
export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Receives every line the process prints. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process of the local cloud. What it has started itself is killed when it ends. */
export interface ManagedProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** Sends it a signal, kills it and all it started after the grace time (real milliseconds), and waits for the end. */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<ProcessExit>;
  /** Sends a signal to this process alone; what it has started is its own business. */
  kill(signal: NodeJS.Signals): void;
}

/** The child processes of one local cloud, none of which outlives it. */
export interface Processes {
  /** @throws Error when the command cannot be started, and once `stop` has begun */
  spawn(options: ProcessOptions): Promise<ManagedProcess>;
  /**
   * Runs something while every process, with all it started, stands still: what they have on disk is then what a crash at
   * that moment would leave.
   */
  frozen<T>(work: () => T): T;
  /** Ends every process that is still running; may be called again. */
  stop(): Promise<void>;
}

/**
 * Makes the process table. A guard process reads the pids from a pipe and kills what is left, and removes the given
 * directory, once the pipe closes: that is, also when this process was killed with SIGKILL.
 *
 * @param directory removed by the guard when this process ends; `undefined` to keep everything
 * @param register file that tells the guard and then every process, for `endLeftovers`; none unless given
 */
export function createProcesses(directory: string | undefined, register?: string): Processes {
  const running = new Set<ManagedProcess>();
  const guard = startGuard([directory ?? "", register ?? ""]);
  let stopping: Promise<void> | undefined;

  function track(child: ManagedProcess): void {
    running.add(child);
    guard.tell(`+${child.pid}`);
    // Noted before anything else can happen: whoever kills this process may kill the guard as well.
    if (register) appendFileSync(register, `${JSON.stringify(holderOf(child.pid))}\n`);
    void child.exited.then(() => {
      running.delete(child);
      guard.tell(`-${child.pid}`);
    });
  }

  async function stopAll(): Promise<void> {
    await Promise.all([...running].map((child) => child.stop("SIGTERM", 2000)));
    await guard.end();
  }

  return {
    async spawn(options) {
      if (stopping) throw new Error(`${options.command} is not started: the local cloud is ending`);
      return await startChild(options, track);
    },
    frozen(work) {
      const stopped = freeze([...running].map(({ pid }) => pid));
      try {
        return work();
      } finally {
        for (const pid of stopped.reverse()) signal(pid, "SIGCONT");
      }
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

/** Parents first, so that they start nobody new; whoever was started meanwhile is found by looking again. */
function freeze(pids: readonly number[]): number[] {
  const stopped = new Set<number>();
  for (let found = [...pids]; found.length > 0; ) {
    for (const pid of found) {
      signal(pid, "SIGSTOP");
      stopped.add(pid);
    }
    found = descendantsOf(pids).filter((pid) => !stopped.has(pid));
  }
  return [...stopped];
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

interface Guard {
  readonly tell: (line: string) => void;
  readonly end: () => Promise<void>;
}

function startGuard(args: readonly string[]): Guard {
  const guard: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL("./guard.ts", import.meta.url)), ...args],
    { stdio: ["pipe", "ignore", "ignore"], detached: true, env: {} },
  );
  const [, register] = args;
  // Noted at once: whoever comes after a crash must wait for a guard that has hardly begun.
  if (register) writeFileSync(register, `${JSON.stringify(holderOf(guard.pid))}\n`, { mode: 0o600 });
  const ended = new Promise<void>((resolve) => guard.once("exit", () => resolve()));
  guard.unref();
  guard.stdin?.on("error", () => undefined);
  return {
    tell: (line) => void (guard.stdin?.writable && guard.stdin.write(`${line}\n`)),
    end() {
      guard.ref();
      guard.stdin?.end();
      return ended;
    },
  };
}
