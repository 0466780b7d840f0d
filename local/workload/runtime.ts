import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import type { Cloud } from "../cloud.ts";
import { type DrawnIds, openIds } from "../drawn-ids.ts";
import { type Account, chooseAccount } from "./account.ts";
import { createImages, type Images } from "./image.ts";

/** What the workloads of one local cloud share. */
export interface Runtime {
  readonly cloud: Cloud;
  readonly images: Images;
  /** The account that processes run as. */
  readonly account: Account;
  /** `file:` URL of the module that Node processes load first. */
  readonly preload: string;
  /** The same for the processes of containers that have volumes. */
  readonly filesPreload: string;
  /** Where their Node keeps what programs compile to, which a second instance of the same image then need not do. */
  readonly compiled: string;
  /** Of instances, by the name of their workload. */
  readonly ids: DrawnIds;
  /** Makes a private directory for one instance. */
  makeDirectory(): string;
  removeDirectory(directory: string): void;
}

/** The installation that this local cloud is part of: its root and its packages. */
export const installation = fileURLToPath(new URL("../../", import.meta.url));

const runtimes = new WeakMap<Cloud, Runtime>();

/** The runtime of a local cloud; the same one for every API that runs workloads. */
export function runtimeOf(cloud: Cloud): Runtime {
  const found = runtimes.get(cloud) ?? createRuntime(cloud);
  runtimes.set(cloud, found);
  return found;
}

function createRuntime(cloud: Cloud): Runtime {
  const root = join(cloud.directory, "workload");
  const images = createImages(cloud.store, cloud.directory);
  removeRemains(root, images);
  makeOpenDirectory(root);
  const preload = writePreload(root, "network");
  const filesPreload = writePreload(root, "files");
  const account = chooseAccount([process.execPath, installation, join(installation, "node_modules"), root]);
  const compiled = join(root, "compiled");
  makeOwnDirectory(compiled, account);
  return {
    cloud,
    images,
    account,
    preload,
    filesPreload,
    compiled,
    ids: openIds(cloud, "workload"),
    makeDirectory() {
      const directory = join(root, "instances", randomUUID());
      makeOpenDirectory(directory);
      // Anybody may write here, like in the /tmp of a container; its name cannot be guessed.
      chmodSync(directory, 0o777);
      return directory;
    },
    removeDirectory: (directory) => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Workloads load these modules at every start: plain JavaScript spares them the stripping. */
function writePreload(root: string, name: string): string {
  const source = readFileSync(new URL(`./preload/${name}.ts`, import.meta.url), "utf8");
  const path = join(root, `${name}.mjs`);
  writeFileSync(path, transformSync(source, { loader: "ts", target: "es2024" }).code, { mode: 0o644 });
  return pathToFileURL(path).href;
}

/** A directory that no other account may write into: what is in it is run. */
function makeOwnDirectory(directory: string, { uid, gid }: Account): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid);
}

/** Directories of instances and builds that were under way when the local cloud was killed. */
function removeRemains(root: string, images: Images): void {
  rmSync(join(root, "instances"), { recursive: true, force: true });
  const kept = images.list("").map(({ directory }) => directory);
  const all = existsSync(join(root, "images")) ? readdirSync(join(root, "images")) : [];
  for (const directory of all.map((name) => join(root, "images", name))) {
    const isUsed = kept.some((used) => `${used}/`.startsWith(`${directory}/`));
    if (!isUsed) rmSync(directory, { recursive: true, force: true });
  }
}

/** Makes a directory that others may enter, and what is missing above it, whatever this process's file mode mask is. */
export function makeOpenDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o755);
}
