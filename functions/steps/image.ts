import {
  type ArtifactRegistryClient,
  connectArtifactRegistry,
  type Repository,
} from "../../google/clients/artifact-registry.ts";
import { type Build, type CloudBuildClient, connectCloudBuild } from "../../google/clients/cloud-build.ts";
import { connectLogging, type LoggingClient } from "../../google/clients/logging.ts";
import { connectObjectDigest, type ObjectDigestClient } from "../../google/clients/object-digest.ts";
import type { Change } from "../../plan/change.ts";
import { pricesOf } from "../../plan/prices.ts";
import { type BuiltImageInput, type GivenImageInput, type ImageOutput, imageStep } from "../../plan/steps/image.ts";
import { expectedSeconds } from "../../spec/expected.ts";
import { idOf } from "../../spec/names.ts";
import { done, expecting, leave, leftAlone, notYet, pending } from "../answer.ts";
import { creation, deletion } from "../changes.ts";
import type { Pending, StepResponse } from "../contract.ts";
import { StepError } from "../error.ts";
import { failWith, tailOf } from "../evidence.ts";
import { refuseFailures } from "../failure.ts";
import { buildIdOf, contentTag, imagePlaceOf, pushedImage, runTag, stateOf, toBuild } from "../image/build.ts";
import { isOwn, refuseForeign } from "../ownership.ts";
import { implementStep, type StepContext } from "../step.ts";
import { unlessDisabled, unlessFailed } from "../waiting.ts";

interface Clients {
  readonly registry: ArtifactRegistryClient;
  readonly cloudBuild: CloudBuildClient;
  readonly logging: LoggingClient;
  readonly digests: ObjectDigestClient;
}

const buildSeconds = expectedSeconds.build;

/**
 * Ensures the application's image. A build takes about 100 seconds; the same source is built once.
 *
 * @see https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.builds
 */
export const image = implementStep(
  imageStep,
  {
    registry: connectArtifactRegistry,
    cloudBuild: connectCloudBuild,
    logging: connectLogging,
    digests: connectObjectDigest,
  },
  {
    async plan(input, clients, { run }) {
      if (input.kind === "digest") {
        await requireImage(input, clients.registry);
        return [];
      }
      const repository = await unlessDisabled(clients.registry.getRepository(input.repository));
      if (!repository) return [creation(input.repository, { costPerDay: costOf(input) }), plannedBuild(input)];
      refuseForeign(repository, input.repository, input.ownership);
      const builds = await unlessDisabled(clients.cloudBuild.listBuilds(parentOf(input), contentTag(input, run)));
      const built = await findBuilt(builds ?? [], { input, clients, repository });
      return built === undefined ? [plannedBuild(input)] : [];
    },

    async ensure(input, clients, context) {
      if (input.kind === "digest") return done({ image: input.image });
      const repository = await clients.registry.getRepository(input.repository);
      if (!repository) return createRepository(input, clients, context);
      refuseForeign(repository, input.repository, input.ownership);
      return ensureBuilt({ input, clients, context, repository });
    },

    async planRemoval(input, { registry }) {
      if (input.kind === "digest") return [];
      const repository = await registry.getRepository(input.repository);
      return repository && isOwn(repository, input.ownership) ? [repositoryDeletion(input)] : [];
    },

    async remove(input, { registry }, { log }) {
      if (input.kind === "digest") return done({});
      const repository = await registry.getRepository(input.repository);
      if (!repository) return done({});
      if (!isOwn(repository, input.ownership)) return leave([leftAlone(input.repository, input.ownership)], log);
      return pending({
        operations: [expecting(5, await registry.deleteRepository(input.repository))],
        reason: `${input.repository} is being deleted`,
        changes: [repositoryDeletion(input)],
      });
    },

    /** A failed build is looked up among the builds, for its log says more than its operation. */
    mends: (_, action) => action === "ensure",
  },
);

/**
 * A revision of an image that is not there would be refused only when all it stands on has been built. Images of other
 * registries, and of projects that cannot be looked into, are taken to be there.
 */
async function requireImage({ image }: GivenImageInput, registry: ArtifactRegistryClient): Promise<void> {
  const place = imagePlaceOf(image);
  if (!place) return;
  const looking = unlessDisabled(registry.hasImage(place.repository, place.image));
  if ((await unlessFailed(["PERMISSION_DENIED"], looking)) !== false) return;
  const message = `service.image in the spec: ${image} does not exist; push it, or name the digest of an image that is there`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "MISSING_IMAGE", resource: image, message });
}

interface Work {
  readonly input: BuiltImageInput;
  readonly clients: Clients;
  readonly repository: Repository;
}

