import { createHash, type Hash } from "node:crypto";
import { chmodSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Image, parseImageReference } from "./image.ts";
import type { Runtime } from "./runtime.ts";

/** A finished build. */
export interface Built {
  /** The image's files; the image store takes the directory over. */
  readonly directory: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * Pushes a build under a reference. The digest depends on what is in the image only, so the same source gives the
 * image that is there already.
 */
export function pushImage({ cloud, images }: Runtime, reference: string, built: Built): Image {
  const { repository, tag = "latest" } = parseImageReference(reference);
  const hash = createHash("sha256");
  const sizeBytes = addDirectory(hash, built.directory);
  hash.update(JSON.stringify([built.command, built.env, built.packages]));
  const digest = `sha256:${hash.digest("hex")}`;
  const found = images.resolve(`${repository}@${digest}`);
  if (found) rmSync(built.directory, { recursive: true, force: true });
  const uploadTime = cloud.clock.timestamp();
  const image = found ?? { ...built, reference: `${repository}@${digest}`, digest, uploadTime, sizeBytes };
  images.push(image, tag);
  return image;
}

/** Adds names, links and contents to the hash, and lets others read them; gives the size of the contents. */
function addDirectory(hash: Hash, directory: string, below = ""): number {
  chmodSync(directory, 0o755);
  let size = 0;
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    const status = lstatSync(path);
    hash.update(`${below}${name}\0`);
    if (status.isSymbolicLink()) hash.update(readlinkSync(path));
    else if (status.isDirectory()) size += addDirectory(hash, path, `${below}${name}/`);
    else {
      chmodSync(path, status.mode & 0o111 ? 0o755 : 0o644);
      hash.update(readFileSync(path));
      size += status.size;
    }
  }
  return size;
}
