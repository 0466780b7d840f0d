import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createProcesses, type Processes } from "../../../local/process/process.ts";

let processes: Processes;

beforeEach(() => {
  processes = createProcesses(undefined);
});
afterEach(() => processes.stop());

const node = (script: string, env: Record<string, string> = {}) => ({
  command: process.execPath,
  args: ["-e", script],
  env,
  cwd: "/",
});

const shell = (script: string, env: Record<string, string> = {}) => ({
  command: "/bin/sh",
  args: ["-c", script],
  env: { PATH: "/usr/bin:/bin", ...env },
  cwd: "/",
});

describe("spawn", () => {
  it("hands on every line with its stream, and the exit code", async () => {
    const lines: string[] = [];
    const script = "console.log('out'); console.error('err'); process.exitCode = 3;";
    const child = await processes.spawn({ ...node(script), onLine: (line, stream) => lines.push(`${stream} ${line}`) });
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(lines.sort()).toEqual(["stderr err", "stdout out"]);
  });

  it("gives the child exactly the environment it was given", async () => {
    const lines: string[] = [];
    const child = await processes.spawn({
      ...node("console.log(JSON.stringify(process.env))", { ONLY: "this" }),
      onLine: (line) => lines.push(line),
    });
    await child.exited;
    expect(JSON.parse(lines.join(""))).toEqual({ ONLY: "this" });
  });

  it("rejects for a command that does not exist", async () => {
    await expect(processes.spawn({ ...node(""), command: "/no/such/command" })).rejects.toThrow("ENOENT");
  });
});

describe("stop", () => {
  it("kills a child that does not end within its grace time", async () => {
    const ready = Promise.withResolvers<void>();
    const script = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); console.log('ready');";
    const child = await processes.spawn({ ...node(script), onLine: () => ready.resolve() });
    await ready.promise;
    expect(await child.stop("SIGTERM", 50)).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("asks the child alone to end, and takes what it started with it", async () => {
    const asked = "trap 'echo grandchild was asked' TERM; echo $$; while :; do sleep 0.1; done";
    const lines: string[] = [];
    const ready = Promise.withResolvers<void>();
    const child = await processes.spawn({
      ...shell(`trap 'sleep 0.3; exit 7' TERM; sh -c "$ASKED" & wait`, { ASKED: asked }),
      onLine: (line) => {
        lines.push(line);
        ready.resolve();
      },
    });
    await ready.promise;
    expect(await child.stop()).toEqual({ code: 7, signal: null });
    await until(() => !isAlive(Number(lines[0])));
    expect(lines).toHaveLength(1);
  });

  it("does not wait for a pipe that somebody outside the child's group holds open", async () => {
    const ready = Promise.withResolvers<number>();
    const child = await processes.spawn({
      ...node(
        `const { spawn } = require("node:child_process");
        console.log(spawn("/bin/sh", ["-c", "exec sleep 600"], { detached: true, stdio: "inherit" }).pid);`,
        { PATH: "/usr/bin:/bin" },
      ),
      onLine: (line) => ready.resolve(Number(line)),
    });
    const outside = await ready.promise;
    try {
      expect(await child.stop()).toEqual({ code: null, signal: "SIGTERM" });
      expect(isAlive(outside)).toBe(true);
    } finally {
      process.kill(outside, "SIGKILL");
    }
  });

  it("ends a child that was being started, and starts none afterwards", async () => {
    const starting = processes.spawn(shell("exec sleep 600"));
    const stopping = processes.stop();
    await expect(processes.spawn(shell("exec sleep 600"))).rejects.toThrow("the local cloud is ending");
    await stopping;
    const { pid, exited } = await starting;
    expect(await exited).toEqual({ code: null, signal: "SIGTERM" });
    expect(isAlive(pid)).toBe(false);
  });
});

describe("the guard", () => {
  it("ends the children with theirs and removes the directory after the parent was killed with SIGKILL", async () => {
    const parent = spawn(process.execPath, [fileURLToPath(new URL("./abandoned.ts", import.meta.url))], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<string>((resolve) =>
      createInterface({ input: parent.stdout }).once("line", resolve),
    );
    const { pids, directory } = JSON.parse(line) as { pids: number[]; directory: string };
    expect(pids.map(isAlive)).toEqual([true, true]);
    expect(existsSync(directory)).toBe(true);
    parent.kill("SIGKILL");
    await until(() => !pids.some(isAlive) && !existsSync(directory));
    expect(pids.map(isAlive)).toEqual([false, false]);
  }, 60_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Looks again until it holds: nothing tells when a process of somebody else's ends. The test's time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(10);
}
