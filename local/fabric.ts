import { ApiError } from "./error.ts";

/**
 * The network under the local cloud: which loopback address stands for whom, and which private addresses a workload
 * can reach.
 *
 * Every AlloyDB instance and every instance of a Cloud Run service or job has a loopback address of its own. The API
 * shows the private address of the reserved range; a workload attached to the same VPC network has the private address
 * translated to the loopback one, and any other workload has it translated to an address where nobody listens.
 */
export interface Fabric {
  /**
   * Takes a loopback address of its own in 127.0.0.0/8 for an owner (a full resource or instance name).
   *
   * @param place where the owner was before (see `placeOf`): it is there again, if nobody else is
   */
  allocate(owner: string, place?: string): string;
  /** Gives an address back. */
  release(address: string): void;
  /** Makes a private address of a VPC network reachable at a loopback address. */
  attach(endpoint: Endpoint): void;
  /** Takes an endpoint away again. */
  detach(network: string, privateAddress: string): void;
  /** Every private address known, as a workload on `network` (none: no VPC egress) must see it. */
  translation(network: string | undefined): readonly Translation[];
  /** Registers a running workload, so that calls with its tokens can be answered from its point of view. */
  register(workload: Workload): void;
  unregister(name: string): void;
  workload(name: string): Workload | undefined;
}

/** Something that listens inside a VPC network. */
interface Endpoint {
  /** `projects/{project}/global/networks/{network}` */
  readonly network: string;
  readonly privateAddress: string;
  readonly loopback: string;
}

/** One private address and where a given workload finds it. */
export interface Translation {
  readonly privateAddress: string;
  /** The endpoint's loopback address, or `unreachableAddress` when the workload's network cannot reach it. */
  readonly loopback: string;
}

/** A running instance of a service, job or function. */
export interface Workload {
  /** Unique name; tokens carry it. */
  readonly name: string;
  /** The instance's own loopback address. */
  readonly address: string;
  /** The VPC network its egress goes to, if any. */
  readonly network?: string;
}

/** A loopback address where nobody ever listens. */
export const unreachableAddress = "127.255.255.254";

/** Makes an empty fabric; the block keeps several local clouds on one machine apart. */
export function createFabric(block: number): Fabric {
  const owners = new Map<string, string>();
  const endpoints = new Map<string, Endpoint>();
  const workloads = new Map<string, Workload>();

  return {
    allocate(owner, place) {
      const former = `127.${block}.${place}`;
      if (place !== undefined && !owners.has(former)) {
        owners.set(former, owner);
        return former;
      }
      for (let index = 1; index < 250 * 250; index += 1) {
        const address = `127.${block}.${Math.floor(index / 250)}.${(index % 250) + 2}`;
        if (owners.has(address)) continue;
        owners.set(address, owner);
        return address;
      }
      throw new ApiError({ code: "RESOURCE_EXHAUSTED", message: "no loopback address is free" });
    },
    release: (address) => void owners.delete(address),
    attach: (endpoint) => void endpoints.set(`${endpoint.network} ${endpoint.privateAddress}`, endpoint),
    detach: (network, privateAddress) => void endpoints.delete(`${network} ${privateAddress}`),
    translation: (network) => translate([...endpoints.values()], network),
    register: (workload) => void workloads.set(workload.name, workload),
    unregister: (name) => void workloads.delete(name),
    workload: (name) => workloads.get(name),
  };
}

/** An address apart from its cloud's block, which may be another when the cloud comes back: `{number}.{number}`. */
export function placeOf(address: string): string {
  return address.split(".").slice(2).join(".");
}

/** Equal ranges may exist in several networks: an address that the workload reaches wins over one that it does not. */
function translate(endpoints: readonly Endpoint[], network: string | undefined): Translation[] {
  const seen = new Map<string, string>();
  for (const { network: home, privateAddress, loopback } of endpoints) {
    if (home === network) seen.set(privateAddress, loopback);
    else if (!seen.has(privateAddress)) seen.set(privateAddress, unreachableAddress);
  }
  return [...seen].map(([privateAddress, loopback]) => ({ privateAddress, loopback }));
}
