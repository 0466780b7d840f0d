import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The user that a checkout belongs to and its commands run as; empty for the one who runs the tests. */
export interface Person {
  readonly uid?: number;
  readonly gid?: number;
}

/** A copy of the repository below a folder that only its owner may enter, and what its commands leave there. */
export interface Checkout {
  readonly directory: string;
  /** Environment of a person with a home, and with a temporary and a runtime directory of their own. */
  readonly env: Readonly<Record<string, string>>;
  /** What is in the temporary directory. */
  left(): string[];
  /** Whether a process's arguments name anything of it. */
  names(args: string): boolean;
  remove(): void;
}

/** Copies what a clone has; the packages are the same files, linked. */
export function makeCheckout(person: Person = {}): Checkout {
  const closed = makeFolder("closed", 0o700);
  const temporary = makeFolder("tmp", 0o755);
  const directory = join(closed, "alloyrun");
  cpSync(root, directory, { recursive: true, filter: (path) => !/\/(node_modules|\.git)$/.test(path) });
  const places = { HOME: join(closed, "home"), XDG_RUNTIME_DIR: join(closed, "run") };
  for (const place of Object.values(places)) mkdirSync(place);
  for (const folder of [closed, temporary]) give(folder, person);
  linkTree(join(root, "node_modules"), join(directory, "node_modules"));
  const quiet = { npm_config_update_notifier: "false", npm_config_fund: "false" };
  return {
    directory,
    env: { PATH: process.env.PATH ?? "", TMPDIR: temporary, ...places, ...quiet },
    left: () => readdirSync(temporary).filter((name) => name !== "node-compile-cache"),
    names: (args) => args.includes(closed) || args.includes(temporary),
    remove() {
      for (const folder of [closed, temporary]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A folder with exactly this mode. */
function makeFolder(purpose: string, mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), `alloyrun-${purpose}-`));
  chmodSync(folder, mode);
  return folder;
}

function give(directory: string, { uid, gid }: Person): void {
  if (uid === undefined || gid === undefined) return;
  for (const entry of ["", ...readdirSync(directory, { recursive: true, encoding: "utf8" })]) {
    chownSync(join(directory, entry), uid, gid);
  }
}

/** Hard links where the file system has them, else copies. */
function linkTree(from: string, to: string): void {
  try {
    execFileSync("cp", ["-al", from, to], { stdio: "ignore" });
  } catch {
    rmSync(to, { recursive: true, force: true });
    execFileSync("cp", ["-a", from, to]);
  }
}
