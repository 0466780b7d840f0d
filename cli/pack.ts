import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { buffer } from "node:stream/consumers";
import { create } from "tar";

/** A folder packed for the bucket. */
export interface PackedFolder {
  /** `<sha256>.tgz`: the same files give the same name on every machine. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Folders that are made from others and never travel. */
const left = new Set(["node_modules", ".git"]);

/**
 * Packs a folder into a gzipped tar whose bytes depend on nothing but the files' names and contents.
 *
 * @param folder absolute path
 */
export async function packFolder(folder: string): Promise<PackedFolder> {
  const files = (await listFiles(folder, folder)).sort();
  const archive = create({ cwd: folder, gzip: true, portable: true, noMtime: true, noDirRecurse: true }, files);
  const bytes = await buffer(archive as unknown as AsyncIterable<Buffer>);
  return { name: `${createHash("sha256").update(bytes).digest("hex")}.tgz`, bytes };
}

async function listFiles(folder: string, root: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => !left.has(entry.name))
      .map((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return listFiles(path, root);
        return entry.isFile() ? [relative(root, path)] : [];
      }),
  );
  return found.flat();
}
