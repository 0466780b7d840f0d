import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { system } from "../access/principal.ts";
import { ApiError } from "../error.ts";
import type { Function as CloudFunction } from "../model/generated/functions.ts";
import { unpack } from "../workload/archive.ts";
import { pushPermissions, repositoryOf } from "../workload/deploy-rights.ts";
import { download } from "../workload/download.ts";
import type { Image } from "../workload/image.ts";
import { linkPackages, type Manifest, readManifest } from "../workload/packages.ts";
import { pushImage } from "../workload/push.ts";
import { installation, makeOpenDirectory, runtimeOf } from "../workload/runtime.ts";
import { accountEmail, accountPrincipal } from "../workload/service-account.ts";
import { type FunctionsContext, parseName } from "./context.ts";
import { ensureGoogleBucket } from "./upload.ts";

/** The framework's entry; it is put beside a function's own packages, never among them. */
const framework = join(installation, "node_modules", "@google-cloud", "functions-framework", "build", "src", "main.js");

/**
 * Builds a function's image: its source, the packages it declares, and the Functions Framework as its process.
 *
 * @throws ApiError INVALID_ARGUMENT with the build's last words
 * @see https://cloud.google.com/docs/buildpacks/service-specific-configs#google_function_target
 */
export async function buildFunction(
  context: FunctionsContext,
  { name = "", buildConfig = {} }: CloudFunction,
): Promise<Image> {
  const { cloud } = context;
  const runtime = runtimeOf(cloud);
  const directory = join(cloud.directory, "workload", "images", randomUUID());
  makeOpenDirectory(directory);
  try {
    await unpack(await fetchSource(context, name, buildConfig), directory);
    const packages = link(directory);
    const env = { NODE_ENV: "production", FUNCTION_TARGET: buildConfig.entryPoint ?? "" };
    const { project, region, id } = parseName(name);
    const repository = `${region}-docker.pkg.dev/${project}/gcf-artifacts/${id.toLowerCase()}`;
    await demandPush(context, repository, buildConfig);
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

/**
 * Google copies a source into a bucket of its own, from which the build's account reads it; only where a build names none,
 * Google's agent does.
 */
async function fetchSource(
  context: FunctionsContext,
  name: string,
  { source, serviceAccount }: NonNullable<CloudFunction["buildConfig"]>,
): Promise<Buffer> {
  const { cloud } = context;
  const { bucket = "", object = "", generation } = source?.storageSource ?? {};
  const agent = system("gcf-admin-robot");
  if (!serviceAccount) return download(cloud, { bucket, object, generation }, agent);
  const { project, region, id } = parseName(name);
  const kept = {
    bucket: `gcf-v2-sources-${cloud.projects.ensure(project).projectNumber}-${region}`,
    object: `${id}/function-source.zip`,
  };
  await ensureGoogleBucket(context, { project, bucket: kept.bucket, region });
  const from = { sourceBucket: bucket, sourceObject: object, ...(generation && { sourceGeneration: generation }) };
  const to = { destinationBucket: kept.bucket, destinationObject: kept.object };
  await cloud.call("google.storage.v1.Objects.Copy", { ...from, ...to }, agent);
  return download(cloud, kept, await accountPrincipal(cloud, accountEmail(serviceAccount)));
}

/** Images go into Google's own repository in the project, but by the rights of the build's account. */
async function demandPush(
  { cloud }: FunctionsContext,
  image: string,
  { serviceAccount }: NonNullable<CloudFunction["buildConfig"]>,
): Promise<void> {
  const repository = repositoryOf(image);
  if (!serviceAccount || !repository) return;
  const principal = await accountPrincipal(cloud, accountEmail(serviceAccount));
  for (const permission of pushPermissions(runtimeOf(cloud).images, image)) {
    cloud.access.demand(principal, permission, `//artifactregistry.googleapis.com/${repository.name}`);
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
