import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { Account } from "./account.ts";
import { makeOpenDirectory } from "./runtime.ts";

/** A directory that the containers of one instance share: empty and writable, or with files that are there to be read. */
export interface Volume {
  readonly name: string;
  /** Files to be read; without them the volume is writable. */
  readonly files?: readonly VolumeFile[];
}

/** One file of a volume. */
export interface VolumeFile {
  /** Below the volume. */
  readonly path: string;
  readonly content: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** Where a container has a volume. */
export interface Mount {
  /** Name of the volume. */
  readonly volume: string;
  /** Absolute path within the container. */
  readonly path: string;
  /** Directory of the volume that is there instead of the whole. */
  readonly subPath?: string;
}

/** Real directories by the paths that a container knows them by. */
export type MountTable = Readonly<Record<string, string>>;

/**
 * Makes the volumes of an instance below its own directory.
 *
 * @param account that the instance's processes run as: files are its own, as they are root's in a container
 */
export function makeVolumes(directory: string, volumes: readonly Volume[], account: Account): void {
  for (const { name, files } of volumes) {
    const root = join(directory, "volumes", name);
    makeOpenDirectory(root);
    if (!files) chmodSync(root, 0o777);
    for (const file of files ?? []) writeVolumeFile(root, file, account);
  }
}

function writeVolumeFile(root: string, { path, content, mode }: VolumeFile, { uid, gid }: Account): void {
  // However it is written, a path never leaves its volume.
  const target = join(root, posix.join("/", path));
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  writeFileSync(target, content, { mode });
  chmodSync(target, mode);
  if (uid !== undefined && gid !== undefined) chownSync(target, uid, gid);
}

/** Where the mounts of a container really are. */
export function mountTable(directory: string, mounts: readonly Mount[]): MountTable {
  return Object.fromEntries(
    mounts.map(({ volume, path, subPath = "" }) => [
      path.replace(/(?<=.)\/+$/, ""),
      join(directory, "volumes", volume, posix.join("/", subPath)).replace(/\/$/, ""),
    ]),
  );
}

/**
 * Replaces the paths of mounts in an argument or an environment value: alone, with more path behind, after `=` and in
 * lists. A path inside a longer one stays.
 */
export function translatePaths(text: string, table: MountTable): string {
  const paths = Object.keys(table).sort((a, b) => b.length - a.length);
  if (paths.length === 0) return text;
  const pattern = paths.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const whole = new RegExp(`(?<=^|[=,:"'\\s]|file://)(?:${pattern})(?=$|[/,:"'\\s?])`, "g");
  return text.replace(whole, (found) => table[found] ?? found);
}
