import type { Principal } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import type { Images } from "./image.ts";

/** What is to run, and how it reaches a network. */
interface Deployed {
  readonly containers?: readonly { readonly image?: string }[];
  readonly vpcAccess?: { readonly connector?: string };
}

/**
 * Demands that whoever deploys may read the images of this cloud's repositories and use the connector.
 *
 * @throws ApiError PERMISSION_DENIED
 * @see https://cloud.google.com/run/docs/deploying#permissions_required_to_deploy
 */
export function demandDeployRights(
  { access, projects }: Cloud,
  principal: Principal,
  { containers = [], vpcAccess }: Deployed,
): void {
  for (const { image = "" } of containers) {
    const repository = repositoryOf(image);
    if (!repository || !projects.find(repository.project)) continue;
    const resource = `//artifactregistry.googleapis.com/${repository.name}`;
    access.demand(principal, "artifactregistry.repositories.downloadArtifacts", resource);
  }
  const connector = vpcAccess?.connector;
  if (connector?.startsWith("projects/")) {
    access.demand(principal, "vpcaccess.connectors.use", `//vpcaccess.googleapis.com/${connector}`);
  }
}

/**
 * Permissions that pushing an image takes: to read in the repository, where the image before this one is looked for, to
 * write, and to give or move the tag.
 */
export function pushPermissions(images: Pick<Images, "resolve">, name: string): readonly string[] {
  return [
    "artifactregistry.repositories.downloadArtifacts",
    "artifactregistry.repositories.uploadArtifacts",
    images.resolve(name) ? "artifactregistry.tags.update" : "artifactregistry.tags.create",
  ];
}

/** The repository that an image lies in; undefined for those of other registries. */
export function repositoryOf(image: string): { readonly project: string; readonly name: string } | undefined {
  const [, location, project = "", repository] =
    /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\/./.exec(image) ?? [];
  if (!repository) return undefined;
  return { project, name: `projects/${project}/locations/${location}/repositories/${repository}` };
}
