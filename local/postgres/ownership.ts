import { chmod, chown, mkdir, readdir, stat } from "node:fs/promises";
import path from "node:path";

/** The operating system's user that PostgreSQL runs as; empty for the one who runs this process. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Checks that the server's user can get to a directory.
 *
 * @throws Error naming the folder that is closed to it
 */
export async function checkReachable(directory: string, { uid }: ServerUser): Promise<void> {
  if (uid === undefined) return;
  for (let folder = directory; ; folder = path.dirname(folder)) {
    const { mode, uid: owner } = await stat(folder);
    if ((mode & 0o001) === 0 && owner !== uid) {
      throw new Error(
        `PostgreSQL does not run as root, and its user cannot pass through ${folder}: ` +
          `allow that (chmod o+x ${folder}), or name a place elsewhere with --state or TMPDIR`,
      );
    }
    if (folder === path.dirname(folder)) return;
  }
}

/** Makes a directory, whatever the umask, that the server's user can pass through. */
export async function makePassable(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
}

/** Makes a directory, and all in it, the server's own. */
export async function giveTo(directory: string, { uid, gid }: ServerUser): Promise<void> {
  if (uid === undefined || gid === undefined) return;
  const below = await readdir(directory, { recursive: true });
  await Promise.all(["", ...below].map((entry) => chown(path.join(directory, entry), uid, gid)));
}
