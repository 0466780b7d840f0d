import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BuildOptions, type BuildResult, build, version } from "esbuild";
import { zipSync } from "fflate";
import { buildOnce } from "./bundle-cache.ts";
import { bundledClients, fileOfInput } from "./bundled-clients.ts";

/**
 * The file with the program, as package.json names it. What a `.js` file is the framework looks up in the nearest
 * package.json, and to load what it reads that with takes a tenth of a function's start; a `.cjs` file says it itself.
 *
 * @see https://docs.cloud.google.com/functions/docs/writing
 */
export const programFile = "index.cjs";

/** Program text of a function or job, ready for upload. */
export interface Bundle {
  /** The files of the upload by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Source files that went into it, relative to the project's folder. */
  readonly sources: readonly string[];
  /** Lower-case hexadecimal SHA-256 over the files: the same source gives the same content on every machine. */
  readonly content: string;
}

const root = fileURLToPath(new URL("../", import.meta.url));
const framework = "@google-cloud/functions-framework";
/** What is bundled depends on these as it does on what goes in. */
const builders = ["deploy/bundle.ts", "deploy/bundled-clients.ts", "deploy/client-messages.ts"];

/**
 * Bundles functions: for each one file with all it imports, beside the Functions Framework as its only dependency. The
 * framework stays outside because a second copy would register functions where the server does not look. One build for
 * all of them reads what they share once.
 *
 * @param entries source files, relative to the project's folder
 * @returns a bundle for each entry, in their order
 */
export async function bundleFunctions(entries: readonly string[]): Promise<readonly Bundle[]> {
  const pinned = await pinnedVersion(framework);
  return makeBundles(entries, { external: [framework], dependencies: { [framework]: pinned } });
}

/** Bundles a program that is run with `npm start` and depends on nothing. */
export async function bundleProgram(entry: string): Promise<Bundle> {
  const [bundle] = await makeBundles([entry], { external: [], dependencies: {} });
  if (bundle) return bundle;
  throw new Error(`bundling ${entry} gave nothing`);
}

/** The bundle as a zip archive, the form in which Cloud Functions takes source. */
export function zip(bundle: Bundle): Uint8Array {
  return zipSync({ ...bundle.files }, { level: 1, mtime: "1985-10-26T12:00:00" });
}

interface Surroundings {
  readonly external: string[];
  readonly dependencies: Readonly<Record<string, string>>;
}

async function makeBundles(entries: readonly string[], { external, dependencies }: Surroundings): Promise<Bundle[]> {
  const options = {
    entryPoints: [...entries],
    outbase: ".",
    outdir: "bundles",
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node24",
    minify: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
    external,
    plugins: [bundledClients],
  } satisfies BuildOptions & { readonly metafile: true; readonly write: false };
  return await buildOnce({ options, dependencies, esbuild: version }, async () => {
    const built = await build({ absWorkingDir: root, ...options });
    const inputs = Object.keys(built.metafile.inputs).map(fileOfInput);
    return {
      inputs: [...new Set([...inputs, ...builders])],
      result: entries.map((entry) => toBundle(entry, built, dependencies)),
    };
  });
}

function toBundle(
  entry: string,
  { metafile, outputFiles }: BuildResult<{ metafile: true; write: false }>,
  dependencies: Surroundings["dependencies"],
): Bundle {
  const output = `bundles/${entry.replace(/\.ts$/, ".js")}`;
  const code = outputFiles.find(({ path }) => path.endsWith(`/${output}`))?.contents ?? new Uint8Array();
  const name = entry.replace(/^.*\//, "").replace(/\.ts$/, "");
  const manifest = {
    name,
    version: "1.0.0",
    private: true,
    main: programFile,
    scripts: { start: `node ${programFile}` },
  };
  const files = {
    [programFile]: code,
    "package.json": Buffer.from(JSON.stringify({ ...manifest, dependencies }, null, 2)),
  };
  const sources = Object.keys(metafile.outputs[output]?.inputs ?? {}).map(fileOfInput);
  return { files, sources: [...new Set(sources)], content: contentOf(files) };
}

function contentOf(files: Readonly<Record<string, Uint8Array>>): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of Object.entries(files)) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex");
}

/** The exact version that this project itself pins, so that what was tested is what runs. */
async function pinnedVersion(id: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(`${root}package.json`, "utf8"));
  const version = (manifest as { readonly dependencies?: Record<string, string> }).dependencies?.[id];
  if (!version) throw new Error(`package.json does not pin ${id}`);
  return version;
}
