import { ApiError } from "../error.ts";
import type {
  DockerImage,
  ListDockerImagesRequest,
  ListDockerImagesResponse,
  ListTagsRequest,
  ListTagsResponse,
  Tag,
} from "../model/generated/artifact-registry.ts";
import { paginate } from "../page.ts";
import { type Image, type Images, parseImageReference } from "../workload/image.ts";
import { registryUri } from "./registry-uri.ts";

/** Page sizes of Artifact Registry's lists. */
export const limits = { usual: 100, most: 1000 } as const;

/** `ArtifactRegistry.ListDockerImages` of a repository. */
export function listDockerImages(
  images: Images,
  { parent = "", pageSize, pageToken }: ListDockerImagesRequest,
): ListDockerImagesResponse {
  const found = images.list(registryUri(parent)).map((image) => toDockerImage(images, image, parent));
  const page = paginate(found, { key: ({ name = "" }) => name, size: pageSize, token: pageToken, limits });
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

/** `ArtifactRegistry.ListTags` of a package, which is an image without its digest. */
export function listTags(images: Images, { parent = "", pageSize, pageToken }: ListTagsRequest): ListTagsResponse {
  const page = paginate(tagsOf(images, parent), {
    key: ({ name = "" }) => name,
    size: pageSize,
    token: pageToken,
    limits,
  });
  return { tags: page.items, nextPageToken: page.nextPageToken };
}

/**
 * `ArtifactRegistry.GetTag`
 *
 * @throws ApiError NOT_FOUND
 */
export function getTag(images: Images, name: string): Tag {
  const found = tagsOf(images, name.split("/tags/")[0] ?? "").find((tag) => tag.name === name);
  if (!found) throw missing();
  return found;
}

function tagsOf(images: Images, parent: string): Tag[] {
  const [repository = "", image = ""] = parent.split("/packages/");
  const path = `${registryUri(repository)}/${decodeURIComponent(image)}`;
  const tags = images
    .list(registryUri(repository))
    .filter(({ reference }) => parseImageReference(reference).repository === path)
    .flatMap((found) =>
      images
        .tags(found)
        .map((tag) => ({ name: `${parent}/tags/${tag}`, version: `${parent}/versions/${found.digest}` })),
    );
  return tags.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function missing(): ApiError {
  return new ApiError({ code: "NOT_FOUND", message: "Requested entity was not found." });
}
