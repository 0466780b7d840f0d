import { ApiError } from "../google/error.ts";
import { installationLabel, installationName } from "../spec/names.ts";
import type { Target } from "./installation.ts";

/** A resource that carries labels or a description, as far as it says whose it is. */
interface Marked {
  readonly labels?: Readonly<Record<string, string>>;
  readonly description?: string;
}

/** What was read: the resource's full name and the method that gave it. */
interface Reading {
  readonly name: string;
  readonly method: string;
}

/** Description that marks what takes no labels. */
export function installationMark(project: string): string {
  return `alloyrun:${installationName(project)}`;
}

/** Whether the installation made it: it bears its label, or its mark as description. */
export function isOwn({ labels, description }: Marked, { project }: Pick<Target, "project">): boolean {
  return labels?.[installationLabel] === installationName(project) || description === installationMark(project);
}

/**
 * Lets pass what this installation made: it bears its label, or its mark as description. Whoever made something under one
 * of our names keeps it unchanged, and is granted nothing of ours.
 *
 * @throws ApiError ALREADY_EXISTS naming it, with what to do
 */
export function refuseForeign(found: Marked, { project }: Pick<Target, "project">, { name, method }: Reading): void {
  if (isOwn(found, { project })) return;
  const text =
    `it exists and was not made by the installation ${installationName(project)}; it was left as it is. ` +
    `Remove it, hand it over by the description ${installationMark(project)}, ` +
    `where it takes labels by the label ${installationLabel}=${installationName(project)}, ` +
    "or install into another project";
  throw new ApiError({ method, resource: name, code: "ALREADY_EXISTS", text });
}
