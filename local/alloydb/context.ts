import type { Call, OperationResource, RunOperation, StartOperation } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { type DrawnIds, toUuid } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import { toLongrunning } from "../operation.ts";
import type { Fleet } from "./fleet.ts";
import { clusterOf, host, locationOf } from "./names.ts";
import type { Records } from "./records.ts";
import type { Requests } from "./requests.ts";

/** What every part of the API works with. */
export interface Context {
  readonly cloud: Cloud;
  readonly records: Records;
  readonly fleet: Fleet;
  readonly requests: Requests;
  /** Uids of resources, by their full names. */
  readonly ids: DrawnIds;
}

/** A long-running change of one resource. */
export interface Change {
  readonly kind: string;
  readonly verb: "create" | "update" | "delete" | "restart" | "failover" | "injectFault";
  /** Full name of the resource. */
  readonly target: string;
  readonly latency?: StartOperation["latency"];
  readonly input?: JsonObject;
}

/** The version of the API that a call was made in, `v1`, `v1beta` or `v1alpha`. */
function versionOf({ method }: Call): string {
  return method.split(".")[3] ?? "v1";
}

/** Starts a change, and answers its operation. */
export function startChange({ cloud }: Context, call: Call, change: Change): OperationResource {
  const { kind, verb, target, latency, input } = change;
  const apiVersion = versionOf(call);
  const metadata = {
    "@type": `type.googleapis.com/google.cloud.alloydb.${apiVersion}.OperationMetadata`,
    createTime: cloud.clock.timestamp(),
    target,
    verb,
    requestedCancellation: false,
    apiVersion,
  };
  const parent = locationOf(target);
  const all = { ...input, name: target, apiVersion };
  return toLongrunning(cloud.operations.start({ host, parent, kind, target, metadata, latency, input: all }));
}

/** A resource as the response of an operation. */
export function toResponse(type: "Cluster" | "Instance", { apiVersion }: JsonObject, resource: object): JsonObject {
  return { "@type": `type.googleapis.com/google.cloud.alloydb.${String(apiVersion)}.${type}`, ...resource };
}

/** The response of an operation that leaves nothing. */
export const emptyResponse: JsonObject = { "@type": "type.googleapis.com/google.protobuf.Empty" };

/** Work of an operation whose metadata tells when it ended, and how. */
export function timed({ clock }: Pick<Cloud, "clock">, run: RunOperation): RunOperation {
  return async (operation) => {
    try {
      const response = await run(operation);
      operation.annotate({ endTime: clock.timestamp() });
      return response;
    } catch (caught) {
      const statusMessage = caught instanceof Error ? caught.message : String(caught);
      operation.annotate({ endTime: clock.timestamp(), statusMessage });
      throw caught;
    }
  };
}

/**
 * Changes of one cluster and all below it come one after the other.
 *
 * @throws ApiError ABORTED while one is under way
 */
export function checkIdle({ cloud }: Context, name: string): void {
  const cluster = clusterOf(name);
  if (!cloud.operations.isBusy(host, cluster)) return;
  throw new ApiError({ code: "ABORTED", message: `Another operation is in progress on ${cluster}; try again later` });
}

/** @throws ApiError ABORTED when the caller knows another state of the resource */
export function checkEtag(name: string, present: string | undefined, given: string | undefined): void {
  if (!given || given === present) return;
  throw new ApiError({ code: "ABORTED", message: `etag of ${name} does not match: it was changed meanwhile` });
}

/** A new resource's output-only fields, by its full name. */
export function born(
  { cloud, ids }: Context,
  name: string,
): {
  readonly uid: string;
  readonly createTime: string;
  readonly updateTime: string;
} {
  const time = cloud.clock.timestamp();
  return { uid: toUuid(ids.coming(name)), createTime: time, updateTime: time };
}
