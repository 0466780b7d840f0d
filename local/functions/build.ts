import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { system } from "../access/principal.ts";
import { ApiError } from "../error.ts";
import type { Function as CloudFunction } from "../model/generated/functions.ts";
import { unpack } from "../workload/archive.ts";
import { download } from "../workload/download.ts";
import type { Image } from "../workload/image.ts";
import { linkPackages, type Manifest, readManifest } from "../workload/packages.ts";
import { pushImage } from "../workload/push.ts";
import { installation, makeOpenDirectory, runtimeOf } from "../workload/runtime.ts";
import { type FunctionsContext, parseName } from "./context.ts";

/** The framework's entry; it is put beside a function's own packages, never among them. */
const framework = join(installation, "node_modules", "@google-cloud", "functions-framework", "build", "src", "main.js");

/**
 * Builds a function's image: its source, the packages it declares, and the Functions Framework as its process.
 *
 * @throws ApiError INVALID_ARGUMENT with the build's last words
 * @see https://cloud.google.com/docs/buildpacks/service-specific-configs#google_function_target
 */
export async function buildFunction(
  { cloud }: FunctionsContext,
  { name = "", buildConfig = {} }: CloudFunction,
): Promise<Image> {
  const { bucket = "", object = "", generation } = buildConfig.source?.storageSource ?? {};
  const runtime = runtimeOf(cloud);
  const directory = join(cloud.directory, "workload", "images", randomUUID());
  makeOpenDirectory(directory);
  try {
    const archive = await download(cloud, { bucket, object, generation }, system("gcf-admin-robot"));
    await unpack(archive, directory);
    const packages = link(directory);
    const env = { NODE_ENV: "production", FUNCTION_TARGET: buildConfig.entryPoint ?? "" };
    const { project, region, id } = parseName(name);
    const repository = `${region}-docker.pkg.dev/${project}/gcf-artifacts/${id.toLowerCase()}`;
    return pushImage(runtime, repository, { directory, command: ["node", framework], env, packages });
  } catch (cause) {
    rmSync(directory, { recursive: true, force: true });
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError({
      code: "INVALID_ARGUMENT",
      message: `Build failed with status: FAILURE and message: ${message}.`,
      cause,
    });
  }
}

function link(directory: string): Readonly<Record<string, string>> {
  const manifest = readManifest(directory);
  demandEntry(directory, manifest);
  rmSync(join(directory, "node_modules"), { recursive: true, force: true });
  if (!manifest) return {};
  const { packages, missing } = linkPackages(directory, manifest, join(installation, "node_modules"));
  if (missing.length === 0) return packages;
  const names = missing
    .map(({ name, wanted, found }) => `${name}@${wanted}${found ? ` (there is ${found})` : ""}`)
    .join(", ");
  throw new Error(`npm could not install ${names}`);
}

/** The framework loads package.json's `main`, `function.js` or `index.js`. */
function demandEntry(directory: string, manifest: Manifest | undefined): void {
  const candidates = [manifest?.main, "function.js", "index.js"].filter((file) => file !== undefined);
  if (candidates.some((file) => existsSync(join(directory, file)))) return;
  throw new Error(`the source has none of ${candidates.join(", ")}`);
}
