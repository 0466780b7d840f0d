import type * as v1 from "../../model/generated/run-v1.ts";
import type { RunContext } from "../context.ts";
import { parseName } from "../names.ts";
import { refusal } from "./error.ts";

/** A resource as a client sends it. */
interface Sent {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: v1.ObjectMeta;
}

/** What a resource is expected to be. */
interface Expected {
  readonly apiVersion: string;
  readonly kind: string;
  /** Where it goes, `projects/{project}/locations/{region}`. */
  readonly parent: string;
  /** Its id, where the address says it. */
  readonly id?: string;
}

/**
 * Checks that a resource is of the kind, in the namespace and under the name that its address says, and gives its id.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function demandSent({ cloud }: RunContext, sent: Sent, { apiVersion, kind, parent, id }: Expected): string {
  const { name = "", namespace } = sent.metadata ?? {};
  if (sent.apiVersion !== undefined && sent.apiVersion !== apiVersion)
    throw refusal("api_version", `must be '${apiVersion}', not '${sent.apiVersion}'.`);
  if (sent.kind !== undefined && sent.kind !== kind) throw refusal("kind", `must be '${kind}', not '${sent.kind}'.`);
  const { project } = parseName(parent);
  const spellings = [project, cloud.projects.find(project)?.projectNumber];
  if (namespace !== undefined && !spellings.includes(namespace))
    throw refusal("metadata.namespace", `must be the project '${project}', not '${namespace}'.`);
  if (name === "") throw refusal("metadata.name", "must be set.");
  if (id !== undefined && id !== name) throw refusal("metadata.name", `must be '${id}', not '${name}'.`);
  return name;
}
