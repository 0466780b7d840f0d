import type { Principal } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import { unserved } from "../unserved.ts";

/**
 * Project id of `projects/{id or number}` and of what is below it.
 *
 * @throws ApiError UNIMPLEMENTED for logs of anything else
 */
export function projectOf(cloud: Cloud, name: string): string {
  const [collection, project] = name.split("/");
  if (collection !== "projects" || !project) {
    throw unserved("logging.containers", `The local cloud keeps logs of projects only, not of ${name}.`);
  }
  return cloud.projects.find(project)?.projectId ?? project;
}

/** @throws ApiError PERMISSION_DENIED when the principal lacks a permission on a project */
export function demandOn(
  cloud: Cloud,
  {
    principal,
    permission,
    project,
  }: Readonly<Record<"permission" | "project", string>> & { readonly principal: Principal },
): void {
  cloud.access.demand(principal, permission, `//cloudresourcemanager.googleapis.com/projects/${project}`);
}
