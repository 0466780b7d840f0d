import type {
  AggregatedListSubnetworksRequest,
  ListUsableSubnetworksRequest,
  Subnetwork,
  SubnetworkAggregatedList,
  UsableSubnetworksAggregatedList,
} from "../model/generated/compute.ts";
import { formatAddress, parseRange } from "../range.ts";
import { regions } from "../regions.ts";
import { link } from "./link.ts";
import { aggregate, listPage } from "./list.ts";
import type { Identified, Resources } from "./resources.ts";

/** A subnetwork as answers show it. */
export function viewSubnetwork(subnetwork: Subnetwork & Identified): Subnetwork {
  const first = parseRange(subnetwork.ipCidrRange ?? "")?.first ?? 0;
  return { kind: "compute#subnetwork", gatewayAddress: formatAddress(first + 1), ...subnetwork };
}

/** `Subnetworks.AggregatedList` */
export function aggregatedSubnetworks(
  { subnetworks }: Resources,
  request: AggregatedListSubnetworksRequest,
): SubnetworkAggregatedList {
  const byScope = Object.keys(regions).map((region): [string, Subnetwork[]] => [
    `regions/${region}`,
    subnetworks
      .list(`projects/${request.project}/regions/${region}/subnetworks/`)
      .map(([, subnetwork]) => viewSubnetwork(subnetwork)),
  ]);
  const path = `projects/${request.project}/aggregated/subnetworks`;
  return {
    kind: "compute#subnetworkAggregatedList",
    id: path,
    ...aggregate("subnetworks", new Map(byScope), request),
    selfLink: link(path),
  };
}

/** The subnetworks that the caller may place something in: all of the project's, since projects share none. */
export function usableSubnetworks(
  { subnetworks }: Resources,
  request: ListUsableSubnetworksRequest,
): UsableSubnetworksAggregatedList {
  const path = `projects/${request.project}/aggregated/subnetworks/listUsable`;
  const usable = subnetworks.list(`projects/${request.project}/regions/`).map(([, subnetwork]) => ({
    name: subnetwork.selfLink,
    subnetwork: subnetwork.selfLink,
    network: subnetwork.network,
    ipCidrRange: subnetwork.ipCidrRange,
    secondaryIpRanges: subnetwork.secondaryIpRanges,
    stackType: subnetwork.stackType,
    purpose: subnetwork.purpose,
    role: subnetwork.role,
  }));
  const { items, ...page } = listPage(path, usable, request);
  const shown = items.map(({ name: _, ...subnetwork }) => subnetwork);
  return { kind: "compute#usableSubnetworksAggregatedList", items: shown, ...page };
}
