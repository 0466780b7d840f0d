import type { TypedHandlers } from "../api.ts";
import type { ComputeMethods, Network, Route } from "../model/generated/compute.ts";
import { notFound } from "./error.ts";
import { link, pathOf } from "./link.ts";
import { listPage } from "./list.ts";
import type { Identified, Resources } from "./resources.ts";

/** Methods on routes: every network has one to the internet and one to each of its subnetworks. */
export function routeMethods(resources: Resources): TypedHandlers<ComputeMethods> {
  const routesOf = (project = "") =>
    resources.networks
      .list(`projects/${project}/global/networks/`)
      .flatMap(([, network]) => [internetRoute(project, network), ...subnetworkRoutes(resources, project, network)]);
  return {
    "google.cloud.compute.v1.Routes.List": (request) => ({
      kind: "compute#routeList",
      ...listPage(`projects/${request.project}/global/routes`, routesOf(request.project), request),
    }),
    "google.cloud.compute.v1.Routes.Get": ({ project = "", route = "" }) => {
      const found = routesOf(project).find(({ name }) => name === route);
      if (!found) throw notFound(`projects/${project}/global/routes/${route}`);
      return found;
    },
  };
}

function internetRoute(project: string, network: Network & Identified): Route {
  return {
    ...common(project, { name: `default-route-${hexadecimal(network.id)}`, network }),
    description: "Default route to the Internet.",
    destRange: "0.0.0.0/0",
    priority: 1000,
    nextHopGateway: link(`projects/${project}/global/gateways/default-internet-gateway`),
  };
}

function subnetworkRoutes({ subnetworks }: Resources, project: string, network: Network & Identified): Route[] {
  return subnetworks
    .list()
    .filter(([, subnetwork]) => subnetwork.network === network.selfLink)
    .map(([path, { id, ipCidrRange, creationTimestamp }]) => ({
      ...common(project, { name: `default-route-r-${hexadecimal(id)}`, network }),
      creationTimestamp,
      description: `Default local route to the subnetwork ${ipCidrRange}.`,
      destRange: ipCidrRange,
      priority: 0,
      nextHopNetwork: link(pathOf(network.selfLink)),
      routeType: "SUBNET",
      id: String(BigInt(id) + BigInt(path.length)),
    }));
}

function common(
  project: string,
  { name, network }: { readonly name: string; readonly network: Network & Identified },
): Route {
  return {
    kind: "compute#route",
    id: String(BigInt(network.id) + 1n),
    name,
    creationTimestamp: network.creationTimestamp,
    network: network.selfLink,
    selfLink: link(`projects/${project}/global/routes/${name}`),
  };
}

function hexadecimal(id: string): string {
  return BigInt(id).toString(16).padStart(16, "0");
}
