import { environmentLabel, installationLabel, type Ownership } from "../spec/names.ts";
import { StepError } from "./error.ts";

/** A resource that carries our labels, or our mark in its description. */
export interface Owned {
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly description?: string | null;
}

/** Whether a resource bears the labels of the environment. */
function bearsLabels(resource: Owned, owner: Ownership): boolean {
  const labels = resource.labels ?? {};
  return labels[installationLabel] === owner.installation && labels[environmentLabel] === owner.environment;
}

/** Whether a resource bears the mark of the environment in its description. */
function bearsMark(resource: Owned, owner: Ownership): boolean {
  return (resource.description ?? "").split(/\s+/).includes(owner.mark);
}

/** Whether a resource is the environment's own, by labels or by mark. */
export function isOwn(resource: Owned, owner: Ownership): boolean {
  return bearsLabels(resource, owner) || bearsMark(resource, owner);
}

/**
 * Lets pass what is the environment's own.
 *
 * @throws StepError FAILED_PRECONDITION, reason `FOREIGN_RESOURCE`, naming whose it is
 */
export function refuseForeign(resource: Owned, name: string, owner: Ownership): void {
  if (isOwn(resource, owner)) return;
  throw new StepError({
    code: "FAILED_PRECONDITION",
    reason: "FOREIGN_RESOURCE",
    resource: name,
    message:
      `${name} exists and belongs to ${holderOf(resource)}, not to ${owner.mark}; it was left as it is. ` +
      "Choose another name in the spec, or remove it yourself.",
  });
}

function holderOf(resource: Owned): string {
  const mark = (resource.description ?? "").split(/\s+/).find((word) => word.startsWith("alloyrun:"));
  if (mark !== undefined) return mark;
  const { [installationLabel]: installation, [environmentLabel]: environment } = resource.labels ?? {};
  return installation === undefined ? "somebody else" : `alloyrun:${installation}/${environment ?? "?"}`;
}
