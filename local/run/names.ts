import { createHash } from "node:crypto";
import { ApiError } from "../error.ts";
import { regions } from "../regions.ts";
import { violation } from "./violation.ts";

/** Parts of `projects/{project}/locations/{region}/{collection}/{id}` and what is below it. */
export interface Name {
  readonly project: string;
  readonly region: string;
  /** Id of the service or job. */
  readonly id: string;
  /** `projects/{project}/locations/{region}` */
  readonly parent: string;
}

/** Takes a resource name of Cloud Run apart. */
export function parseName(name: string): Name {
  const [, project = "", , region = "", , id = ""] = name.split("/");
  return { project, region, id, parent: `projects/${project}/locations/${region}` };
}

/** Last segment of a name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/**
 * Checks the id of a new service or job.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function demandId(id: string, { field, most }: { readonly field: string; readonly most: number }): void {
  if (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(id) && id.length <= most) return;
  const rule =
    "only lowercase, digits, and hyphens; must begin with letter, and may not end with hyphen; " +
    `must be less than ${most + 1} characters`;
  throw violation(field, `${id}: ${rule}.`);
}

/** @throws ApiError NOT_FOUND for a place where Google Cloud has no region */
export function demandRegion(parent: string): void {
  const { region } = parseName(parent);
  if (region in regions) return;
  throw new ApiError({ code: "NOT_FOUND", message: `Location ${region} is not found or access is unauthorized.` });
}

/** `{service}-{generation, five digits}-{three letters}`, as Cloud Run names a revision that has no name of its own. */
export function revisionId(service: string, generation: number, seed: string): string {
  return `${service}-${String(generation).padStart(5, "0")}-${letters(seed, 3)}`;
}

/** Letters without vowels, so that no word comes out. */
export function letters(seed: string, count: number): string {
  const alphabet = "bcdfghjklmnpqrstvwxz";
  const bytes = createHash("sha256").update(seed).digest();
  return [...bytes.subarray(0, count)].map((byte) => alphabet[byte % alphabet.length]).join("");
}

/** A new etag for each state of a resource, in quotes as Cloud Run has it. */
export function etagOf(...state: readonly string[]): string {
  return `"${createHash("sha256").update(state.join(" ")).digest("base64url").slice(0, 22)}"`;
}
