import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { zipSync } from "fflate";

/** Program text of a function or job, ready for upload. */
export interface Bundle {
  /** The files of the upload by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Paths of the sources that are in it, relative to the project's folder, packages included. */
  readonly sources: readonly string[];
  /** Lower-case hexadecimal SHA-256 over the files: the same source gives the same content on every machine. */
  readonly content: string;
}

const root = fileURLToPath(new URL("../", import.meta.url));
const framework = "@google-cloud/functions-framework";

/**
 * Bundles a function: one file with all it imports, beside the Functions Framework as its only dependency. The framework
 * stays outside because a second copy would register functions where the server does not look.
 *
 * @param entry source file, relative to the project's folder
 */
export async function bundleFunction(entry: string): Promise<Bundle> {
  const version = await pinnedVersion(framework);
  return makeBundle(entry, { external: [framework], dependencies: { [framework]: version } });
}

/** Bundles a program that is run with `npm start` and depends on nothing. */
export function bundleProgram(entry: string): Promise<Bundle> {
  return makeBundle(entry, { external: [], dependencies: {} });
}

/** The bundle as a zip archive, the form in which Cloud Functions takes source. */
export function zip(bundle: Bundle): Uint8Array {
  return zipSync({ ...bundle.files }, { level: 6, mtime: "1985-10-26T12:00:00" });
}

async function makeBundle(
  entry: string,
  { external, dependencies }: { external: string[]; dependencies: Record<string, string> },
): Promise<Bundle> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
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
  });
  const name = entry.replace(/^.*\//, "").replace(/\.ts$/, "");
  const manifest = { name, version: "1.0.0", private: true, main: "index.js", scripts: { start: "node index.js" } };
  const files = {
    "index.js": result.outputFiles[0]?.contents ?? new Uint8Array(),
    "package.json": Buffer.from(JSON.stringify({ ...manifest, dependencies }, null, 2)),
  };
  return { files, sources: Object.keys(result.metafile.inputs), content: contentOf(files) };
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
