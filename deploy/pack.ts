import { constants, type Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { gzipSync } from "fflate";
import { Pack } from "tar";
import { sha256 } from "../spec/names.ts";

/** A folder packed for the bucket. */
export interface PackedFolder {
  /** `<sha256>.tgz`: the same files give the same name on every machine. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Folders that are made from others and never travel. */
const left = new Set(["node_modules", ".git"]);

/**
 * Packs a folder into a gzipped tar whose bytes depend on nothing but the files' names, contents and whether their owner
 * may execute them. Symbolic links are left out. Compressed in JavaScript, because zlib's output differs from one
 * processor architecture to the next.
 *
 * @param folder absolute path
 */
export async function packFolder(folder: string): Promise<PackedFolder> {
  const files = (await listFiles(folder, folder)).sort();
  const statCache = new Map(await Promise.all(files.map((file) => plainStats(join(folder, file)))));
  const pack = new Pack({ cwd: folder, portable: true, noMtime: true, statCache });
  for (const file of files) pack.add(file);
  const bytes = gzipSync(await pack.end().concat(), { mtime: 0 });
  return { name: `${sha256(bytes)}.tgz`, bytes };
}

/**
 * A file's facts as tar keeps them, without those that differ from machine to machine: the rights that the umask left to
 * it, and whether it has a second name on the disk.
 */
async function plainStats(path: string): Promise<readonly [string, Stats]> {
  const stats = await lstat(path);
  const mode = constants.S_IFREG | (stats.mode & constants.S_IXUSR ? 0o755 : 0o644);
  return [path.split(sep).join("/"), Object.assign(stats, { mode, nlink: 1 })];
}

async function listFiles(folder: string, root: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => !left.has(entry.name))
      .map((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return listFiles(path, root);
        return entry.isFile() ? [relative(root, path).split(sep).join("/")] : [];
      }),
  );
  return found.flat();
}
