import type { JsonObject } from "../../../local/json.ts";
import { testProject } from "../../support/local-cloud.ts";

/** A kind of resource, as far as the suite of behaviours has to know it. Requests and bodies are in their JSON form. */
export interface Kind {
  readonly title: string;
  /** Full service name, with its host before it and a space where that cannot be told from the service. */
  readonly service: string;
  /** Names of the methods; what is absent the kind does not have. */
  readonly methods: {
    readonly create: string;
    readonly get: string;
    readonly list: string;
    readonly update?: string;
    readonly remove: string;
    readonly policies?: true;
  };
  /** The whole body of a resource. */
  readonly body: JsonObject;
  /** What of the body comes back otherwise, or not at all. */
  readonly shown?: JsonObject;
  create(id: string, body: JsonObject): JsonObject;
  get(id: string): JsonObject;
  list(page: JsonObject): JsonObject;
  /** Field of the list's answer. */
  readonly listed: string;
  /** What tells the resource in a list, in the order of the list. */
  idOf(resource: JsonObject): string;
  update?(id: string, body: JsonObject, mask: string): JsonObject;
  remove(id: string): JsonObject;
  /** Changes by mask, with what is then read. */
  readonly changes?: readonly Change[];
  /** Changes that are refused. */
  readonly frozen?: readonly Change[];
  /** Where its operations are read. */
  readonly operations?: string;
  /** What has the policy, for the kinds with policies. */
  resource?(id: string): string;
  /** Role of the policy. */
  readonly role?: string;
  /** A permission to test. */
  readonly permission?: string;
  /** Has a validateOnly that changes nothing, a requestId that repeats nothing, an etag that guards its removal. */
  readonly validates?: true;
  readonly requestId?: true;
  readonly etag?: true;
  /** Created again, it is refused with this code. */
  readonly twice?: string;
}

/** One change by mask. */
export interface Change {
  readonly mask: string;
  readonly body: JsonObject;
  readonly gives?: JsonObject;
}

/** Project and location of the suites. */
export const project = `projects/${testProject}`;
export const location = `${project}/locations/us-central1`;

/** What tells a kind that follows Google's guidance for resources. */
export interface Standard
  extends Omit<Kind, "create" | "get" | "list" | "update" | "remove" | "idOf" | "methods" | "listed"> {
  /** Singular in Pascal case. */
  readonly noun: string;
  readonly parent: string;
  /** Plural in camel case. */
  readonly collection: string;
  readonly idField: string;
  readonly without?: "update";
  readonly policies?: true;
}

/** A kind whose methods take `parent`, `{noun}Id` and `{noun}`, and `name`. */
export function standardKind({ noun, parent, collection, idField, without, policies, ...kind }: Standard): Kind {
  const field = `${noun.charAt(0).toLowerCase()}${noun.slice(1)}`;
  const name = (id: string) => `${parent}/${collection}/${id}`;
  const plural = `${collection.charAt(0).toUpperCase()}${collection.slice(1)}`;
  return {
    ...kind,
    methods: {
      ...{ create: `Create${noun}`, get: `Get${noun}`, list: `List${plural}`, remove: `Delete${noun}` },
      ...(without === "update" ? {} : { update: `Update${noun}` }),
      ...(policies ? { policies } : {}),
    },
    listed: collection,
    create: (id, body) => ({ parent, [idField]: id, [field]: body }),
    get: (id) => ({ name: name(id) }),
    list: (page) => ({ parent, ...page }),
    update: (id, body, mask) => ({ [field]: { name: name(id), ...body }, ...(mask ? { updateMask: mask } : {}) }),
    remove: (id) => ({ name: name(id) }),
    idOf: (resource) => String(resource.name).split("/").at(-1) ?? "",
    resource: name,
  };
}

/** What tells a kind of Compute Engine. */
export interface ComputeKind extends Pick<Kind, "title" | "body" | "shown" | "changes" | "frozen"> {
  readonly collection: string;
  /** Request field of its name, and of its body. */
  readonly field: string;
  readonly bodyField: string;
  readonly scope?: JsonObject;
  readonly patched?: true;
}

/** A kind of Compute Engine. */
export function computeKind({ collection, field, bodyField, scope = {}, patched, ...kind }: ComputeKind): Kind {
  const inScope = { project: testProject, ...scope };
  return {
    ...kind,
    service: `google.cloud.compute.v1.${collection}`,
    methods: { create: "Insert", get: "Get", list: "List", remove: "Delete", ...(patched ? { update: "Patch" } : {}) },
    listed: "items",
    operations: "compute",
    requestId: true,
    create: (id, body) => ({ ...inScope, [bodyField]: { name: id, ...body } }),
    get: (id) => ({ ...inScope, [field]: id }),
    list: ({ pageSize, ...page }) => ({ ...inScope, ...page, ...(pageSize ? { maxResults: pageSize } : {}) }),
    update: (id, body) => ({ ...inScope, [field]: id, [bodyField]: body }),
    remove: (id) => ({ ...inScope, [field]: id }),
    idOf: (resource) => String(resource.name),
  };
}
