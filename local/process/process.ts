import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

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

/** A child process of the local cloud. */
export interface ManagedProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** Sends a signal, SIGKILL after the grace time (real milliseconds), and waits for the end. */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<ProcessExit>;
  kill(signal: NodeJS.Signals): void;
}

/** The child processes of one local cloud, none of which outlives it. */
export interface Processes {
  /** @throws Error when the command cannot be started */
  spawn(options: ProcessOptions): Promise<ManagedProcess>;
  /** Ends every process that is still running. */
  stop(): Promise<void>;
}

/**
 * Makes the process table. A guard process reads the pids from a pipe and kills what is left, and removes the given
 * directory, once the pipe closes: that is, also when this process was killed with SIGKILL.
 *
 * @param directory removed by the guard when this process ends; `undefined` to keep everything
 */
export function createProcesses(directory: string | undefined): Processes {
  const running = new Set<ManagedProcess>();
  const guard = spawn(
    process.execPath,
    [fileURLToPath(new URL("./guard.ts", import.meta.url)), ...(directory ? [directory] : [])],
    { stdio: ["pipe", "ignore", "ignore"], detached: true, env: {} },
  );
  guard.unref();
  const tell = (line: string) => guard.stdin?.writable && guard.stdin.write(`${line}\n`);
  guard.stdin?.on("error", () => undefined);

  return {
    async spawn({ command, args, env, cwd, uid, gid, onLine }) {
      const child = spawn(command, args, { env, cwd, uid, gid, stdio: ["ignore", "pipe", "pipe"] });
      const pid = await started(child);
      tell(`+${pid}`);
      for (const stream of ["stdout", "stderr"] as const) {
        const lines = createInterface({ input: child[stream] });
        lines.on("line", (line) => onLine?.(line, stream));
      }
      const exited = new Promise<ProcessExit>((resolve) => {
        child.once("close", (code, signal) => resolve({ code, signal }));
      });
      const managed: ManagedProcess = {
        pid,
        exited,
        kill: (signal) => void child.kill(signal),
        async stop(signal = "SIGTERM", graceMs = 5000) {
          child.kill(signal);
          const deadline = setTimeout(() => child.kill("SIGKILL"), graceMs);
          const exit = await exited;
          clearTimeout(deadline);
          return exit;
        },
      };
      running.add(managed);
      void exited.then(() => {
        running.delete(managed);
        tell(`-${pid}`);
      });
      return managed;
    },
    async stop() {
      await Promise.all([...running].map((child) => child.stop("SIGTERM", 2000)));
      const ended = new Promise((resolve) => guard.once("exit", resolve));
      guard.ref();
      guard.stdin?.end();
      await ended;
    },
  };
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", () => resolve(child.pid ?? -1));
  });
}