async function ensureBuilt(work: Work & { readonly context: StepContext }): Promise<StepResponse<ImageOutput>> {
  const { input, clients, context } = work;
  const builds = await clients.cloudBuild.listBuilds(parentOf(input), contentTag(input, context.run));
  const built = await findBuilt(builds, work);
  if (built !== undefined) return done({ image: `${registryUriOf(work)}/${built}` });
  const working = builds.find((build) => stateOf(build) === "working");
  if (working) return notYet({ reason: `build ${buildIdOf(working)} is ${working.status}`, retryAfterSeconds: 5 });
  const failed = builds.find((build) => stateOf(build) === "failed" && build.tags?.includes(runTag(context.run)));
  if (failed) throw await failureOf(failed, work);
  return startBuild(work, context);
}

/** The image of a build that succeeded and is still there: a repository may have been emptied since. */
async function findBuilt(builds: readonly Build[], work: Work): Promise<string | undefined> {
  for (const build of builds.filter((candidate) => stateOf(candidate) === "succeeded")) {
    const pushed = pushedImage(build, registryUriOf(work));
    if (pushed !== undefined && (await work.clients.registry.hasImage(work.input.repository, pushed))) return pushed;
  }
  return undefined;
}

async function createRepository(
  input: BuiltImageInput,
  { registry }: Clients,
  { failures }: StepContext,
): Promise<Pending> {
  const { repository, ownership } = input;
  refuseFailures(failures, () => false);
  const operation = await registry.createRepository(repository, {
    format: "DOCKER",
    description: ownership.mark,
    labels: ownership.labels,
  });
  return pending({
    operations: [expecting(5, operation)],
    reason: `${repository} is being created`,
    changes: [creation(repository, { expectedSeconds: 5, costPerDay: costOf(input) })],
  });
}

async function startBuild(work: Work, { run, failures }: StepContext): Promise<Pending> {
  refuseFailures(failures, () => false);
  const { input, clients } = work;
  const generation = await proveSource(input, clients.digests);
  const build = toBuild(input, { registryUri: registryUriOf(work), generation, run });
  const operation = await clients.cloudBuild.createBuild(parentOf(input), build);
  return pending({
    operations: [expecting(buildSeconds, operation)],
    reason: `${input.source.object} is being built`,
    changes: [plannedBuild(input)],
  });
}

/**
 * Whoever writes to the bucket may put other bytes under the name that was planned, and approved.
 *
 * @returns the generation of the source whose bytes are those that its name promises
 * @throws StepError FAILED_PRECONDITION, reason `SOURCE_CHANGED`
 */
async function proveSource({ source }: BuiltImageInput, digests: ObjectDigestClient): Promise<string> {
  const { bucket, object } = source;
  const found = await digests.digestOf(bucket, object);
  const promised = idOf(object).replace(/\.tgz$/, "");
  if (found?.sha256 === promised) return found.generation;
  const resource = `gs://${bucket}/${object}`;
  const what = found ? `is not the archive that its name promises: its SHA-256 is ${found.sha256}` : "is not there";
  const message = `${resource} ${what}; remove it if it is there, and run up again, which brings it anew`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "SOURCE_CHANGED", resource, message });
}

async function failureOf(build: Build, { input, clients }: Work): Promise<StepError> {
  const id = buildIdOf(build);
  const filter = `resource.type="build" AND resource.labels.build_id="${id}"`;
  const log = await tailOf(clients.logging, { project: input.project, filter, limit: 20 });
  const cause = build.failureInfo?.detail ?? build.statusDetail ?? "the log tells why";
  return failWith(log, {
    code: "FAILED_PRECONDITION",
    reason: "BUILD_FAILED",
    resource: build.name ?? id,
    message: `building ${input.source.object}: build ${id} ended with ${build.status}: ${cause}; mend the source and run up again`,
  });
}

function plannedBuild(input: BuiltImageInput) {
  return creation(`${input.repository}/dockerImages/${input.imageId}`, { expectedSeconds: buildSeconds });
}

function repositoryDeletion(input: BuiltImageInput): Change {
  return deletion(input.repository, { expectedSeconds: 5, costPerDay: -costOf(input) });
}

function costOf(input: BuiltImageInput): number {
  return imageStep.costPerDay?.(input, pricesOf(input.region).prices) ?? 0;
}

function parentOf({ project, region }: BuiltImageInput): string {
  return `projects/${project}/locations/${region}`;
}

function registryUriOf({ input, repository }: Work): string {
  const id = input.repository.slice(input.repository.lastIndexOf("/") + 1);
  return repository.registryUri ?? `${input.region}-docker.pkg.dev/${input.project}/${id}`;
}
