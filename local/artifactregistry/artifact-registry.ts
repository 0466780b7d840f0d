import { type Api, handlers, type OperationResource, type RunningOperation } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { applyMask } from "../field-mask.ts";
import type { JsonObject } from "../json.ts";
import { readListing } from "../list/listing.ts";
import type {
  ArtifactRegistryMethods,
  CreateRepositoryRequest,
  ListRepositoriesRequest,
  ListRepositoriesResponse,
  Repository,
  UpdateRepositoryRequest,
} from "../model/generated/artifact-registry.ts";
import { toLongrunning } from "../operation.ts";
import { policyMethods } from "../policy.ts";
import type { Collection } from "../store.ts";
import { unserved } from "../unserved.ts";
import { createImages, type Images } from "../workload/image.ts";
import { getDockerImage, limits, listDockerImages } from "./docker-images.ts";
import { missing } from "./error.ts";
import { packageMethods, packageOperations } from "./packages.ts";
import { permissions } from "./permissions.ts";
import { registryUri } from "./registry-uri.ts";
import { tagMethods } from "./tags.ts";

const host = "artifactregistry.googleapis.com";
const typePrefix = "type.googleapis.com/google.devtools.artifactregistry.v1.";
const mutable = ["description", "labels", "cleanupPolicies", "cleanupPolicyDryRun", "dockerConfig"] as const;

interface Context {
  readonly cloud: Cloud;
  readonly images: Images;
  readonly repositories: Collection<Repository>;
}

/**
 * Artifact Registry: Docker repositories, and the images and tags in them. Other formats and modes are refused.
 *
 * @see https://cloud.google.com/artifact-registry/docs/reference/rest
 */
export function createArtifactRegistry(cloud: Cloud): Api {
  const repositories = cloud.store.collection<Repository>("artifactregistry.repositories");
  const context: Context = { cloud, images: createImages(cloud.store, cloud.directory), repositories };
  const policies = policyMethods(cloud, (resource) => `//${host}/${find(context, resource).name}`);
  const inRepository = <T extends { readonly name?: string; readonly parent?: string }>(request: T): T => {
    find(context, (request.parent ?? request.name ?? "").split("/").slice(0, 6).join("/"));
    return request;
  };
  return {
    host,
    permissions,
    methods: handlers<ArtifactRegistryMethods>({
      "google.devtools.artifactregistry.v1.ArtifactRegistry.CreateRepository": (request) => create(context, request),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.GetRepository": ({ name = "" }) =>
        withSize(context, find(context, name)),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.ListRepositories": (request) => list(context, request),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.UpdateRepository": (request) => update(context, request),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.DeleteRepository": ({ name = "" }) => remove(context, name),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.GetIamPolicy": (request) => policies.get(request),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.SetIamPolicy": (request) => policies.set(request),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.TestIamPermissions": (request, call) =>
        policies.test(request, call),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.ListDockerImages": (request) =>
        listDockerImages(context.images, request, () => inRepository(request)),
      "google.devtools.artifactregistry.v1.ArtifactRegistry.GetDockerImage": (request) =>
        getDockerImage(context.images, inRepository(request).name ?? ""),
      ...packageMethods({ cloud, images: context.images, demandRepository: (name) => void find(context, name) }),
      ...tagMethods({ images: context.images, demandRepository: (name) => void find(context, name) }),
    }),
    operations: {
      createRepository: (operation) => runCreate(context, operation),
      deleteRepository: (operation) => runRemove(context, operation),
      ...packageOperations(context.images),
    },
  };
}

function find({ repositories }: Context, name: string): Repository {
  const found = repositories.get(name);
  if (!found) throw missing();
  return found;
}

function withSize({ images }: Context, repository: Repository): Repository {
  const size = images.list(repository.registryUri ?? "").reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { ...repository, sizeBytes: String(size) };
}

