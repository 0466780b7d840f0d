import type * as v1 from "../../model/generated/run-v1.ts";
import type { RunContext } from "../context.ts";
import { idOf, parseName } from "../names.ts";
import { filled, present } from "./shape.ts";

/** The fields that resources of version 2 have in common, as far as metadata shows them. */
export interface Resource {
  readonly name?: string;
  readonly uid?: string;
  readonly generation?: string;
  readonly createTime?: string;
  readonly deleteTime?: string;
  readonly etag?: string;
}

/** What a resource's metadata has beside what every resource has. */
interface MetadataParts {
  /** Group and collection of the resource's own address. */
  readonly group: "serving.knative.dev" | "run.googleapis.com";
  readonly collection: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string | undefined>>;
  readonly ownerReferences?: readonly v1.OwnerReference[];
}

/** Metadata of a resource; its namespace is the project's number. */
export function toObjectMeta(
  { cloud }: RunContext,
  resource: Resource,
  { group, collection, labels, annotations, ownerReferences }: MetadataParts,
): v1.ObjectMeta {
  const { name = "", uid, generation = "1", createTime, deleteTime } = resource;
  const { project, region } = parseName(name);
  const namespace = cloud.projects.find(project)?.projectNumber ?? project;
  return present({
    name: idOf(name),
    namespace,
    selfLink: `/apis/${group}/v1/namespaces/${namespace}/${collection}/${idOf(name)}`,
    uid,
    resourceVersion: versionOf(resource),
    generation: Number(generation),
    creationTimestamp: createTime,
    deletionTimestamp: deleteTime,
    labels: { ...labels, "cloud.googleapis.com/location": region },
    annotations: filled(present(annotations) as Record<string, string>),
    ownerReferences,
  });
}

/** The version of a resource: its etag without the quotes. */
export function versionOf({ etag = "" }: Resource): string {
  return etag.replaceAll('"', "");
}
