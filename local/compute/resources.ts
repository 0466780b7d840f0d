import type { Cloud } from "../cloud.ts";
import type { Address, Firewall, Instance, Network, NetworkPeering, Subnetwork } from "../model/generated/compute.ts";
import type { Collection } from "../store.ts";
import { createTally } from "../tally.ts";
import { alreadyExists, invalid, notFound, notReady, required } from "./error.ts";
import { link, parseReference } from "./link.ts";

/** Host of this API. */
export const host = "compute.googleapis.com";

/** What every resource has once it is stored. */
export interface Identified {
  readonly id: string;
  readonly name: string;
  readonly selfLink: string;
  readonly creationTimestamp: string;
}

/** Everything that exists, by resource path (`projects/{project}/global/networks/{network}`). */
export interface Resources {
  readonly networks: Collection<Network & Identified>;
  /** By `{network path}/peerings/{name}`; the Service Networking API puts its own in here. */
  readonly peerings: Collection<NetworkPeering>;
  readonly subnetworks: Collection<Subnetwork & Identified>;
  /** Global and regional. */
  readonly addresses: Collection<Address & Identified>;
  /** Serverless VPC Access puts the rules of its connectors in here. */
  readonly firewalls: Collection<Firewall & Identified>;
  readonly instances: Collection<Instance & Identified>;
  /** Connectors of Serverless VPC Access, by their own full names. */
  readonly connectors: Collection<Connector>;
}

/** What Serverless VPC Access says about the place of a connector. */
export interface Connector {
  readonly networkPath: string;
  readonly subnetworkPath?: string;
  /** Path of one of the hidden machines. */
  readonly instancePath: string;
  /** Its own range, when it was given no subnetwork. */
  readonly ipCidrRange?: string;
}

/** Opens the resources of a local cloud. */
export function openResources({ store }: Cloud): Resources {
  return {
    networks: store.collection("compute.networks"),
    peerings: store.collection("compute.peerings"),
    subnetworks: store.collection("compute.subnetworks"),
    addresses: store.collection("compute.addresses"),
    firewalls: store.collection("compute.firewalls"),
    instances: store.collection("compute.instances"),
    connectors: store.collection("vpcaccess.connectors"),
  };
}

/** Identity of a resource about to be stored at a path. */
export function identify(cloud: Cloud, path: string): Identified {
  const draws = cloud.random.lasting(`${path} ${createTally(cloud.store, "compute.tally").next(path)}`);
  const id = Array.from({ length: 18 }, () => Math.floor(draws.next() * 10)).join("");
  const creationTimestamp = new Date(cloud.clock.now()).toISOString().replace("Z", "-00:00");
  return { id: `1${id}`, name: path.split("/").at(-1) ?? "", selfLink: link(path), creationTimestamp };
}

/** @throws ApiError 404 `notFound` */
export function demand<T extends object>(collection: Collection<T>, path: string): T {
  const found = collection.get(path);
  if (!found) throw notFound(path);
  return found;
}

/** @throws ApiError 409 `alreadyExists` */
export function demandFree(collection: Collection<object>, path: string): void {
  if (collection.get(path)) throw alreadyExists(path);
}

/** @throws ApiError 400 `resourceNotReady` while an operation changes the resource */
export function demandReady({ operations }: Cloud, path: string): void {
  if (operations.isBusy(host, path)) throw notReady(path);
}

/** The name sent, if it is one. */
export function parseName(name: string | undefined): string {
  if (!name) throw required("resource.name");
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw invalid("resource.name", name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'");
  }
  return name;
}

/** Where a reference in a request is looked for. */
interface Referring {
  readonly cloud: Cloud;
  readonly resources: Resources;
}

/**
 * The path of a network that a request refers to; it exists and nothing changes it.
 *
 * @throws ApiError 400 or 404
 */
export function demandNetwork({ cloud, resources }: Referring, text: string, project: string): string {
  const collection = "global/networks";
  const path = parseReference(text, { cloud, field: "resource.network", project, collection });
  demand(resources.networks, path);
  demandReady(cloud, path);
  return path;
}

/**
 * The path of a subnetwork that a request refers to; it exists and nothing changes it.
 *
 * @throws ApiError 400 or 404
 */
export function demandSubnetwork(
  { cloud, resources }: Referring,
  text: string,
  { project, region, field }: { readonly project: string; readonly region: string; readonly field: string },
): string {
  const path = parseReference(text, { cloud, field, project, collection: `regions/${region}/subnetworks` });
  demand(resources.subnetworks, path);
  demandReady(cloud, path);
  return path;
}
