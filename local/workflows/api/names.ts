import type { Cloud } from "../../cloud.ts";
import { ApiError } from "../../error.ts";

/** Parts of `projects/{project}/locations/{location}[/workflows/{workflow}[/executions/{execution}]]`. */
export interface NameParts {
  readonly project: string;
  readonly location: string;
  /** Empty when the name ends before it. */
  readonly workflow: string;
  readonly execution: string;
}

const pattern = /^projects\/([^/]+)\/locations\/([^/]+)(?:\/workflows\/([^/]+))?(?:\/executions\/([^/]+))?(?:\/|$)/;

/**
 * Splits a resource name.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function parseName(name: string): NameParts {
  const [matched, project = "", location = "", workflow = "", execution = ""] = pattern.exec(name) ?? [];
  if (matched === undefined)
    throw new ApiError({ code: "INVALID_ARGUMENT", message: `Invalid resource name '${name}'` });
  return { project, location, workflow, execution };
}

/** The name as the Executions API shows it: under the project's number. */
export function withProjectNumber({ projects }: Cloud, name: string): string {
  const { project } = parseName(name);
  return name.replace(`projects/${project}/`, `projects/${projects.find(project)?.projectNumber ?? project}/`);
}

/** The name as it is kept: under the project's id. */
export function withProjectId({ projects }: Cloud, name: string): string {
  const { project } = parseName(name);
  return name.replace(`projects/${project}/`, `projects/${projects.find(project)?.projectId ?? project}/`);
}

/** The refusal for a resource that does not exist. */
export function notFound(name: string): ApiError {
  return new ApiError({ code: "NOT_FOUND", message: `Resource '${name}' was not found` });
}

/** A refusal of what was sent. */
export function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
