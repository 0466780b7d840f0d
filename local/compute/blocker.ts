import type { Cloud } from "../cloud.ts";
import type { JsonObject } from "../json.ts";
import { pathOf } from "./link.ts";
import type { Resources } from "./resources.ts";
import { serverlessAddresses } from "./serverless-address.ts";

/** A connector of Serverless VPC Access as its API stores it in `vpcaccess.connectors`. */
interface Connector extends JsonObject {
  readonly networkPath?: string;
  readonly subnetworkPath?: string;
  /** Path of one of the hidden machines. */
  readonly instancePath?: string;
}

/** What keeps a network from being deleted: the path of the first user found. */
export function networkBlocker(cloud: Cloud, resources: Resources, path: string): string | undefined {
  const uses = ([, resource]: readonly [string, { readonly network?: string }]) =>
    resource.network !== undefined && pathOf(resource.network) === path;
  return (
    resources.subnetworks.list().find(uses)?.[0] ??
    connectors(cloud).find(({ networkPath }) => networkPath === path)?.instancePath ??
    resources.firewalls.list().find(uses)?.[0] ??
    resources.peerings.list(`${path}/peerings/`)[0]?.[0] ??
    resources.addresses.list().find(uses)?.[0]
  );
}

/** What keeps a subnetwork from being deleted: the path of the first user found. */
export function subnetworkBlocker(cloud: Cloud, resources: Resources, path: string): string | undefined {
  const inSubnetwork = (link?: string) => link !== undefined && pathOf(link) === path;
  return (
    connectors(cloud).find(({ subnetworkPath }) => subnetworkPath === path)?.instancePath ??
    resources.instances
      .list()
      .find(([, { networkInterfaces = [] }]) =>
        networkInterfaces.some(({ subnetwork }) => inSubnetwork(subnetwork)),
      )?.[0] ??
    serverlessAddresses(cloud, path)[0]?.path ??
    resources.addresses.list().find(([, { subnetwork }]) => inSubnetwork(subnetwork))?.[0]
  );
}

function connectors({ store }: Cloud): Connector[] {
  return store
    .collection<Connector>("vpcaccess.connectors")
    .list()
    .map(([, connector]) => connector);
}