function create(
  context: Context,
  { parent = "", repositoryId = "", repository = {} }: CreateRepositoryRequest,
): OperationResource {
  const { cloud, repositories } = context;
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(repositoryId)) {
    throw new ApiError({ code: "INVALID_ARGUMENT", message: `Invalid repository_id: "${repositoryId}".` });
  }
  if (!repository.format || repository.format === "FORMAT_UNSPECIFIED") {
    throw new ApiError({ code: "INVALID_ARGUMENT", message: "The repository format must be specified." });
  }
  refuseUnserved(repository);
  const name = `${parent}/repositories/${repositoryId}`;
  if (repositories.get(name) || cloud.operations.isBusy(host, name)) {
    throw new ApiError({ code: "ALREADY_EXISTS", message: "the repository already exists" });
  }
  return start(context, { kind: "createRepository", name, input: { name, repository } });
}

function refuseUnserved({ format, mode, remoteRepositoryConfig, virtualRepositoryConfig }: Repository): void {
  if (format !== "DOCKER")
    throw unserved("artifactregistry.formats", `Repositories of format ${format} are not served.`);
  const kind = remoteRepositoryConfig || mode === "REMOTE_REPOSITORY" ? "Remote" : "Virtual";
  const isStandard = !mode || mode === "MODE_UNSPECIFIED" || mode === "STANDARD_REPOSITORY";
  if (isStandard && !remoteRepositoryConfig && !virtualRepositoryConfig) return;
  throw unserved("artifactregistry.modes", `${kind} repositories are not served.`);
}

interface Start {
  readonly kind: "createRepository" | "deleteRepository";
  readonly name: string;
  readonly input: JsonObject;
}

function start({ cloud }: Context, { kind, name, input }: Start): OperationResource {
  const parent = name.split("/").slice(0, 4).join("/");
  const latency =
    kind === "createRepository" ? "artifactregistry.repository.create" : "artifactregistry.repository.delete";
  const metadata = { "@type": `${typePrefix}OperationMetadata` };
  return toLongrunning(cloud.operations.start({ host, parent, kind, target: name, input, metadata, latency }));
}

async function runCreate({ cloud, repositories }: Context, operation: RunningOperation): Promise<JsonObject> {
  await operation.latency();
  const { name, repository } = operation.input as { readonly name: string; readonly repository: Repository };
  const now = cloud.clock.timestamp();
  const created: Repository = {
    ...repository,
    name,
    mode: "STANDARD_REPOSITORY",
    createTime: now,
    updateTime: now,
    registryUri: registryUri(name),
    vulnerabilityScanningConfig: {
      lastEnableTime: now,
      enablementState: "SCANNING_DISABLED",
      enablementStateReason: "API containerscanning.googleapis.com is not enabled.",
    },
  };
  repositories.put(name, created);
  return { "@type": `${typePrefix}Repository`, ...created };
}

function list(context: Context, request: ListRepositoriesRequest): ListRepositoriesResponse {
  const listing = readListing<Repository>("google.devtools.artifactregistry.v1.Repository", request);
  const { parent = "" } = request;
  const found = context.repositories
    .list(`${parent}/repositories/`)
    .map(([, repository]) => withSize(context, repository));
  const page = listing.page(found, limits);
  return { repositories: page.items, nextPageToken: page.nextPageToken };
}

function update(context: Context, { repository = {}, updateMask }: UpdateRepositoryRequest): Repository {
  const present = find(context, repository.name ?? "");
  const fixed = (["format", "mode"] as const).find(
    (field) => repository[field] && repository[field] !== present[field],
  );
  if (fixed)
    throw new ApiError({ code: "INVALID_ARGUMENT", message: `The ${fixed} of a repository cannot be changed.` });
  const changed = applyMask(present, { sent: repository, mask: updateMask, mutable });
  const updated = { ...changed, updateTime: context.cloud.clock.timestamp() };
  return withSize(context, context.repositories.put(present.name ?? "", updated));
}

function remove(context: Context, name: string): OperationResource {
  find(context, name);
  return start(context, { kind: "deleteRepository", name, input: { name } });
}

async function runRemove(context: Context, operation: RunningOperation): Promise<JsonObject> {
  await operation.latency();
  const name = String(operation.input.name);
  const { registryUri: path } = find(context, name);
  if (path) context.images.remove(path);
  context.repositories.delete(name);
  context.cloud.access.deletePolicies(`//${host}/${name}`);
  return { "@type": "type.googleapis.com/google.protobuf.Empty" };
}
