import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { killGroup } from "./group.ts";

/**
 * Watches over the local cloud's children from outside: reads `+pid` and `-pid` lines, and when its input closes
 * (the local cloud ended, in whatever way) kills those that are left, with all they started, and removes the directory
 * that its first argument names, and the file that its second names, in which the same processes are noted for the case
 * that it is killed itself.
 */
const [, , directory = "", register = ""] = process.argv;
const pids = new Set<number>();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const pid = Number(line.slice(1));
    if (line.startsWith("+")) pids.add(pid);
    else pids.delete(pid);
  })
  .on("close", () => {
    for (const pid of pids) killGroup(pid);
    if (directory) rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    if (register) rmSync(register, { force: true });
  });
