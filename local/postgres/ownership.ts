import { chmod, chown, mkdir, readdir } from "node:fs/promises";
import path from "node:path";

/** The operating system's user that PostgreSQL runs as; empty for the one who runs this process. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
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
