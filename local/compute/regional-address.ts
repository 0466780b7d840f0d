import type { TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  Address,
  AddressAggregatedList,
  AggregatedListAddressesRequest,
  ComputeMethods,
} from "../model/generated/compute.ts";
import { regions } from "../regions.ts";
import { inUse, notFound } from "./error.ts";
import { link } from "./link.ts";
import { aggregate, listPage } from "./list.ts";
import type { Resources } from "./resources.ts";
import { type ServerlessAddress, serverlessAddressesIn } from "./serverless-address.ts";

/** Methods on regional addresses: those that direct VPC egress holds, which can be seen and not deleted. */
export function regionalAddressMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const demandHeld = (project = "", region = "", id = ""): ServerlessAddress => {
    const path = `projects/${project}/regions/${region}/addresses/${id}`;
    const found = serverlessAddressesIn(cloud, project, region).find((held) => held.path === path);
    if (!found) throw notFound(path);
    return found;
  };
  return {
    "google.cloud.compute.v1.Addresses.Get": ({ project, region, address }) =>
      demandHeld(project, region, address).address,
    "google.cloud.compute.v1.Addresses.List": (request) => {
      const { project = "", region = "" } = request;
      const held = serverlessAddressesIn(cloud, project, region).map(({ address }) => address);
      return {
        kind: "compute#addressList",
        ...listPage(`projects/${project}/regions/${region}/addresses`, held, request),
      };
    },
    "google.cloud.compute.v1.Addresses.AggregatedList": (request) => aggregatedList(cloud, resources, request),
    "google.cloud.compute.v1.Addresses.Delete": ({ project, region, address }) => {
      const { path, address: held } = demandHeld(project, region, address);
      throw inUse(path, (held.subnetwork ?? "").slice(link("").length));
    },
  };
}

function aggregatedList(
  cloud: Cloud,
  { addresses }: Resources,
  request: AggregatedListAddressesRequest,
): AddressAggregatedList {
  const { project = "" } = request;
  const path = `projects/${project}/aggregated/addresses`;
  const reserved = addresses.list(`projects/${project}/global/addresses/`).map(([, address]) => address);
  const byScope = new Map<string, readonly Address[]>([["global", reserved]]);
  for (const region of Object.keys(regions)) {
    const held = serverlessAddressesIn(cloud, project, region).map(({ address }) => address);
    byScope.set(`regions/${region}`, held);
  }
  return {
    kind: "compute#addressAggregatedList",
    id: path,
    items: aggregate("addresses", byScope, request),
    selfLink: link(path),
  };
}
