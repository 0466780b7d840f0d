import { type Image, type Images, parseImageReference } from "../workload/image.ts";
import { registryUri } from "./registry-uri.ts";

/** A package: an image without tag or digest. */
export interface PackageName {
  /** `…/repositories/{repository}/packages/{image}`, slashes in the image as `%2F` */
  readonly name: string;
  /** `…/repositories/{repository}` */
  readonly repository: string;
  /** `{host}/{project}/{repository}/{image}` */
  readonly path: string;
}

/** Reads the package out of its own name, or that of a version or tag of it. */
export function parsePackage(text: string): PackageName {
  const name = text.replace(/\/(?:versions|tags)(?:\/[^/]*)?$/, "");
  const [repository = "", image = ""] = name.split("/packages/");
  return { name, repository, path: `${registryUri(repository)}/${decodeURIComponent(image)}` };
}

/** The images of a package, the oldest first. */
export function imagesOf(images: Images, { repository, path }: PackageName): Image[] {
  return images
    .list(registryUri(repository))
    .filter(({ reference }) => parseImageReference(reference).repository === path)
    .sort((a, b) => (a.uploadTime < b.uploadTime ? -1 : 1));
}
