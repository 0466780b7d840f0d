import { readListing } from "../list/listing.ts";
import type {
  DockerImage,
  ListDockerImagesRequest,
  ListDockerImagesResponse,
} from "../model/generated/artifact-registry.ts";
import type { Image, Images } from "../workload/image.ts";
import { missing } from "./error.ts";
import { registryUri } from "./registry-uri.ts";

/** Page sizes of Artifact Registry's lists. */
export const limits = { usual: 100, most: 1000 } as const;

/** `ArtifactRegistry.ListDockerImages` of a repository. */
export function listDockerImages(
  images: Images,
  request: ListDockerImagesRequest,
  demandRepository: () => void,
): ListDockerImagesResponse {
  const listing = readListing<DockerImage>("google.devtools.artifactregistry.v1.DockerImage", request);
  demandRepository();
  const { parent = "" } = request;
  const found = images.list(registryUri(parent)).map((image) => toDockerImage(images, image, parent));
  const page = listing.page(found, limits);
  return { dockerImages: page.items, nextPageToken: page.nextPageToken };
}

/**
 * `ArtifactRegistry.GetDockerImage`
 *
 * @param name `…/repositories/{repository}/dockerImages/{image}@{digest}`, slashes in the image as `%2F`
 * @throws ApiError NOT_FOUND
 */
export function getDockerImage(images: Images, name: string): DockerImage {
  const [parent = "", image = ""] = name.split("/dockerImages/");
  const found = images.resolve(`${registryUri(parent)}/${decodeURIComponent(image)}`);
  if (!found) throw missing();
  return toDockerImage(images, found, parent);
}

function toDockerImage(images: Images, image: Image, parent: string): DockerImage {
  const { reference, sizeBytes, uploadTime } = image;
  const path = reference.slice(registryUri(parent).length + 1);
  return {
    name: `${parent}/dockerImages/${encodeURIComponent(path).replaceAll("%40", "@").replaceAll("%3A", ":")}`,
    uri: reference,
    tags: images.tags(image),
    imageSizeBytes: String(sizeBytes),
    uploadTime,
    updateTime: uploadTime,
    buildTime: uploadTime,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
  };
}
