import type { Connect } from "../auth.ts";
import { type ComputeOperationBody, computeOperation, type Operation } from "../operation.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://compute.googleapis.com/compute/v1";

/** A VPC network. */
export interface Network {
  /** Its id, as Compute has it. */
  readonly name?: string;
  readonly description?: string;
  readonly selfLink?: string;
  readonly autoCreateSubnetworks?: boolean;
  readonly routingConfig?: { readonly routingMode?: string };
  readonly subnetworks?: readonly string[];
  readonly peerings?: readonly NetworkPeering[];
}

/** A peering as the network shows it. */
export interface NetworkPeering {
  readonly name?: string;
  readonly state?: string;
  readonly stateDetails?: string;
}

/** A subnetwork. */
export interface Subnetwork {
  readonly name?: string;
  readonly description?: string;
  /** URL of the network. */
  readonly network?: string;
  readonly ipCidrRange?: string;
  /** Further ranges, for addresses beside those of machines. */
  readonly secondaryIpRanges?: readonly { readonly rangeName?: string; readonly ipCidrRange?: string }[];
  readonly privateIpGoogleAccess?: boolean;
  readonly selfLink?: string;
}

/** A reserved address or range. */
export interface Address {
  readonly name?: string;
  readonly description?: string;
  readonly purpose?: string;
  readonly addressType?: string;
  readonly address?: string;
  readonly prefixLength?: number;
  readonly network?: string;
}

/**
 * Networks, subnetworks and addresses of Compute Engine. Names are full (`projects/{project}/global/networks/{network}`,
 * `…/regions/{region}/subnetworks/{subnetwork}`, `…/global/addresses/{address}`); a request id is a UUID under which a
 * repeated call starts nothing anew.
 *
 * @see https://cloud.google.com/compute/docs/reference/rest/v1
 */
export interface ComputeClient {
  readonly getNetwork: (name: string) => Promise<Network | undefined>;
  readonly insertNetwork: (name: string, network: Network, requestId?: string) => Promise<Operation>;
  readonly deleteNetwork: (name: string, requestId?: string) => Promise<Operation>;
  /** Takes the consumer's half of a peering away, whatever still uses it. */
  readonly removePeering: (network: string, peering: string, requestId?: string) => Promise<Operation>;
  readonly getSubnetwork: (name: string) => Promise<Subnetwork | undefined>;
  readonly insertSubnetwork: (name: string, subnetwork: Subnetwork, requestId?: string) => Promise<Operation>;
  readonly setPrivateIpGoogleAccess: (name: string, requestId?: string) => Promise<Operation>;
  readonly deleteSubnetwork: (name: string, requestId?: string) => Promise<Operation>;
  readonly getGlobalAddress: (name: string) => Promise<Address | undefined>;
  readonly insertGlobalAddress: (name: string, address: Address, requestId?: string) => Promise<Operation>;
  readonly deleteGlobalAddress: (name: string, requestId?: string) => Promise<Operation>;
}

/** Opens Compute Engine. */
export const connectCompute: Connect<ComputeClient> = (auth) => (guard) => computeOf(createRest(auth, guard));

function computeOf(rest: Rest): ComputeClient {
  const get = (name: string) =>
    rest.findJson<object>({ method: "GET", url: `${api}/${name}`, site: site("get", name) });
  const insert = async (name: string, body: object, requestId?: string) =>
    start(rest, {
      method: "POST",
      path: collectionOf(name),
      verb: "insert",
      name,
      requestId,
      body: withId(name, body),
    });
  const remove = async (name: string, requestId?: string) =>
    start(rest, { method: "DELETE", path: name, verb: "delete", name, requestId });
  return {
    getNetwork: get,
    insertNetwork: insert,
    deleteNetwork: remove,
    removePeering: (name, peering, requestId) => {
      const verb = "removePeering";
      return start(rest, { method: "POST", path: `${name}/${verb}`, verb, name, requestId, body: { name: peering } });
    },
    getSubnetwork: get,
    insertSubnetwork: insert,
    setPrivateIpGoogleAccess: (name, requestId) => {
      const verb = "setPrivateIpGoogleAccess";
      const body = { privateIpGoogleAccess: true };
      return start(rest, { method: "POST", path: `${name}/${verb}`, verb, name, requestId, body });
    },
    deleteSubnetwork: remove,
    getGlobalAddress: get,
    insertGlobalAddress: insert,
    deleteGlobalAddress: remove,
  };
}

interface Start {
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly verb: string;
  readonly name: string;
  readonly requestId?: string;
  readonly body?: object;
}

async function start(rest: Rest, { method, path, verb, name, requestId, body }: Start): Promise<Operation> {
  const request = { method, url: `${api}/${path}`, query: { requestId }, body, site: site(verb, name) };
  return computeOperation(await rest.fetchJson<ComputeOperationBody>(request));
}

function collectionOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}

function withId(name: string, body: object): object {
  return { name: name.slice(name.lastIndexOf("/") + 1), ...body };
}

/** The method's name has the collection in it: `compute.subnetworks.insert`. */
function site(verb: string, name: string) {
  const collection = name.split("/").at(-2);
  return { method: `compute.${collection === "addresses" ? "globalAddresses" : collection}.${verb}`, resource: name };
}
