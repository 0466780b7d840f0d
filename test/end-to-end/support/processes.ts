import { execFileSync } from "node:child_process";

/** A process as the operating system's table shows it. */
export interface TableRow {
  readonly pid: number;
  readonly parent: number;
  readonly args: string;
}

/** Every process of this machine. */
export function listProcesses(): TableRow[] {
  const table = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8", maxBuffer: 1 << 26 });
  return table.split("\n").flatMap((line) => {
    const [, pid, parent, args = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), parent: Number(parent), args }] : [];
  });
}

/** Pids of this process's own children whose arguments match. */
export function findChildren(pattern: RegExp): number[] {
  const children = listProcesses().filter(({ parent, args }) => parent === process.pid && pattern.test(args));
  return children.map(({ pid }) => pid);
}
