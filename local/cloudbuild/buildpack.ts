import { chownSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { linkPackages, listPackages, type Manifest, readManifest } from "../workload/packages.ts";
import type { Built } from "../workload/push.ts";
import { installation, type Runtime } from "../workload/runtime.ts";
import { chooseCommand } from "./entrypoint.ts";
import { installPackages, runScript } from "./npm.ts";

/** What a buildpack build works on. */
export interface BuildpackOptions {
  readonly runtime: Runtime;
  readonly project: string;
  /** The unpacked source, which becomes the image. */
  readonly directory: string;
  /** `--env` of `pack build`, such as `GOOGLE_ENTRYPOINT`. */
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/**
 * Builds a Node application as Google's buildpacks do: its declared dependencies and no other, its build script, its
 * start command.
 *
 * @throws Error with what the build's log says last
 * @see https://cloud.google.com/docs/buildpacks/nodejs
 */
export async function buildNode(options: BuildpackOptions): Promise<Built> {
  const { directory, env, onLine } = options;
  onLine("===> DETECTING");
  const manifest = readManifest(directory);
  if (!manifest) throw new Error("no buildpack applies: the source has no package.json");
  onLine("google.nodejs.runtime");
  onLine("google.nodejs.npm");
  onLine("===> BUILDING");
  rmSync(join(directory, "node_modules"), { recursive: true, force: true });
  const packages = await provide(options, manifest);
  await build(options, manifest);
  const command = chooseCommand(directory, manifest, env.GOOGLE_ENTRYPOINT);
  onLine("===> EXPORTING");
  onLine(`Setting default process type 'web': ${command.join(" ")}`);
  return { directory, command, env: { NODE_ENV: "production" }, packages };
}

/** Links the dependencies from this installation, or has npm install them when it does not have them all. */
async function provide(options: BuildpackOptions, manifest: Manifest): Promise<Readonly<Record<string, string>>> {
  const { directory, onLine } = options;
  const { packages, missing } = linkPackages(directory, manifest, join(installation, "node_modules"));
  for (const [name, version] of Object.entries(packages)) onLine(`added ${name}@${version}`);
  if (missing.length === 0) return packages;
  for (const { name, wanted, found } of missing) {
    onLine(`${name}@${wanted} is not part of this installation${found ? `, which has ${found}` : ""}`);
  }
  rmSync(join(directory, "node_modules"), { recursive: true, force: true });
  ownBy(options);
  onLine("Running npm");
  const code = await installPackages(options);
  if (code === 0) return listPackages(directory);
  const names = missing.map(({ name, wanted }) => `${name}@${wanted}`).join(", ");
  throw new Error(`npm could not install ${names} (exit status ${code})`);
}

/** Runs `gcp-build`, or else `build`, with the development dependencies in reach. */
async function build(options: BuildpackOptions, manifest: Manifest): Promise<void> {
  const { directory, env, onLine } = options;
  const name = env.GOOGLE_NODE_RUN_SCRIPTS ?? (manifest.scripts["gcp-build"] === undefined ? "build" : "gcp-build");
  const script = manifest.scripts[name];
  if (!script) return;
  onLine(`Running "npm run ${name}": ${script}`);
  const development = { ...manifest, dependencies: manifest.devDependencies };
  const { packages } = linkPackages(directory, development, join(installation, "node_modules"));
  ownBy(options);
  const code = await runScript(options, script);
  for (const added of Object.keys(packages)) {
    if (!(added in manifest.dependencies))
      rmSync(join(directory, "node_modules", added), { force: true, recursive: true });
  }
  if (code !== 0) throw new Error(`"npm run ${name}" ended with exit status ${code}`);
}

/** Lets the account that runs commands write where they run. */
function ownBy({ runtime, directory }: BuildpackOptions): void {
  const { uid, gid } = runtime.account;
  if (uid === undefined || gid === undefined) return;
  for (const path of [directory, join(directory, "node_modules")]) if (existsSync(path)) chownSync(path, uid, gid);
}
