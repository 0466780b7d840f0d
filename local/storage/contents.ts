import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kept } from "../state/change-log.ts";

/** The bytes behind objects and unfinished uploads: files that records name by their id. */
export interface Contents {
  /** Writes bytes under a new id, before any record names it. */
  write(content: Buffer): Promise<string>;
  read(id: string): Promise<Buffer>;
  /** Removes bytes that no record names any more. */
  discard(id: string): Promise<void>;
  /** Removes all bytes but those: what a killed process had written for a record that it did not come to write. */
  keepOnly(ids: ReadonlySet<string>): void;
}

/** Opens the contents in a directory, which is made when the first is written. */
export function openContents(directory: string): Contents {
  return {
    async write(content) {
      const id = randomUUID();
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(join(directory, id), content, { mode: 0o600 });
      return id;
    },
    read: (id) => readFile(join(directory, id)),
    async discard(id) {
      // A record that came back from the log without its file would be an object without content.
      await kept();
      await rm(join(directory, id), { force: true });
    },
    keepOnly(ids) {
      const found = existsSync(directory) ? readdirSync(directory) : [];
      for (const id of found) if (!ids.has(id)) rmSync(join(directory, id), { force: true });
    },
  };
}
