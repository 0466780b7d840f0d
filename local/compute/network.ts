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
import { inUse, invalid, required } from "./error.ts";
import { link, pathOf } from "./link.ts";
import { listPage } from "./list.ts";
import { idempotent, start, work } from "./operation.ts";
import { demand, demandFree, demandReady, type Identified, identify, parseName, type Resources } from "./resources.ts";
import { storeSubnetwork } from "./subnetwork.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
}

const pathFor = (project = "", network = "") => `projects/${project}/global/networks/${network}`;

/** Methods on VPC networks. */
export function networkMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources };
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
    "google.cloud.compute.v1.Networks.Delete": idempotent(cloud, ({ project, network }, call) => {
      const path = pathFor(project, network);
      const { id } = demandDeletable(context, path);
      return start(cloud, {
        call,
        kind: "network.delete",
        verb: "delete",
        path,
        targetId: id,
        latency: "compute.network.delete",
      });
    }),
    "google.cloud.compute.v1.Networks.RemovePeering": idempotent(cloud, (request, call) =>
      removePeering(context, request, call),
    ),
  };
}

/** What the operations on networks do once their time has passed. */
export function networkOperations(cloud: Cloud, resources: Resources): NonNullable<Api["operations"]> {
  return {
    "network.insert": work(({ input }) => {
      const path = String(input.path);
      const network = resources.networks.get(path);
      if (!network?.autoCreateSubnetworks) return;
      for (const [region, { autoRange }] of Object.entries(regions)) {
        const subnetwork = `${path.replace(/\/global\/networks\/.*/, "")}/regions/${region}/subnetworks/${network.name}`;
        storeSubnetwork(cloud, resources, { path: subnetwork, network: link(path), ipCidrRange: autoRange });
      }
    }),
    "network.patch": work(({ input }) => {
      const path = String(input.path);
      resources.networks.put(path, { ...demand(resources.networks, path), ...(input.changed as Network) });
    }),
    "network.delete": work(({ input }) => {
      const path = String(input.path);
      const blocker = networkBlocker(resources, path);
      if (blocker) throw inUse(path, blocker);
      resources.networks.delete(path);
    }),
    "network.removePeering": work(({ input }) => {
      resources.peerings.delete(`${String(input.path)}/peerings/${String(input.name)}`);
    }),
  };
}

function view({ resources }: Context, network: Network & Identified): Network {
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

function insert(
  { cloud, resources }: Context,
  { project, networkResource = {} }: InsertNetworkRequest,
  call: Call,
): Operation {
  const path = pathFor(project, parseName(networkResource.name));
  demandFree(resources.networks, path);
  const { autoCreateSubnetworks, description, mtu = 1460, routingConfig } = networkResource;
  if (autoCreateSubnetworks === undefined) {
    throw invalid("resource.autoCreateSubnetworks", "", "Legacy networks are no longer supported.");
  }
  if (mtu < 1300 || mtu > 8896) throw invalid("resource.mtu", mtu, "Must be between 1300 and 8896.");
  const network = resources.networks.put(path, {
    ...identify(cloud, path),
    description,
    autoCreateSubnetworks,
    mtu,
    routingConfig: { routingMode: "REGIONAL", bgpBestPathSelectionMode: "LEGACY", ...routingConfig },
    networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
  });
  return start(cloud, {
    call,
    kind: "network.insert",
    verb: "insert",
    path,
    targetId: network.id,
    latency: "compute.network.insert",
  });
}

function patch({ cloud, resources }: Context, request: PatchNetworkRequest, call: Call): Operation {
  const path = pathFor(request.project, request.network);
  const network = demand(resources.networks, path);
  demandReady(cloud, path);
  const { routingConfig, mtu, description, autoCreateSubnetworks } = request.networkResource ?? {};
  if (description !== undefined && description !== network.description) {
    throw invalid("resource.description", description, "Field cannot be changed.");
  }
  if (autoCreateSubnetworks === false && network.autoCreateSubnetworks) {
    throw invalid("resource.autoCreateSubnetworks", autoCreateSubnetworks, "Use switchToCustomMode.");
  }
  const changed = {
    ...(routingConfig && { routingConfig: { ...network.routingConfig, ...routingConfig } }),
    ...(mtu !== undefined && { mtu }),
  };
  return start(cloud, {
    call,
    kind: "network.patch",
    verb: "patch",
    path,
    targetId: network.id,
    latency: "compute.network.patch",
    input: { changed },
  });
}

function demandDeletable({ cloud, resources }: Context, path: string): Identified {
  const network = demand(resources.networks, path);
  demandReady(cloud, path);
  const blocker = networkBlocker(resources, path);
  if (blocker) throw inUse(path, blocker);
  return network;
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
