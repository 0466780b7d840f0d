import type { Cloud } from "../cloud.ts";
import { pathOf } from "./link.ts";
import type { Connector, Resources } from "./resources.ts";
import { serverlessAddresses } from "./serverless-address.ts";

/** What keeps a network from being deleted: the path of the first user found. Its own automatic subnetworks do not. */
export function networkBlocker(resources: Resources, path: string): string | undefined {
  const isAutomatic = resources.networks.get(path)?.autoCreateSubnetworks === true;
  const name = path.split("/").at(-1);
  const uses = ([, resource]: readonly [string, { readonly network?: string }]) =>
    resource.network !== undefined && pathOf(resource.network) === path;
  return (
    resources.subnetworks
      .list()
      .filter(([, subnetwork]) => !isAutomatic || subnetwork.name !== name)
      .find(uses)?.[0] ??
    connectorWhere(resources, ({ networkPath }) => networkPath === path) ??
    resources.instances
      .list()
      .find(([, { networkInterfaces = [] }]) => networkInterfaces.some((one) => uses(["", one])))?.[0] ??
    resources.firewalls.list().find(uses)?.[0] ??
    resources.peerings.list(`${path}/peerings/`)[0]?.[0] ??
    resources.addresses.list().find(uses)?.[0]
  );
}

/** What keeps a subnetwork from being deleted: the path of the first user found. */
export function subnetworkBlocker(cloud: Cloud, resources: Resources, path: string): string | undefined {
  const inSubnetwork = (link?: string) => link !== undefined && pathOf(link) === path;
  return (
    connectorWhere(resources, ({ subnetworkPath }) => subnetworkPath === path) ??
    resources.instances
      .list()
      .find(([, { networkInterfaces = [] }]) =>
        networkInterfaces.some(({ subnetwork }) => inSubnetwork(subnetwork)),
      )?.[0] ??
    serverlessAddresses(cloud, path)[0]?.path ??
    resources.addresses.list().find(([, { subnetwork }]) => inSubnetwork(subnetwork))?.[0]
  );
}

function connectorWhere({ connectors }: Resources, matches: (connector: Connector) => boolean): string | undefined {
  return connectors.list().find(([, connector]) => matches(connector))?.[1].instancePath;
}
