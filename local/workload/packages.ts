import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { isJsonObject, type JsonObject } from "../json.ts";
import { satisfies } from "./version-range.ts";

/** What an application declares that it needs. */
export interface Manifest {
  readonly main?: string;
  readonly type?: string;
  readonly scripts: Readonly<Record<string, string>>;
  /** Range by name. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** The same for what only building needs. */
  readonly devDependencies: Readonly<Record<string, string>>;
  /** Version by name, of top-level packages, when there is a lock file. */
  readonly locked: Readonly<Record<string, string>>;
}

/** The outcome of linking. */
export interface Linked {
  /** Version by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Declared, but not here at a fitting version. */
  readonly missing: readonly { readonly name: string; readonly wanted: string; readonly found?: string }[];
}

/**
 * Reads an application's package.json and lock file.
 *
 * @returns `undefined` when there is no package.json
 * @throws Error when one of them is no JSON object
 */
export function readManifest(directory: string): Manifest | undefined {
  const manifest = readJson(join(directory, "package.json"));
  if (!manifest) return undefined;
  return {
    main: typeof manifest.main === "string" ? manifest.main : undefined,
    type: typeof manifest.type === "string" ? manifest.type : undefined,
    scripts: strings(manifest.scripts),
    dependencies: strings(manifest.dependencies),
    devDependencies: strings(manifest.devDependencies),
    locked: readLock(directory),
  };
}

/**
 * Links the declared packages, and no other, from an installation's `node_modules` into the application's: at the
 * version of the lock file, or else at one within the declared range. What those packages need in turn is found beside
 * them in the installation.
 */
export function linkPackages(directory: string, manifest: Manifest, installed: string): Linked {
  const packages: Record<string, string> = {};
  const missing: { name: string; wanted: string; found?: string }[] = [];
  for (const [name, range] of Object.entries(manifest.dependencies)) {
    const wanted = manifest.locked[name] ?? range;
    const found = installedVersion(installed, name);
    if (found === undefined || !satisfies(found, wanted)) {
      missing.push({ name, wanted, found });
      continue;
    }
    linkPackage({ directory, name, installed });
    packages[name] = found;
  }
  return { packages, missing };
}

/** Version of a package in a `node_modules` folder. */
function installedVersion(installed: string, name: string): string | undefined {
  const version = readJson(join(installed, name, "package.json"))?.version;
  return typeof version === "string" ? version : undefined;
}

/** Version by name of what lies in an application's own `node_modules`. */
export function listPackages(directory: string): Record<string, string> {
  const modules = join(directory, "node_modules");
  if (!existsSync(modules)) return {};
  const names = readdirSync(modules).flatMap((entry) =>
    entry.startsWith("@") ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`) : [entry],
  );
  return Object.fromEntries(
    names.flatMap((name) => {
      const version = installedVersion(modules, name);
      return version === undefined ? [] : [[name, version]];
    }),
  );
}

interface Link {
  readonly directory: string;
  readonly name: string;
  readonly installed: string;
}

function linkPackage({ directory, name, installed }: Link): void {
  const link = join(directory, "node_modules", name);
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(join(installed, name), link);
  for (const [command, file] of Object.entries(commandsOf(name, readJson(join(installed, name, "package.json"))))) {
    const entry = join(directory, "node_modules", ".bin", command);
    mkdirSync(dirname(entry), { recursive: true });
    if (!existsSync(entry)) symlinkSync(relative(dirname(entry), join(directory, "node_modules", name, file)), entry);
  }
}

function commandsOf(name: string, manifest: JsonObject | undefined): Record<string, string> {
  const bin = manifest?.bin;
  return typeof bin === "string" ? { [name.split("/").at(-1) ?? name]: bin } : strings(bin);
}

function readLock(directory: string): Record<string, string> {
  const packages = readJson(join(directory, "package-lock.json"))?.packages;
  const entries = Object.entries(isJsonObject(packages) ? packages : {});
  return Object.fromEntries(
    entries.flatMap(([path, entry]) => {
      const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
      const version = isJsonObject(entry) ? entry.version : undefined;
      return name !== undefined && typeof version === "string" ? [[name, version]] : [];
    }),
  );
}

function readJson(file: string): JsonObject | undefined {
  if (!existsSync(file)) return undefined;
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isJsonObject(value)) throw new Error(`${file} is not a JSON object`);
  return value;
}

function strings(value: unknown): Record<string, string> {
  const entries = Object.entries(isJsonObject(value) ? value : {});
  return Object.fromEntries(entries.flatMap(([name, text]) => (typeof text === "string" ? [[name, text]] : [])));
}
