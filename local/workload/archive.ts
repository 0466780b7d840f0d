import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { unzipSync } from "fflate";
import { extract } from "tar";

/**
 * Unpacks a source archive, a zip or a gzipped tar by its first bytes, into a directory.
 *
 * @throws Error when it is neither, is damaged, or has an entry outside the directory
 */
export async function unpack(archive: Buffer, directory: string): Promise<void> {
  if (archive.subarray(0, 2).toString("latin1") === "PK") return unzip(archive, directory);
  if (archive[0] !== 0x1f || archive[1] !== 0x8b)
    throw new Error("the source is neither a zip nor a gzipped tar archive");
  await pipeline(
    Readable.from([archive]),
    extract({ cwd: directory, strict: true, preservePaths: false, umask: 0o022 }),
  );
}

function unzip(archive: Buffer, directory: string): void {
  for (const [name, content] of Object.entries(unzipSync(archive))) {
    const path = join(directory, normalize(name));
    if (!`${path}/`.startsWith(`${directory}/`)) throw new Error(`the source has an entry outside of itself: ${name}`);
    if (name.endsWith("/")) {
      mkdirSync(path, { recursive: true });
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
