import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { FolderReader } from "../spec/folders.ts";

/** Absolute path of a folder that a spec names, relative to the spec's file. */
export function folderOf(specFile: string, folder: string): string {
  return resolve(dirname(specFile), folder);
}

/** Reads the folders that a spec names from the disk, relative to the spec's file. */
export function createFolderReader(specFile: string): FolderReader {
  return {
    async list(folder) {
      const root = folderOf(specFile, folder);
      const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(absent);
      return entries
        ?.filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"));
    },
    read: (folder, path) => readFile(join(folderOf(specFile, folder), path)),
  };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw error;
}
