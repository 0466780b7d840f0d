import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  ComputeMethods,
  InsertNetworkRequest,
  Network,
  Operation,
  PatchNetworkRequest,
  RemovePeeringNetworkRequest,
} from "../model/generated/compute.ts";
import { regions } from "../regions.ts";
import { networkBlocker } from "./blocker.ts";
import { invalid, required } from "./error.ts";
import {
  changeResource,
  deleteResource,
  insertResource,
  type Kind,
  kindOperations,
  type ResourceRequest,
} from "./kind.ts";
import { link, pathOf } from "./link.ts";
import { listPage } from "./list.ts";
import { idempotent, start, work } from "./operation.ts";
import { demand, demandReady, type Identified, parseName, type Resources } from "./resources.ts";
import { autoSubnetwork, storeSubnetwork } from "./subnetwork.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
  readonly kind: Kind<Network>;
}

const pathFor = (project = "", network = "") => `projects/${project}/global/networks/${network}`;

const networkKind = (cloud: Cloud, resources: Resources): Kind<Network> => ({
  noun: "network",
  collection: resources.networks,
  latency: { insert: "compute.network.insert", change: "compute.network.patch", delete: "compute.network.delete" },
  settle(network, path) {
    if (network.autoCreateSubnetworks) createSubnetworks(cloud, resources, path);
    return network;
  },
  blocker: (path) => networkBlocker(resources, path),
  removed: (path) => deleteSubnetworks(cloud, resources, path),
});

/** Methods on VPC networks. */
export function networkMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources, kind: networkKind(cloud, resources) };
  return {
    "google.cloud.compute.v1.Networks.Insert": idempotent(cloud, (request, call) => insert(context, request, call)),
    "google.cloud.compute.v1.Networks.Get": ({ project, network }) =>
      view(context, demand(resources.networks, pathFor(project, network))),
    "google.cloud.compute.v1.Networks.List": (request) => ({
      kind: "compute#networkList",
      ...listPage(
        pathFor(request.project).slice(0, -1),
        resources.networks.list(pathFor(request.project)).map(([, network]) => view(context, network)),
        request,
      ),
    }),
    "google.cloud.compute.v1.Networks.Patch": idempotent(cloud, (request, call) => patch(context, request, call)),
    "google.cloud.compute.v1.Networks.SwitchToCustomMode": idempotent(cloud, ({ project, network }, call) =>
      switchToCustomMode(context, { call, path: pathFor(project, network) }),
    ),
    "google.cloud.compute.v1.Networks.Delete": idempotent(cloud, ({ project, network }, call) =>
      deleteResource(cloud, context.kind, { call, path: pathFor(project, network) }),
    ),
    "google.cloud.compute.v1.Networks.RemovePeering": idempotent(cloud, (request, call) =>
      removePeering(context, request, call),
    ),
  };
}

/** What the operations on networks do once their time has passed. */
export function networkOperations(cloud: Cloud, resources: Resources): NonNullable<Api["operations"]> {
  return {
    ...kindOperations(networkKind(cloud, resources)),
    "network.removePeering": work(({ input }) => {
      resources.peerings.delete(`${String(input.path)}/peerings/${String(input.name)}`);
    }),
  };
}

/** Makes the subnetwork that an auto mode network has in every region. */
function createSubnetworks(cloud: Cloud, resources: Resources, network: string): void {
  for (const [region, { autoRange }] of Object.entries(regions)) {
    storeSubnetwork(cloud, resources, {
      path: autoSubnetwork(network, region),
      network: link(network),
      ipCidrRange: autoRange,
    });
  }
}

/** An auto mode network takes its own subnetworks along; every other one keeps it from being deleted. */
function deleteSubnetworks(cloud: Cloud, { subnetworks }: Resources, network: string): void {
  for (const region of Object.keys(regions)) {
    const path = autoSubnetwork(network, region);
    if (subnetworks.delete(path)) cloud.access.deletePolicies(`//compute.googleapis.com/${path}`);
  }
}

