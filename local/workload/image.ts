import { relative, resolve } from "node:path";
import type { Collection, Store } from "../store.ts";

/** A container image as the local cloud keeps it: a directory of files and how to run them. */
export interface Image {
  /** `{repository}@{digest}` */
  readonly reference: string;
  /** `sha256:…` over the files, the command and the versions of the packages. */
  readonly digest: string;
  /** Where the image's files lie; the working directory of its process. */
  readonly directory: string;
  /** The process an instance starts unless its container says otherwise, program first. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Version by name of the npm packages that were linked or installed. */
  readonly packages: Readonly<Record<string, string>>;
  /** When the image was pushed, on the clock. */
  readonly uploadTime: string;
  readonly sizeBytes: number;
}

/** The parts of an image reference. */
export interface ImageReference {
  /** Host and path, for example `asia-northeast1-docker.pkg.dev/my-project/apps/users`. */
  readonly repository: string;
  /** `latest` when neither a tag nor a digest is given. */
  readonly tag?: string;
  readonly digest?: string;
}

/** The images of a local cloud, by repository path and tag or digest. */
export interface Images {
  /** Adds an image under a tag, which moves there from wherever it pointed. */
  push(image: Image, tag: string): void;
  /** The image that a reference means at present. */
  resolve(reference: string): Image | undefined;
  /** Images of all repositories below a path; all for an empty one. */
  list(path: string): readonly Image[];
  /** Tags of an image. */
  tags(image: Image): readonly string[];
  /** Lets a tag of a repository mean an image of it. */
  tag(repository: string, tag: string, digest: string): void;
  untag(repository: string, tag: string): void;
  /** Forgets one image with its tags. */
  delete(image: Image): void;
  /** Forgets every image below a path. */
  remove(path: string): void;
}

/** Splits an image reference; a port in the host is not taken for a tag. */
export function parseImageReference(text: string): ImageReference {
  const [path = "", digest] = text.split("@");
  const colon = path.lastIndexOf(":");
  const hasTag = colon > path.lastIndexOf("/");
  const repository = hasTag ? path.slice(0, colon) : path;
  const tag = hasTag ? path.slice(colon + 1) : digest ? undefined : "latest";
  return { repository, tag, digest };
}

/**
 * Makes the view of a store's images; every view of one store shows the same.
 *
 * @param root the cloud's directory: what is stored is relative to it, since a state may come back at another place
 */
export function createImages(store: Store, root: string): Images {
  const images: Collection<Image> = store.collection("workload.images");
  const tags: Collection<{ readonly digest: string }> = store.collection("workload.tags");
  const repositoryOf = (image: Image) => parseImageReference(image.reference).repository;

  const inPlace = (image: Image): Image => ({ ...image, directory: resolve(root, image.directory) });

  return {
    push(image, tag) {
      images.put(image.reference, { ...image, directory: relative(root, image.directory) });
      tags.put(`${repositoryOf(image)}:${tag}`, { digest: image.digest });
    },
    resolve(reference) {
      const { repository, tag, digest } = parseImageReference(reference);
      const wanted = digest ?? tags.get(`${repository}:${tag}`)?.digest;
      const found = wanted === undefined ? undefined : images.get(`${repository}@${wanted}`);
      return found && inPlace(found);
    },
    list: (path) => images.list(path && `${path}/`).map(([, image]) => inPlace(image)),
    tags: (image) =>
      tags
        .list(`${repositoryOf(image)}:`)
        .filter(([, { digest }]) => digest === image.digest)
        .map(([name]) => name.slice(name.lastIndexOf(":") + 1)),
    tag: (repository, tag, digest) => void tags.put(`${repository}:${tag}`, { digest }),
    untag: (repository, tag) => void tags.delete(`${repository}:${tag}`),
    delete(image) {
      images.delete(image.reference);
      for (const [name, { digest }] of tags.list(`${repositoryOf(image)}:`)) {
        if (digest === image.digest) tags.delete(name);
      }
    },
    remove(path) {
      for (const collection of [images, tags]) {
        for (const [name] of collection.list(`${path}/`)) collection.delete(name);
      }
    },
  };
}
