import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Processes that work below a directory or were started with it in their arguments, other than this one. */
export function processesBelow(directory: string): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid))
    .filter((pid) => isBelow(pid, directory));
}

function isBelow(pid: string, directory: string): boolean {
  try {
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    return folder.startsWith(directory) || readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(directory);
  } catch {
    return false;
  }
}
