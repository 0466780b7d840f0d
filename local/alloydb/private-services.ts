import { system } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { Address, Network } from "../model/generated/compute.ts";
import type { ListConnectionsResponse } from "../model/generated/service-networking.ts";
import { parseRange, type Range } from "../range.ts";
import { blocksOf, hostsOf } from "./ip-range.ts";
import { clusterOf, invalid, unready } from "./names.ts";
import type { Records } from "./records.ts";

const agent = system("service-alloydb");
const service = "services/servicenetworking.googleapis.com";

/**
 * Reads a VPC network.
 *
 * @param name `projects/{project}/global/networks/{network}`
 * @throws ApiError INVALID_ARGUMENT when it does not exist
 */
export async function findNetwork(cloud: Cloud, name: string): Promise<Network> {
  const [, project = "", , , network = ""] = name.split("/");
  try {
    return await cloud.call<Network>("google.cloud.compute.v1.Networks.Get", { project, network }, agent);
  } catch (caught) {
    if (!(caught instanceof ApiError && caught.code === "NOT_FOUND")) throw caught;
    throw invalid(`network ${name} does not exist`);
  }
}

/**
 * The reserved ranges behind a network's private services connection.
 *
 * @throws ApiError FAILED_PRECONDITION when there is no connection or its peering is not ACTIVE
 */
export async function reservedRanges(cloud: Cloud, name: string, pinned: string | undefined): Promise<Range[]> {
  const [, project = "", , , network = ""] = name.split("/");
  const number = cloud.projects.find(project)?.projectNumber ?? project;
  const method = "google.cloud.servicenetworking.v1.ServicePeeringManager.ListConnections";
  const asked = { parent: service, network: `projects/${number}/global/networks/${network}` };
  const { connections = [] } = await cloud.call<ListConnectionsResponse>(method, asked, agent);
  const { peerings = [] } = await findNetwork(cloud, name);
  const connection = connections.find(({ peering }) =>
    peerings.some((other) => other.name === peering && other.state === "ACTIVE"),
  );
  if (!connection) throw withoutConnection(name);
  const names = (connection.reservedPeeringRanges ?? []).filter((range) => pinned === undefined || range === pinned);
  if (names.length === 0)
    throw unready(`range ${pinned} is not allocated to the private services connection of ${name}`);
  return await Promise.all(names.map((address) => readRange(cloud, project, address)));
}

function withoutConnection(network: string): ApiError {
  return unready(
    `network ${network} has no active private services connection with servicenetworking.googleapis.com: ` +
      "create one before the instance",
  );
}

async function readRange(cloud: Cloud, project: string, address: string): Promise<Range> {
  const method = "google.cloud.compute.v1.GlobalAddresses.Get";
  const found = await cloud.call<Address>(method, { project, address }, agent);
  const range = parseRange(`${found.address}/${found.prefixLength}`);
  if (!range) throw unready(`${address} is not a range of addresses`);
  return range;
}

/** Whose address is wanted. */
export interface AddressRequest {
  readonly network: string;
  readonly region: string;
  readonly ranges: readonly Range[];
}

/**
 * Takes a private address. A region's first instance in a network takes a /24 of the reserved ranges for the region.
 *
 * @throws ApiError RESOURCE_EXHAUSTED when no block or address is free
 */
export function takeAddress(records: Records, { network, region, ranges }: AddressRequest): string {
  const { block } = takeBlock(records, { network, region, ranges });
  const taken = new Set(
    records.instances
      .list()
      .filter(([name]) => records.clusters.get(clusterOf(name))?.network === network)
      .map(([, { privateAddress }]) => privateAddress),
  );
  const free = hostsOf(block).find((address) => !taken.has(address));
  if (free === undefined) throw exhausted(network);
  return free;
}

function takeBlock({ blocks }: Records, { network, region, ranges }: AddressRequest): { readonly block: string } {
  const candidates = ranges.flatMap(blocksOf);
  const own = blocks.get(`${network}/${region}`);
  if (own && candidates.includes(own.block)) return own;
  const taken = new Set(blocks.list(`${network}/`).map(([, { block }]) => block));
  const block = candidates.find((candidate) => !taken.has(candidate));
  if (block === undefined) throw exhausted(network);
  return blocks.put(`${network}/${region}`, { block });
}

function exhausted(network: string): ApiError {
  return new ApiError({
    code: "RESOURCE_EXHAUSTED",
    message: `Couldn't find free blocks in allocated IP ranges of network ${network}. Please allocate new ranges.`,
  });
}
