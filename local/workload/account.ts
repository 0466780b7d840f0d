import { statSync } from "node:fs";
import { dirname } from "node:path";

/** The user and group that a workload's processes run as; empty: those of the local cloud itself. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** `nobody` on the systems that have it; has an entry in the password file, which some programs look up. */
const nobody = { uid: 65534, gid: 65534 };

/**
 * Chooses the account of workloads. Started as root they run as nobody, provided that nobody may read what they need;
 * below a folder closed to others (mode 0700), and for an ordinary user, they run as the local cloud does.
 */
export function chooseAccount(needed: readonly string[], uid = process.getuid?.()): Account {
  return uid === 0 && needed.every(isOpenToOthers) ? nobody : {};
}

/** Whether others may read a file or enter a directory, and enter all above it. */
function isOpenToOthers(path: string): boolean {
  const status = statSync(path);
  const wanted = status.isDirectory() ? 0o005 : 0o004;
  return (status.mode & wanted) === wanted && isReachable(dirname(path));
}

function isReachable(directory: string): boolean {
  if ((statSync(directory).mode & 0o001) === 0) return false;
  const above = dirname(directory);
  return above === directory || isReachable(above);
}