function view({ resources }: Pick<Context, "resources">, network: Network & Identified): Network {
  const path = pathOf(network.selfLink);
  const peerings = resources.peerings.list(`${path}/peerings/`).map(([, peering]) => peering);
  const subnetworks = resources.subnetworks
    .list()
    .flatMap(([, { network: home, selfLink }]) => (home === network.selfLink ? [selfLink] : []));
  return {
    kind: "compute#network",
    selfLinkWithId: link(path.replace(/[^/]+$/, network.id)),
    ...network,
    peerings: peerings.length > 0 ? peerings : undefined,
    subnetworks: subnetworks.length > 0 ? subnetworks : undefined,
  };
}

function insert({ cloud, kind }: Context, request: InsertNetworkRequest, call: Call): Operation {
  const { project, networkResource = {} } = request;
  const { autoCreateSubnetworks, description, mtu = 1460, routingConfig } = networkResource;
  const make = (): Network => {
    if (autoCreateSubnetworks === undefined) {
      throw invalid("resource.autoCreateSubnetworks", "", "Legacy networks are no longer supported.");
    }
    demandMtu(mtu);
    return {
      ...{ description, autoCreateSubnetworks, mtu },
      routingConfig: { routingMode: "REGIONAL", bgpBestPathSelectionMode: "LEGACY", ...routingConfig },
      networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
    };
  };
  return insertResource(cloud, kind, { call, path: pathFor(project, parseName(networkResource.name)), make });
}

function demandMtu(mtu: number): void {
  if (mtu < 1300 || mtu > 8896) throw invalid("resource.mtu", mtu, "Must be between 1300 and 8896.");
}

function patch({ cloud, resources, kind }: Context, request: PatchNetworkRequest, call: Call): Operation {
  const path = pathFor(request.project, request.network);
  const network = demand(resources.networks, path);
  const { routingConfig, mtu, description, autoCreateSubnetworks } = request.networkResource ?? {};
  if (description !== undefined && description !== network.description) {
    throw invalid("resource.description", description, "Field cannot be changed.");
  }
  if (autoCreateSubnetworks === false && network.autoCreateSubnetworks) {
    throw invalid("resource.autoCreateSubnetworks", autoCreateSubnetworks, "Use switchToCustomMode.");
  }
  if (mtu !== undefined) demandMtu(mtu);
  const changed = {
    ...(routingConfig && { routingConfig: { ...network.routingConfig, ...routingConfig } }),
    ...(mtu !== undefined && { mtu }),
  };
  return changeResource(cloud, kind, { call, path, verb: "patch", changed });
}

/** From then on subnetworks come and go one by one; those that there are stay. */
function switchToCustomMode({ cloud, kind }: Context, request: ResourceRequest): Operation {
  if (!demand(kind.collection, request.path).autoCreateSubnetworks) {
    throw invalid("network", request.path, "The network is in custom mode already.");
  }
  const changed = { autoCreateSubnetworks: false };
  return changeResource(cloud, kind, { ...request, verb: "switchToCustomMode", changed });
}

/** Takes the consumer's half of a peering away, whatever still depends on it; the producer's half stays. */
function removePeering({ cloud, resources }: Context, request: RemovePeeringNetworkRequest, call: Call): Operation {
  const path = pathFor(request.project, request.network);
  const network = demand(resources.networks, path);
  demandReady(cloud, path);
  const name = request.networksRemovePeeringRequestResource?.name;
  if (!name) throw required("name");
  if (!resources.peerings.get(`${path}/peerings/${name}`)) {
    throw invalid("name", name, `There is no peering ${name} on network ${network.name}.`);
  }
  return start(cloud, {
    call,
    kind: "network.removePeering",
    verb: "removePeering",
    path,
    targetId: network.id,
    latency: "compute.removePeering",
    input: { name },
  });
}
