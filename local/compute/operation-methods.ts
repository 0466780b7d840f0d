import type { Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type {
  AggregatedListGlobalOperationsRequest,
  ComputeMethods,
  Operation,
  OperationAggregatedList,
} from "../model/generated/compute.ts";
import type { OperationRecord } from "../operation-record.ts";
import { regions, zonesOf } from "../regions.ts";
import { notFound } from "./error.ts";
import { link } from "./link.ts";
import { aggregate, type ListRequest, listPage } from "./list.ts";
import { toOperation } from "./operation.ts";
import { host } from "./resources.ts";

/** A `wait` answers after this time of the clock at the latest, done or not. */
const longestWaitMs = 120_000;

/** Methods on operations, global, of regions and of zones. */
export function operationMethods(cloud: Cloud): TypedHandlers<ComputeMethods> {
  const global = ({ project }: { readonly project?: string }) => `projects/${project}/global`;
  const region = (request: { readonly project?: string; readonly region?: string }) =>
    `projects/${request.project}/regions/${request.region}`;
  const zone = (request: { readonly project?: string; readonly zone?: string }) =>
    `projects/${request.project}/zones/${request.zone}`;
  return {
    "google.cloud.compute.v1.GlobalOperations.Get": (request) => get(cloud, global(request), request.operation),
    "google.cloud.compute.v1.GlobalOperations.Wait": (request, call) =>
      wait(cloud, named(global(request), request), call),
    "google.cloud.compute.v1.GlobalOperations.AggregatedList": (request) => aggregatedList(cloud, request),
    "google.cloud.compute.v1.GlobalOperations.List": (request) => list(cloud, global(request), request),
    "google.cloud.compute.v1.GlobalOperations.Delete": (request) => remove(cloud, named(global(request), request)),
    "google.cloud.compute.v1.RegionOperations.Get": (request) => get(cloud, region(request), request.operation),
    "google.cloud.compute.v1.RegionOperations.Wait": (request, call) =>
      wait(cloud, named(region(request), request), call),
    "google.cloud.compute.v1.RegionOperations.List": (request) => list(cloud, region(request), request),
    "google.cloud.compute.v1.RegionOperations.Delete": (request) => remove(cloud, named(region(request), request)),
    "google.cloud.compute.v1.ZoneOperations.Get": (request) => get(cloud, zone(request), request.operation),
    "google.cloud.compute.v1.ZoneOperations.Wait": (request, call) => wait(cloud, named(zone(request), request), call),
    "google.cloud.compute.v1.ZoneOperations.List": (request) => list(cloud, zone(request), request),
    "google.cloud.compute.v1.ZoneOperations.Delete": (request) => remove(cloud, named(zone(request), request)),
  };
}

function named(scope: string, { operation = "" }: { readonly operation?: string }): string {
  return `${scope}/operations/${operation}`;
}

function demand(cloud: Cloud, name: string): OperationRecord {
  try {
    return cloud.operations.get(host, name);
  } catch (caught) {
    throw caught instanceof ApiError && caught.code === "NOT_FOUND" ? notFound(name) : caught;
  }
}

function get(cloud: Cloud, scope: string, operation = ""): Operation {
  return toOperation(cloud, demand(cloud, `${scope}/operations/${operation}`));
}

async function wait(cloud: Cloud, name: string, { hold }: Call): Promise<Operation> {
  demand(cloud, name);
  return toOperation(cloud, await cloud.operations.poll(host, name, longestWaitMs, hold));
}

function list(cloud: Cloud, scope: string, request: ListRequest) {
  const operations = cloud.operations.list(host, scope).map((record) => toOperation(cloud, record));
  return { kind: "compute#operationList", ...listPage(`${scope}/operations`, operations, request) };
}

function aggregatedList(cloud: Cloud, request: AggregatedListGlobalOperationsRequest): OperationAggregatedList {
  const names = Object.keys(regions);
  const scopes = [
    "global",
    ...names.map((one) => `regions/${one}`),
    ...names.flatMap(zonesOf).map((one) => `zones/${one}`),
  ];
  const byScope = scopes.map((scope): [string, Operation[]] => [
    scope,
    cloud.operations.list(host, `projects/${request.project}/${scope}`).map((record) => toOperation(cloud, record)),
  ]);
  const path = `projects/${request.project}/aggregated/operations`;
  const page = aggregate("operations", new Map(byScope), request);
  return { kind: "compute#operationAggregatedList", id: path, ...page, selfLink: link(path) };
}

function remove(cloud: Cloud, name: string): Record<string, never> {
  demand(cloud, name);
  cloud.operations.delete(host, name);
  return {};
}
