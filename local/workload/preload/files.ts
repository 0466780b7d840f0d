import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Loaded into the Node processes of a container that has volumes, before the application: what it opens below a mount's
 * path is opened where the volume really lies.
 *
 * The variable holds `{ "/mount/path": "/real/directory" }`.
 */
const mounts = Object.entries(parseMounts(process.env.LOCAL_CLOUD_MOUNTS));

/** Functions that take one path first, and those that take two; each with its `Sync` form where there is one. */
const onePath = [
  ...["access", "appendFile", "chmod", "chown", "createReadStream", "createWriteStream", "exists", "glob", "lstat"],
  ...["lutimes", "mkdir", "mkdtemp", "open", "openAsBlob", "opendir", "readFile", "readdir", "readlink", "realpath"],
  ...[
    "rm",
    "rmdir",
    "stat",
    "statfs",
    "truncate",
    "unlink",
    "unwatchFile",
    "utimes",
    "watch",
    "watchFile",
    "writeFile",
  ],
];
const twoPaths = ["copyFile", "cp", "link", "rename", "symlink"];

if (mounts.length > 0) {
  for (const table of [fs, fs.promises] as unknown as Functions[]) {
    for (const name of onePath) wrap(table, [name, `${name}Sync`], 1);
    for (const name of twoPaths) wrap(table, [name, `${name}Sync`], 2);
  }
  syncBuiltinESMExports();
}

type Functions = Record<string, unknown>;

function parseMounts(text: string | undefined): Readonly<Record<string, string>> {
  return text === undefined ? {} : (JSON.parse(text) as Record<string, string>);
}

function wrap(table: Functions, names: readonly string[], paths: number): void {
  for (const name of names) {
    const original = table[name];
    if (typeof original !== "function") continue;
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      const translated = args.map((arg, index) => (index < paths ? toReal(arg) : arg));
      return Reflect.apply(original, this, translated);
    };
    table[name] = Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  }
}

function toReal(path: unknown): unknown {
  const text = path instanceof URL && path.protocol === "file:" ? fileURLToPath(path) : path;
  if (typeof text !== "string") return path;
  const found = mounts.find(([mount]) => text === mount || text.startsWith(`${mount}/`));
  return found ? `${found[1]}${text.slice(found[0].length)}` : path;
}
