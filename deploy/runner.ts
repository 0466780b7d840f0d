import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildpackBuild } from "../google/buildpack.ts";
import type { ArtifactRegistryClient, Repository } from "../google/clients/artifact-registry.ts";
import type { Build, CloudBuildClient } from "../google/clients/cloud-build.ts";
import type { StorageClient } from "../google/clients/storage.ts";
import { ApiError } from "../google/error.ts";
import type { Operation } from "../google/operation.ts";
import { accountEmail, installationAccountId, installationName } from "../spec/names.ts";
import { type Bundle, bundleProgram } from "./bundle.ts";
import { found, type InstallationChange, present } from "./change.ts";
import { patience, persist, untilDefined } from "./eventually.ts";
import { installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";
import { type PackedFolder, packFolder } from "./pack.ts";

/** What building the seed runner works with. */
export interface RunnerClients {
  readonly storage: StorageClient;
  readonly builds: CloudBuildClient;
  readonly registry: ArtifactRegistryClient;
  readonly await: (operation: Operation) => Promise<void>;
}

/**
 * Ensures the image that seeds databases, built from this very version by Cloud Build; the same program is built once.
 *
 * @returns the image by digest
 * @throws ApiError ALREADY_EXISTS when a repository of that name is somebody else's
 */
export async function ensureRunnerImage(clients: RunnerClients, target: Target): Promise<string> {
  const wanted = await wantedRunner(target);
  const { bundle, parent, tag } = wanted;
  const registryUri = await ensureRepository(clients, target);
  const built = await findBuilt(clients, target, wanted);
  if (built) return built;
  const source = await uploadSource(clients.storage, target, bundle);
  const build = buildpackBuild({
    image: `${registryUri}/seed-runner:${bundle.content.slice(0, 12)}`,
    source,
    serviceAccount: `projects/${target.project}/serviceAccounts/${accountEmail(target.project, installationAccountId("build"))}`,
    tags: [tag],
  });
  await clients.await(await persist(isUnknownAccount, () => clients.builds.createBuild(parent, build)));
  return untilDefined({ what: `image of build ${tag}`, patience }, () => findBuilt(clients, target, wanted));
}

/** What `ensureRunnerImage` would make; and the image by digest, if there is one already. */
export async function planRunnerImage(
  { registry, builds }: Pick<RunnerClients, "registry" | "builds">,
  target: Target,
): Promise<{ readonly changes: readonly InstallationChange[]; readonly image: string | undefined }> {
  const wanted = await wantedRunner(target);
  const repository = repositoryName(target);
  const change = repositoryChange(target, await present(registry.getRepository(repository)));
  const image = change ? undefined : await present(findBuilt({ builds, registry }, target, wanted));
  const build: InstallationChange = {
    kind: "image",
    action: "create",
    resource: `${repository}/dockerImages/seed-runner`,
    differences: ["+ built from this version"],
  };
  return { changes: found(change, image ? undefined : build), image };
}

type WantedRunner = Awaited<ReturnType<typeof wantedRunner>>;

/** What the image is built from, where, and the tag by which its build is found again. */
async function wantedRunner({ project, region }: Target) {
  const bundle = await bundleProgram("functions/jobs/seed.ts");
  const tag = `alloyrun-seed-runner-${bundle.content.slice(0, 32)}`;
  return { bundle, parent: `projects/${project}/locations/${region}`, tag };
}

/** Full name of the repository of the installation's own images. */
function repositoryName({ project, region }: Target): string {
  return `projects/${project}/locations/${region}/repositories/alloyrun`;
}

function repositoryChange(target: Target, repository: Repository | undefined): InstallationChange | undefined {
  const name = repositoryName(target);
  if (!repository) return { kind: "repository", action: "create", resource: name, differences: [] };
  refuseForeign(repository, target, { name, method: "artifactregistry.repositories.get" });
  return undefined;
}

async function ensureRepository({ registry, await: wait }: RunnerClients, target: Target): Promise<string> {
  const name = repositoryName(target);
  const existing = await registry.getRepository(name);
  if (repositoryChange(target, existing)) {
    const description = "Images of alloyrun's own jobs";
    const labels = installationLabels(target.project);
    await wait(await registry.createRepository(name, { format: "DOCKER", description, labels }));
  }
  const { registryUri } = existing ?? (await registry.getRepository(name)) ?? {};
  if (registryUri) return registryUri;
  throw new ApiError({
    method: "artifactregistry.repositories.get",
    resource: name,
    code: "INTERNAL",
    text: "no registryUri",
  });
}

/** The history of builds outlives the repository, so the image itself is looked for. */
async function findBuilt(
  { builds, registry }: Pick<RunnerClients, "builds" | "registry">,
  target: Target,
  { parent, tag }: Pick<WantedRunner, "parent" | "tag">,
): Promise<string | undefined> {
  const built = await builds.listBuilds(parent, tag);
  for (const build of built.filter(({ status }) => status === "SUCCESS")) {
    const image = imageOf(build);
    if (image && (await registry.hasImage(repositoryName(target), image.split("/").at(-1) ?? ""))) return image;
  }
  return undefined;
}

function imageOf({ results }: Build): string | undefined {
  const [image] = results?.images ?? [];
  return image?.name && image.digest ? `${image.name.replace(/:[^:/]*$/, "")}@${image.digest}` : undefined;
}

/** Written anew, whatever is there, and built from that generation: whoever else writes to the bucket changes nothing. */
async function uploadSource(storage: StorageClient, { project }: Target, bundle: Bundle) {
  const { name, bytes } = await pack(bundle);
  const place = { bucket: installationName(project), object: `sources/${name}` };
  const written = await storage.write({ ...place, content: bytes, contentType: "application/gzip" });
  return { ...place, generation: written?.generation };
}

async function pack(bundle: Bundle): Promise<PackedFolder> {
  const folder = await mkdtemp(join(tmpdir(), "alloyrun-"));
  try {
    await Promise.all(Object.entries(bundle.files).map(([name, bytes]) => writeFile(join(folder, name), bytes)));
    return await packFolder(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The build account was created moments ago, or the grants on it have not spread. */
function isUnknownAccount({ code, text }: ApiError): boolean {
  return (
    code === "NOT_FOUND" || code === "PERMISSION_DENIED" || (code === "INVALID_ARGUMENT" && /does not exist/.test(text))
  );
}
