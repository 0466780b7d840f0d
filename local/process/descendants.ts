import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Every process that the given ones have started, and those started by these, as far as they are not orphaned. */
export function descendantsOf(pids: readonly number[]): number[] {
  const children = Map.groupBy(listProcesses(), ({ parent }) => parent);
  const found: number[] = [];
  for (const waiting = [...pids]; waiting.length > 0; ) {
    for (const { pid } of children.get(waiting.pop() ?? 0) ?? []) {
      found.push(pid);
      waiting.push(pid);
    }
  }
  return found;
}

interface Listed {
  readonly pid: number;
  readonly parent: number;
}

function listProcesses(): Listed[] {
  if (process.platform === "linux") return readdirSync("/proc").filter(isNumber).flatMap(readStatus);
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => line.trim().split(/\s+/).map(Number)).map(([pid = 0, parent = 0]) => ({ pid, parent }));
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

/** The fourth field; the second may hold spaces and ends with the last bracket. Processes come and go. */
function readStatus(pid: string): Listed[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return [{ pid: Number(pid), parent: Number(parent) }];
  } catch {
    return [];
  }
}
