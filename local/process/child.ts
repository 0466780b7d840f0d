import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { killGroup } from "./group.ts";
import type { ManagedProcess, ProcessExit, ProcessOptions } from "./process.ts";

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** How long, in real milliseconds, a pipe may outlast its process: somebody who left its group may hold it open. */
const pipeGraceMs = 500;

/**
 * Starts a process that leads a group of its own, which ends with it: like a container, whose first process alone is
 * asked to end and takes all others with it.
 *
 * @param onStarted told before anything else can happen, so that nobody misses a process that is being started
 * @throws Error when the command cannot be started
 */
export async function startChild(
  { command, args, env, cwd, uid, gid, onLine }: ProcessOptions,
  onStarted: (child: ManagedProcess) => void,
): Promise<ManagedProcess> {
  const child = spawn(command, args, { env, cwd, uid, gid, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const { pid } = child;
  if (pid === undefined) return await failure(child);
  for (const stream of ["stdout", "stderr"] as const) {
    createInterface({ input: child[stream] }).on("line", (line) => onLine?.(line, stream));
  }
  const managed = toManaged(child, pid);
  onStarted(managed);
  return managed;
}

function toManaged(child: Child, pid: number): ManagedProcess {
  const exited = exitOf(child, pid);
  return {
    pid,
    exited,
    kill: (signal) => void child.kill(signal),
    async stop(signal = "SIGTERM", graceMs = 5000) {
      child.kill(signal);
      const deadline = setTimeout(() => killGroup(pid), graceMs);
      const exit = await exited;
      clearTimeout(deadline);
      return exit;
    },
  };
}

/** Ends with the process, once what it printed has been read. */
function exitOf(child: Child, pid: number): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once("exit", () => {
      killGroup(pid);
      const late = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, pipeGraceMs);
      child.once("close", () => clearTimeout(late));
    });
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

function failure(child: Child): Promise<never> {
  return new Promise((_resolve, reject) => child.once("error", reject));
}
