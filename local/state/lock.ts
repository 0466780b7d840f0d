import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "./error-code.ts";
import { holderOf, isHolding, parseHolder } from "./holder.ts";

/** Gives the directory free again. */
export type Unlock = () => void;

/**
 * Takes a state directory for this process.
 *
 * @throws Error when a running process has it
 */
export function lockDirectory(directory: string): Unlock {
  const lock = join(directory, "lock");
  const own = JSON.stringify(holderOf());
  const draft = `${lock}.${process.pid}`;
  writeFileSync(draft, own, { mode: 0o600 });
  try {
    for (let tries = 0; tries < 100; tries += 1) {
      if (linked(draft, lock)) return () => release(lock, own);
      removeDead(directory, lock);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Error(`${directory} cannot be locked: others take it again and again`);
}

/** A hard link is made by one of several who try. */
function linked(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock);
    return true;
  } catch (caught) {
    if (hasCode(caught, "EEXIST")) return false;
    throw caught;
  }
}

/** Moves a dead process's lock away; somebody else may have done so, and locked, since it was read: then back with it. */
function removeDead(directory: string, lock: string): void {
  const text = read(lock);
  const holder = parseHolder(text);
  if (holder && isHolding(holder)) {
    throw new Error(`${directory} is in use by process ${holder.pid}: end it, or name another directory with --state`);
  }
  const aside = `${lock}.dead.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (read(aside) !== text) linked(aside, lock);
  rmSync(aside, { force: true });
}

function release(lock: string, own: string): void {
  if (read(lock) === own) rmSync(lock, { force: true });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
