import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { gzipSync } from "fflate";
import { create } from "tar";

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
  const options = { cwd: folder, portable: true, noMtime: true, noDirRecurse: true, onWriteEntry: plainMode };
  const archive = await create(options, files.map(asPath)).concat();
  const bytes = gzipSync(archive, { mtime: 0 });
  return { name: `${createHash("sha256").update(bytes).digest("hex")}.tgz`, bytes };
}

/** What a file may be read and written by depends on its owner's umask; whether it is a program does not. */
function plainMode({ stat }: { readonly stat?: { mode: number } }): void {
  if (stat) stat.mode = stat.mode & 0o100 ? 0o755 : 0o644;
}

/** tar takes a name that begins with `@` for an archive to be added. */
function asPath(file: string): string {
  return file.startsWith("@") ? `./${file}` : file;
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
