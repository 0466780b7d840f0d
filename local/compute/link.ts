import type { Cloud } from "../cloud.ts";
import { invalid } from "./error.ts";

const base = "https://www.googleapis.com/compute/v1/";

/** The `selfLink` of a resource path such as `projects/p/global/networks/n`. */
export function link(path: string): string {
  return `${base}${path}`;
}

/** The resource path of a link that this API made. */
export function pathOf(selfLink: string): string {
  return selfLink.slice(base.length);
}

/** What a reference in a request may leave out. */
export interface ReferenceContext {
  readonly cloud: Cloud;
  /** Field that holds the reference, for the refusal. */
  readonly field: string;
  readonly project: string;
  /** `global/networks`, `regions/{region}/subnetworks`, `zones/{zone}/machineTypes` */
  readonly collection: string;
}

/**
 * The resource path that a reference means: a URL with any base, a path from `projects/`, or one below the project.
 *
 * @throws ApiError 400 `invalid`
 */
export function parseReference(text: string, { cloud, field, project, collection }: ReferenceContext): string {
  const shape = collection.split("/").map((segment) => (segment === "*" ? "[^/]+" : segment));
  const match = new RegExp(`(?:^|/)(?:projects/([^/]+)/)?(${shape.join("/")}/[^/]+)$`).exec(text);
  const rest = match?.[2];
  if (!rest || /\s/.test(text)) {
    throw invalid(field, text, "The URL is malformed.");
  }
  const named = match[1] ?? project;
  return `projects/${cloud.projects.find(named)?.projectId ?? named}/${rest}`;
}
