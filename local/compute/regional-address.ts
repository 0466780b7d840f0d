import type { Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  Address,
  AddressAggregatedList,
  AggregatedListAddressesRequest,
  ComputeMethods,
  InsertAddressRequest,
  Operation,
} from "../model/generated/compute.ts";
import { contains, parseRange } from "../range.ts";
import { regions } from "../regions.ts";
import { addressKind, viewAddress } from "./address-kind.ts";
import { inUse, invalid, required } from "./error.ts";
import { deleteResource, insertResource, type Kind } from "./kind.ts";
import { changeLabels } from "./labels.ts";
import { link } from "./link.ts";
import { aggregate, listPage } from "./list.ts";
import { idempotent } from "./operation.ts";
import { demand, demandSubnetwork, parseName, type Resources } from "./resources.ts";
import { serverlessAddressesIn } from "./serverless-address.ts";
import { holderOf } from "./subnetwork-address.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
  readonly kind: Kind<Address>;
}

const pathFor = (project = "", region = "", address = "") =>
  `projects/${project}/regions/${region}/addresses/${address}`;

/** Methods on regional addresses: reserved ones, and those that direct VPC egress holds and nobody can delete. */
export function regionalAddressMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources, kind: addressKind(cloud, resources) };
  return {
    "google.cloud.compute.v1.Addresses.Insert": idempotent(cloud, (request, call) => insert(context, request, call)),
    "google.cloud.compute.v1.Addresses.Get": ({ project, region, address }) =>
      findHeld(cloud, pathFor(project, region, address)) ??
      viewAddress(demand(resources.addresses, pathFor(project, region, address))),
    "google.cloud.compute.v1.Addresses.List": (request) => {
      const { project = "", region = "" } = request;
      const path = pathFor(project, region).slice(0, -1);
      return { kind: "compute#addressList", ...listPage(path, addressesIn(context, project, region), request) };
    },
    "google.cloud.compute.v1.Addresses.AggregatedList": (request) => aggregatedList(context, request),
    "google.cloud.compute.v1.Addresses.SetLabels": idempotent(cloud, (request, call) => {
      const path = pathFor(request.project, request.region, request.resource);
      return changeLabels(cloud, context.kind, { call, path, sent: request.regionSetLabelsRequestResource });
    }),
    "google.cloud.compute.v1.Addresses.Delete": idempotent(cloud, ({ project, region, address }, call) => {
      const path = pathFor(project, region, address);
      const held = findHeld(cloud, path);
      if (held) throw inUse(path, (held.subnetwork ?? "").slice(link("").length));
      return deleteResource(cloud, context.kind, { call, path });
    }),
  };
}

function findHeld(cloud: Cloud, path: string): Address | undefined {
  const [, project = "", , region = ""] = path.split("/");
  return serverlessAddressesIn(cloud, project, region).find((held) => held.path === path)?.address;
}

function addressesIn({ cloud, resources }: Context, project: string, region: string): Address[] {
  const held = serverlessAddressesIn(cloud, project, region).map(({ address }) => address);
  const reserved = resources.addresses.list(pathFor(project, region)).map(([, address]) => viewAddress(address));
  return [...held, ...reserved];
}

function insert(
  { cloud, resources, kind }: Context,
  { project = "", region = "", addressResource = {} }: InsertAddressRequest,
  call: Call,
): Operation {
  const path = pathFor(project, region, parseName(addressResource.name));
  const { address, description, labels, ipVersion = "IPV4", subnetwork } = addressResource;
  const make = (): Address => {
    const isInternal = addressResource.addressType === "INTERNAL" || subnetwork !== undefined;
    const place = isInternal
      ? parseInternal({ cloud, resources }, path, addressResource)
      : { addressType: "EXTERNAL", ipVersion, networkTier: addressResource.networkTier ?? "PREMIUM" };
    const home = link(`projects/${project}/regions/${region}`);
    return { description, address, labels, ...place, region: home, status: "RESERVING" };
  };
  return insertResource(cloud, kind, { call, path, make });
}

/** Fields of an address of a subnetwork, once they are found good. */
function parseInternal(context: Omit<Context, "kind">, path: string, { address, subnetwork, purpose }: Address) {
  const [, project = "", , region = ""] = path.split("/");
  if (!subnetwork) throw required("resource.subnetwork");
  const field = "resource.subnetwork";
  const home = demandSubnetwork(context, subnetwork, { project, region, field });
  const { ipCidrRange = "", selfLink } = demand(context.resources.subnetworks, home);
  if (address !== undefined) {
    const range = parseRange(ipCidrRange);
    const wanted = parseRange(`${address}/32`);
    if (!range || !wanted || !contains(range, wanted)) {
      throw invalid("resource.address", address, `Must lie in the subnetwork's range ${ipCidrRange}.`);
    }
    const holder = holderOf(context.resources, selfLink, address);
    if (holder) throw inUse(path, holder);
  }
  return { addressType: "INTERNAL", purpose: purpose ?? "GCE_ENDPOINT", subnetwork: selfLink, networkTier: "PREMIUM" };
}

function aggregatedList(context: Context, request: AggregatedListAddressesRequest): AddressAggregatedList {
  const { project = "" } = request;
  const path = `projects/${project}/aggregated/addresses`;
  const global = context.resources.addresses.list(`projects/${project}/global/addresses/`);
  const byScope = new Map<string, readonly Address[]>([["global", global.map(([, address]) => viewAddress(address))]]);
  for (const region of Object.keys(regions)) byScope.set(`regions/${region}`, addressesIn(context, project, region));
  return {
    kind: "compute#addressAggregatedList",
    id: path,
    ...aggregate("addresses", byScope, request),
    selfLink: link(path),
  };
}
