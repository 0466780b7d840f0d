import {
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";

/** Paths below the source that are not simply copied, with all below them. */
export interface CopyOptions {
  readonly skip?: readonly string[];
  /** Files that nobody ever changes: source and copy may be one. */
  readonly link?: readonly string[];
}

/**
 * Copies files, links and folders with their modes, and with their owners where this process may give them away. File
 * systems that can share blocks do. It copies in one go: nothing of this process changes meanwhile.
 */
export function copyTree(source: string, target: string, { skip = [], link = [] }: CopyOptions = {}): void {
  const below = (paths: readonly string[]) => new Set(paths.map((path) => join(source, path)));
  copyEntry(source, target, { skip: below(skip), link: below(link), isLinked: false });
}

interface Copying {
  readonly skip: ReadonlySet<string>;
  readonly link: ReadonlySet<string>;
  readonly isLinked: boolean;
}

function copyEntry(source: string, target: string, copying: Copying): void {
  if (copying.skip.has(source)) return;
  const inner = { ...copying, isLinked: copying.isLinked || copying.link.has(source) };
  const status = lstatSync(source);
  if (status.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
  else if (status.isDirectory()) {
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(source)) copyEntry(join(source, name), join(target, name), inner);
  } else if (!status.isFile() || (inner.isLinked && linked(source, target))) return;
  else copyFileSync(source, target, constants.COPYFILE_FICLONE);
  if (process.getuid?.() === 0) lchownSync(target, status.uid, status.gid);
  if (!status.isSymbolicLink()) chmodSync(target, status.mode & 0o7777);
}

/** Not every file system links, and none links across to another. */
function linked(source: string, target: string): boolean {
  try {
    linkSync(source, target);
    return true;
  } catch {
    return false;
  }
}
