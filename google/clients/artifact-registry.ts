import type { Connect } from "../auth.ts";
import { type LongrunningBody, longrunningOperation, type Operation } from "../operation.ts";
import { createRest } from "../rest.ts";

/** A repository of images. */
export interface Repository {
  /** `projects/{project}/locations/{location}/repositories/{repository}` */
  readonly name?: string;
  readonly format?: "DOCKER";
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Prefix of the images in it, for example `asia-northeast1-docker.pkg.dev/my-project/my-repository`. */
  readonly registryUri?: string;
}

/**
 * Artifact Registry. Names are full.
 *
 * @see https://cloud.google.com/artifact-registry/docs/reference/rest
 */
export interface ArtifactRegistryClient {
  readonly getRepository: (name: string) => Promise<Repository | undefined>;
  readonly createRepository: (name: string, repository: Repository) => Promise<Operation>;
  /** Deletes a repository with all images in it. */
  readonly deleteRepository: (name: string) => Promise<Operation>;
  /**
   * Whether an image is there.
   *
   * @param image `{image}@sha256:{digest}` inside the repository
   */
  readonly hasImage: (repository: string, image: string) => Promise<boolean>;
}

/** Opens Artifact Registry. */
export const connectArtifactRegistry: Connect<ArtifactRegistryClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  const site = (method: string, resource: string) => ({ method: `artifactregistry.${method}`, resource });
  return {
    getRepository: (name) =>
      rest.findJson({ method: "GET", url: `${version}/${name}`, site: site("repositories.get", name) }),
    createRepository: async (name, repository) => {
      const [parent, repositoryId] = name.split("/repositories/");
      const operation = await rest.fetchJson<LongrunningBody>({
        method: "POST",
        url: `${version}/${parent}/repositories`,
        query: { repositoryId },
        body: repository,
        site: site("repositories.create", name),
      });
      return longrunningOperation(version, operation);
    },
    deleteRepository: async (name) => {
      const url = `${version}/${name}`;
      const operation = await rest.fetchJson<LongrunningBody>({
        method: "DELETE",
        url,
        site: site("repositories.delete", name),
      });
      return longrunningOperation(version, operation);
    },
    hasImage: async (repository, image) => {
      const name = `${repository}/dockerImages/${image}`;
      const url = `${version}/${repository}/dockerImages/${encodeURIComponent(image)}`;
      return (await rest.findJson({ method: "GET", url, site: site("dockerImages.get", name) })) !== undefined;
    },
  };
};

const version = "https://artifactregistry.googleapis.com/v1";
