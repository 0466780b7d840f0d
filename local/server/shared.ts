import type { Api, Handler, OperationResource } from "../api.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import { type ListingRequest, readListing } from "../list/listing.ts";
import { type Operations, toLongrunning } from "../operation.ts";
import type { OperationRecord } from "../operation-record.ts";
import { locationsOf } from "../regions.ts";

/** Longest that one request waits for an operation, in milliseconds of the clock. */
const longestWaitMs = 120_000;

/**
 * Handlers of the methods that many APIs share: their long-running operations and locations.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/longrunning/operations.proto
 */
export function createSharedMethods(operations: Operations): (host: string) => Api["methods"] {
  const byHost = new Map<string, Api["methods"]>();
  return (host) => {
    const found = byHost.get(host) ?? { ...operationMethods(operations, host), ...locationMethods(host) };
    byHost.set(host, found);
    return found;
  };
}

function operationMethods(operations: Operations, host: string): Record<string, Handler> {
  const name = (request: JsonObject) => String(request.name ?? "");
  return {
    "google.longrunning.Operations.GetOperation": (request) => toLongrunning(operations.get(host, name(request))),
    "google.longrunning.Operations.ListOperations": (request) =>
      listOperations(operations.list(host, name(request).replace(/^operations$/, "")), request),
    "google.longrunning.Operations.DeleteOperation": (request) => {
      operations.get(host, name(request));
      operations.delete(host, name(request));
      return {};
    },
    // Best effort by its definition: work that is under way is not interrupted.
    "google.longrunning.Operations.CancelOperation": (request) => {
      operations.get(host, name(request));
      return {};
    },
    "google.longrunning.Operations.WaitOperation": async (request, { hold }) => {
      const ms = request.timeout === undefined ? longestWaitMs : Number.parseFloat(String(request.timeout)) * 1000;
      return toLongrunning(await operations.poll(host, name(request), Math.min(ms, longestWaitMs), hold));
    },
  };
}

function listOperations(records: readonly OperationRecord[], request: ListingRequest): JsonObject {
  const listing = readListing<OperationResource>("google.longrunning.Operation", request);
  const { items, nextPageToken } = listing.page(records.map(toLongrunning), { usual: 100, most: 1000 });
  return { operations: items.map((operation) => ({ ...operation })), nextPageToken };
}

function locationMethods(host: string): Record<string, Handler> {
  return {
    "google.cloud.location.Locations.ListLocations": (request) => {
      const listing = readListing<{ readonly name?: string }>("google.cloud.location.Location", request);
      const all = locationsOf(host).map((id) => location(String(request.name), id));
      const { items, nextPageToken } = listing.page(all, { usual: 500, most: 1000 });
      return { locations: items.map((one) => ({ ...one })), nextPageToken };
    },
    "google.cloud.location.Locations.GetLocation": ({ name }) => {
      const [, project = "", id = ""] = String(name).match(/^(projects\/[^/]+)\/locations\/([^/]+)$/) ?? [];
      if (!locationsOf(host).includes(id)) {
        throw new ApiError({ code: "NOT_FOUND", message: `Location ${String(name)} is not found.` });
      }
      return location(project, id);
    },
  };
}

function location(project: string, region: string): JsonObject {
  const labels = { "cloud.googleapis.com/region": region };
  return { name: `${project}/locations/${region}`, locationId: region, displayName: region, labels };
}
