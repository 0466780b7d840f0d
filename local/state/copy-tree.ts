import {
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";

/**
 * Copies files, links and folders with their modes, and with their owners where this process may give them away. File
 * systems that can share blocks do. It copies in one go: nothing of this process changes meanwhile.
 *
 * @param skip paths below the source that are left out, with all below them
 */
export function copyTree(source: string, target: string, skip: readonly string[] = []): void {
  copyEntry(source, target, new Set(skip.map((path) => join(source, path))));
}

function copyEntry(source: string, target: string, skip: ReadonlySet<string>): void {
  if (skip.has(source)) return;
  const status = lstatSync(source);
  if (status.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
  else if (status.isDirectory()) {
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(source)) copyEntry(join(source, name), join(target, name), skip);
  } else if (status.isFile()) copyFileSync(source, target, constants.COPYFILE_FICLONE);
  else return;
  if (process.getuid?.() === 0) lchownSync(target, status.uid, status.gid);
  if (!status.isSymbolicLink()) chmodSync(target, status.mode & 0o7777);
}
