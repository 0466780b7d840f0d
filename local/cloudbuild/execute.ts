import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Principal, system } from "../access/principal.ts";
import { toApiError } from "../error.ts";
import type { Build, BuiltImage } from "../model/generated/cloudbuild.ts";
import { unpack } from "../workload/archive.ts";
import { pushPermissions, repositoryOf } from "../workload/deploy-rights.ts";
import { download } from "../workload/download.ts";
import { type Built, pushImage } from "../workload/push.ts";
import { makeOpenDirectory, type Runtime } from "../workload/runtime.ts";
import { buildNode } from "./buildpack.ts";
import { BuildFailure } from "./failure.ts";
import { planStep } from "./step.ts";

/** What a build runs with. */
export interface BuildRun {
  readonly runtime: Runtime;
  readonly build: Build;
  readonly project: string;
  /** The build's service account. */
  readonly principal: Principal;
  readonly onLine: (line: string) => void;
}

/**
 * Runs the steps of a build on its source and pushes the images.
 *
 * @throws BuildFailure
 */
export async function executeBuild(run: BuildRun): Promise<readonly BuiltImage[]> {
  // A directory of its own each time: a build that is run again after a restart may have pushed its image already.
  const directory = join(run.runtime.cloud.directory, "workload", "images", randomUUID());
  makeOpenDirectory(directory);
  try {
    await fetchSource(run, directory);
    const built = await runSteps(run, directory);
    return await pushAll(run, built);
  } catch (caught) {
    rmSync(directory, { recursive: true, force: true });
    throw caught;
  }
}

async function fetchSource({ runtime, build, principal, onLine }: BuildRun, directory: string): Promise<void> {
  const { bucket = "", object = "", generation } = build.source?.storageSource ?? {};
  onLine(`Fetching storage object: gs://${bucket}/${object}${generation ? `#${generation}` : ""}`);
  try {
    await unpack(await download(runtime.cloud, { bucket, object, generation }, principal), directory);
  } catch (cause) {
    const message = `failed to fetch the source: ${toMessage(cause)}`;
    throw new BuildFailure({ type: "FETCH_SOURCE_FAILED", message, cause });
  }
}

async function runSteps(run: BuildRun, directory: string): Promise<ReadonlyMap<string, Built>> {
  const built = new Map<string, Built>();
  for (const [index, step] of (run.build.steps ?? []).entries()) {
    const onLine = (line: string) => run.onLine(`Step #${index}: ${line}`);
    const plan = planStep(step);
    onLine(`Starting: ${step.name}`);
    try {
      if (plan.kind === "unserved") throw new Error(`UNIMPLEMENTED: ${plan.message}`);
      if (plan.kind === "pack") {
        const { runtime, project } = run;
        built.set(
          plan.image,
          await buildNode({ runtime, project, directory: join(directory, plan.path), env: plan.env, onLine }),
        );
      }
    } catch (cause) {
      onLine(`ERROR: ${toMessage(cause)}`);
      const message = `Build step failure: build step ${index} "${step.name}" failed: ${toMessage(cause)}`;
      throw new BuildFailure({ type: "USER_BUILD_STEP", message, cause });
    }
  }
  return built;
}

async function pushAll(run: BuildRun, built: ReadonlyMap<string, Built>): Promise<readonly BuiltImage[]> {
  const { runtime, build, principal, onLine } = run;
  const pushed: BuiltImage[] = [];
  for (const name of build.images ?? []) {
    const image = built.get(name);
    if (!image)
      throw new BuildFailure({
        type: "PUSH_IMAGE_NOT_FOUND",
        message: `could not find image "${name}" among what was built`,
      });
    onLine(`Pushing ${name}`);
    await demandPush(runtime, { name, principal });
    pushed.push({ name, digest: pushImage(runtime, name, image).digest });
  }
  return pushed;
}

/** The repository must exist, and the build's account may push to it. */
async function demandPush(
  { cloud, images }: Runtime,
  { name, principal }: { readonly name: string; readonly principal: Principal },
): Promise<void> {
  const repository = repositoryOf(name);
  if (!repository) {
    throw new BuildFailure({
      type: "PUSH_FAILED",
      message: `${name} is in no Artifact Registry repository, which is all the local cloud has`,
    });
  }
  const request = { name: repository.name };
  await cloud
    .call("google.devtools.artifactregistry.v1.ArtifactRegistry.GetRepository", request, system())
    .catch((cause) => {
      const id = repository.name.split("/").at(-1);
      const message = `name unknown: Repository "${id}" not found: ${toMessage(cause)}`;
      throw new BuildFailure({ type: "PUSH_FAILED", message, cause });
    });
  for (const permission of pushPermissions(images, name)) {
    if (cloud.access.allows(principal, permission, `//artifactregistry.googleapis.com/${repository.name}`)) continue;
    const message = `denied: Permission "${permission}" denied on resource "${repository.name}" (or it may not exist)`;
    throw new BuildFailure({ type: "PUSH_NOT_AUTHORIZED", message });
  }
}

function toMessage(caught: unknown): string {
  return caught instanceof Error && caught.name !== "ApiError" ? caught.message : toApiError(caught).message;
}
