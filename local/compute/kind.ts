import type { Api, Call } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { JsonObject } from "../json.ts";
import type { LatencyKind } from "../latency.ts";
import type { Operation } from "../model/generated/compute.ts";
import type { Collection } from "../store.ts";
import { inUse } from "./error.ts";
import { start, work } from "./operation.ts";
import { demand, demandFree, demandReady, type Identified, identify } from "./resources.ts";

/** One kind of resource: where it is kept, how long its changes take, and what they do once their time has passed. */
export interface Kind<T extends object> {
  /** First part of the names of its operations. */
  readonly noun: string;
  readonly collection: Collection<T & Identified>;
  readonly latency: { readonly insert: LatencyKind; readonly change: LatencyKind; readonly delete: LatencyKind };
  /** Fields that follow from others (fingerprints), told anew with every change. */
  derive?(resource: T & Identified): T & Identified;
  /** Finishes a resource when its insert's time has passed; what it throws undoes the insert. */
  settle?(resource: T & Identified, path: string): T & Identified;
  /** Path of what still needs the resource; it is asked before a delete and again at its end. */
  blocker?(path: string): string | undefined;
  /** Takes along what goes with a deleted resource. */
  removed?(path: string): void;
}

/** A change of one resource. */
export interface ResourceRequest {
  readonly call: Call;
  readonly path: string;
}

/**
 * Stores a new resource and sets its insert off.
 *
 * @param make gives the resource once its name is found free, or refuses it
 * @throws ApiError 409 `alreadyExists`
 */
export function insertResource<T extends object>(
  cloud: Cloud,
  kind: Kind<T>,
  { call, path, make }: ResourceRequest & { readonly make: () => T },
): Operation {
  demandFree(kind.collection, path);
  const made = make();
  const { id } = put(kind, path, { ...made, ...identify(cloud, path) });
  const latency = kind.latency.insert;
  return start(cloud, { call, kind: `${kind.noun}.insert`, verb: "insert", path, targetId: id, latency });
}

/** @throws ApiError 404, 400 `resourceNotReady` or `resourceInUseByAnotherResource` */
export function deleteResource<T extends object>(
  cloud: Cloud,
  kind: Kind<T>,
  { call, path }: ResourceRequest,
): Operation {
  const { id } = demand(kind.collection, path);
  demandReady(cloud, path);
  demandUnused(kind, path);
  const latency = kind.latency.delete;
  return start(cloud, { call, kind: `${kind.noun}.delete`, verb: "delete", path, targetId: id, latency });
}

/** What a change writes. */
export interface ResourceChange extends ResourceRequest {
  /** As `operationType` shows it. */
  readonly verb: string;
  readonly changed: object;
  /** Fields that the change takes away. */
  readonly cleared?: readonly string[];
}

/** Sets a change of some of a resource's fields off. */
export function changeResource<T extends object>(
  cloud: Cloud,
  kind: Kind<T>,
  { call, path, verb, changed, cleared = [] }: ResourceChange,
): Operation {
  const { id } = demand(kind.collection, path);
  demandReady(cloud, path);
  const input: JsonObject = { changed: changed as JsonObject, cleared };
  const latency = kind.latency.change;
  return start(cloud, { call, kind: `${kind.noun}.change`, verb, path, targetId: id, latency, input });
}

/** The operations behind a kind's inserts, changes and deletes. */
export function kindOperations<T extends object>(kind: Kind<T>): NonNullable<Api["operations"]> {
  return {
    [`${kind.noun}.insert`]: work(
      ({ input }) => {
        const path = String(input.path);
        const inserted = kind.collection.get(path);
        if (inserted && kind.settle) put(kind, path, kind.settle(inserted, path));
      },
      ({ input }) => kind.collection.delete(String(input.path)),
    ),
    [`${kind.noun}.change`]: work(({ input }) => {
      const path = String(input.path);
      const cleared = new Set(Array.isArray(input.cleared) ? input.cleared.map(String) : []);
      const changed = { ...demand(kind.collection, path), ...(input.changed as object) };
      const kept = Object.entries(changed).filter(([field]) => !cleared.has(field));
      put(kind, path, Object.fromEntries(kept) as T & Identified);
    }),
    [`${kind.noun}.delete`]: work(({ input }) => {
      const path = String(input.path);
      demandUnused(kind, path);
      kind.collection.delete(path);
      kind.removed?.(path);
    }),
  };
}

function put<T extends object>(kind: Kind<T>, path: string, resource: T & Identified): T & Identified {
  return kind.collection.put(path, kind.derive ? kind.derive(resource) : resource);
}

function demandUnused<T extends object>({ blocker }: Kind<T>, path: string): void {
  const user = blocker?.(path);
  if (user) throw inUse(path, user);
}
