import type { Api, OperationResource, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import { readListing } from "../list/listing.ts";
import type {
  ArtifactRegistryMethods,
  ListPackagesRequest,
  ListPackagesResponse,
  ListVersionsRequest,
  ListVersionsResponse,
  Package,
  Version,
} from "../model/generated/artifact-registry.ts";
import { toLongrunning } from "../operation.ts";
import { type Image, type Images, parseImageReference } from "../workload/image.ts";
import { limits } from "./docker-images.ts";
import { missing } from "./error.ts";
import { imagesOf, type PackageName, parsePackage } from "./package-name.ts";
import { registryUri } from "./registry-uri.ts";

interface Context {
  readonly cloud: Cloud;
  readonly images: Images;
  /** @throws ApiError NOT_FOUND */
  readonly demandRepository: (name: string) => void;
}

const host = "artifactregistry.googleapis.com";
const metadata = { "@type": "type.googleapis.com/google.devtools.artifactregistry.v1.OperationMetadata" };

/** Methods on packages (images of one name) and their versions (one for each digest). */
export function packageMethods(context: Context): TypedHandlers<ArtifactRegistryMethods> {
  return {
    "google.devtools.artifactregistry.v1.ArtifactRegistry.ListPackages": (request) => listPackages(context, request),
    "google.devtools.artifactregistry.v1.ArtifactRegistry.GetPackage": ({ name = "" }) =>
      toPackage(demandImages(context, parsePackage(name)), name),
    "google.devtools.artifactregistry.v1.ArtifactRegistry.DeletePackage": ({ name = "" }) => {
      const found = demandImages(context, parsePackage(name));
      return remove(context, name, found);
    },
    "google.devtools.artifactregistry.v1.ArtifactRegistry.ListVersions": (request) => listVersions(context, request),
    "google.devtools.artifactregistry.v1.ArtifactRegistry.GetVersion": ({ name = "", view }) =>
      toVersion(context, { image: demandVersion(context, name), name, view }),
    "google.devtools.artifactregistry.v1.ArtifactRegistry.DeleteVersion": ({ name = "", force = false }) => {
      const image = demandVersion(context, name);
      if (!force) demandUntagged(context, image);
      return remove(context, name, [image]);
    },
    "google.devtools.artifactregistry.v1.ArtifactRegistry.BatchDeleteVersions": (request) => {
      const { parent = "", names = [], validateOnly = false } = request;
      const found = names.map((name) => demandVersion(context, name));
      for (const image of found) demandUntagged(context, image);
      return remove(context, parent || (names[0] ?? ""), validateOnly ? [] : found);
    },
  };
}

/** What deletions do once they have been answered. */
export function packageOperations(images: Images): NonNullable<Api["operations"]> {
  return {
    async deleteImages(operation) {
      await operation.latency();
      const references = Array.isArray(operation.input.references) ? operation.input.references.map(String) : [];
      for (const reference of references) {
        const image = images.resolve(reference);
        if (image) images.delete(image);
      }
      return { "@type": "type.googleapis.com/google.protobuf.Empty" };
    },
  };
}

function remove({ cloud }: Context, target: string, found: readonly Image[]): OperationResource {
  const parent = target.split("/").slice(0, 4).join("/");
  const input: JsonObject = { references: found.map(({ reference }) => reference) };
  const latency = "artifactregistry.repository.delete";
  return toLongrunning(
    cloud.operations.start({ host, parent, kind: "deleteImages", target, input, metadata, latency }),
  );
}

function demandImages({ images, demandRepository }: Context, home: PackageName): Image[] {
  demandRepository(home.repository);
  const found = imagesOf(images, home);
  if (found.length === 0) throw missing();
  return found;
}

function demandVersion({ images, demandRepository }: Context, name: string): Image {
  const { path, repository } = parsePackage(name);
  demandRepository(repository);
  const found = images.resolve(`${path}@${name.split("/versions/")[1] ?? ""}`);
  if (!found) throw missing();
  return found;
}

function demandUntagged({ images }: Context, image: Image): void {
  const [tag] = images.tags(image);
  if (tag === undefined) return;
  const message = `cannot delete version "${image.digest}" because it is tagged, "${tag}" among others`;
  throw new ApiError({ code: "FAILED_PRECONDITION", message });
}

function listPackages(context: Context, request: ListPackagesRequest): ListPackagesResponse {
  const listing = readListing<Package>("google.devtools.artifactregistry.v1.Package", request);
  const { parent = "" } = request;
  context.demandRepository(parent);
  const home = registryUri(parent);
  const byPath = Map.groupBy(context.images.list(home), ({ reference }) => parseImageReference(reference).repository);
  const found = [...byPath].map(([path, images]) =>
    toPackage(images, `${parent}/packages/${encodeURIComponent(path.slice(home.length + 1))}`),
  );
  const page = listing.page(found, limits);
  return { packages: page.items, nextPageToken: page.nextPageToken };
}

function toPackage(images: readonly Image[], name: string): Package & { readonly name: string } {
  const times = images.map(({ uploadTime }) => uploadTime).sort();
  return { name, createTime: times[0], updateTime: times.at(-1) };
}

function listVersions(context: Context, request: ListVersionsRequest): ListVersionsResponse {
  const listing = readListing<Version>("google.devtools.artifactregistry.v1.Version", request);
  const { parent = "", view } = request;
  const found = demandImages(context, parsePackage(parent)).map((image) =>
    toVersion(context, { image, name: `${parent}/versions/${image.digest}`, view }),
  );
  const page = listing.page(found, limits);
  return { versions: page.items, nextPageToken: page.nextPageToken };
}

interface Shown {
  readonly image: Image;
  readonly name: string;
  readonly view: ListVersionsRequest["view"];
}

/** A version; its tags are told in the full view only. */
function toVersion({ images }: Context, { image, name, view }: Shown): Version & { readonly name: string } {
  const { name: home, repository } = parsePackage(name);
  const relatedTags = images.tags(image).map((tag) => ({ name: `${home}/tags/${tag}`, version: name }));
  const path = image.reference.slice(registryUri(repository).length + 1);
  const dockerImage = `${repository}/dockerImages/${encodeURIComponent(path).replace("%40", "@").replace("%3A", ":")}`;
  return {
    name,
    createTime: image.uploadTime,
    updateTime: image.uploadTime,
    metadata: {
      imageSizeBytes: String(image.sizeBytes),
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      name: dockerImage,
    },
    ...(view === "FULL" && relatedTags.length > 0 ? { relatedTags } : {}),
  };
}
