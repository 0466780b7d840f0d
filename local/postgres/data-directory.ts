import { execFile } from "node:child_process";
import { chown, copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { KeyPair } from "../certificate.ts";
import type { Binaries } from "./binaries.ts";
import { type Admission, adminRole, hostRules, identityMap } from "./host-rules.ts";
import { giveTo, type ServerUser } from "./ownership.ts";

const run = promisify(execFile);

/** Initialises an empty cluster of databases whose superuser is `alloydbadmin`. Takes about 0.4 s. */
export async function initialise(dataDirectory: string, binaries: Binaries): Promise<void> {
  await makeOwned(dataDirectory, binaries.user);
  const args = ["-D", dataDirectory, "-U", adminRole, "--auth=trust", "--encoding=UTF8", "--locale=C"];
  await run(path.join(binaries.directory, "initdb"), [...args, "--wal-segsize=1", "--no-sync", "--no-instructions"], {
    env: { ...binaries.environment, TZ: "UTC", LC_ALL: "C" },
    cwd: dataDirectory,
    ...binaries.user,
  });
}

/**
 * Copies a data directory, also that of a running server between the start and the end of a backup; the copy belongs to
 * the server's user.
 *
 * @param except first-level entries to leave out; of folders only what is in them
 */
export async function copyDataDirectory(
  source: string,
  target: string,
  { user, except = [] }: { readonly user: ServerUser; readonly except?: readonly string[] },
): Promise<void> {
  const entries = (await readdir(source, { recursive: true, withFileTypes: true })).map((entry) => ({
    path: path.relative(source, path.join(entry.parentPath, entry.name)),
    isFolder: entry.isDirectory(),
  }));
  await mkdir(target, { recursive: true, mode: 0o700 });
  const wanted = entries.filter((entry) => !except.some((left) => isWithin(left, entry)));
  for (const folder of wanted.filter(({ isFolder }) => isFolder)) {
    await mkdir(path.join(target, folder.path), { mode: 0o700 });
  }
  await Promise.all(wanted.filter(({ isFolder }) => !isFolder).map((file) => copyIfThere(source, target, file.path)));
  await giveTo(target, user);
}

function isWithin(left: string, entry: { readonly path: string; readonly isFolder: boolean }): boolean {
  return entry.path.startsWith(`${left}${path.sep}`) || (entry.path === left && !entry.isFolder);
}

/** Files of a running server come and go; those that went are made up for by its write-ahead log. */
async function copyIfThere(source: string, target: string, file: string): Promise<void> {
  try {
    await copyFile(path.join(source, file), path.join(target, file));
  } catch (caught) {
    if (!(caught instanceof Error && "code" in caught && caught.code === "ENOENT")) throw caught;
  }
}

/** What of a data directory decides who gets in. */
export interface AccessFiles {
  readonly admission: Admission;
  /** The server's own key and certificate. */
  readonly server: KeyPair;
  /** PEM of the authority behind the certificates with which the machinery logs in. */
  readonly clientAuthority: string;
}

/** Writes the files that decide who gets in; a running server heeds new rules after a reload. */
export async function writeAccess(
  dataDirectory: string,
  { admission, server, clientAuthority }: AccessFiles,
  user: ServerUser,
): Promise<void> {
  const write = (file: string, content: string) => writeOwned(path.join(dataDirectory, file), content, user);
  await write("server.key", server.key);
  await write("server.crt", server.certificate);
  await write("clients.crt", clientAuthority);
  await write("pg_ident.conf", identityMap);
  await write("pg_hba.conf", hostRules(admission));
}

/** Writes a file that only the server's user can read. */
export async function writeOwned(file: string, content: string, user: ServerUser): Promise<void> {
  await writeFile(file, content, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) await chown(file, user.uid, user.gid);
}

async function makeOwned(directory: string, user: ServerUser): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await giveTo(directory, user);
}
