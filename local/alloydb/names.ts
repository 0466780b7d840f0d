import { ApiError } from "../error.ts";

/** The API's host, which is also the name of the service to enable. */
export const host = "alloydb.googleapis.com";

/** The parts of a name below a location, as far as it goes. */
export interface ResourceName {
  readonly project: string;
  readonly region: string;
  readonly cluster: string;
  readonly instance: string;
}

/** Reads `projects/{project}/locations/{region}[/clusters/{cluster}[/instances/{instance}]]`. */
export function parseName(name: string): ResourceName {
  const [, project = "", , region = "", , cluster = "", , instance = ""] = name.split("/");
  return { project, region, cluster, instance };
}

/** The name of the cluster that an instance, a user or a database belongs to. */
export function clusterOf(name: string): string {
  return name.split("/").slice(0, 6).join("/");
}

/** The name of the location that a resource lies in. */
export function locationOf(name: string): string {
  return name.split("/").slice(0, 4).join("/");
}

/** The last segment of a name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

const idPattern = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws ApiError INVALID_ARGUMENT */
export function checkId(field: string, id: string): void {
  if (idPattern.test(id)) return;
  throw invalid(`${field} "${id}" is invalid: it must match ${idPattern.source}`);
}

/** A refusal of what was asked. */
export function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}

/** A refusal because of the state that something is in. */
export function unready(message: string): ApiError {
  return new ApiError({ code: "FAILED_PRECONDITION", message });
}

/** What answers for a resource that is not there. */
export function notFound(name: string): ApiError {
  return new ApiError({ code: "NOT_FOUND", message: `Resource '${name}' was not found` });
}
