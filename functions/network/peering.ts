import type { Address, ComputeClient, Network, NetworkPeering } from "../../google/clients/compute.ts";
import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import type { Connection, ServiceNetworkingClient } from "../../google/clients/service-networking.ts";
import type { PeeringInput } from "../../plan/steps/peering.ts";
import { idOf } from "../../spec/names.ts";
import { refuseForeign } from "../ownership.ts";
import { namesResource } from "./range.ts";
import { unfit } from "./unfit.ts";

/** Name of the peering that a connection makes on its network. */
export const peeringName = "servicenetworking-googleapis-com";

/** Private services access as it is. */
export interface ObservedPeering {
  /** The network with its project's number, as Service Networking wants it. */
  readonly numbered: string;
  /** The reserved range, when the input names one and it is there. */
  readonly range?: Address;
  readonly network?: Network;
  readonly connection?: Connection;
  /** What the network itself shows of the connection. */
  readonly peering?: NetworkPeering;
}

/** What is needed to look. */
export interface PeeringClients {
  readonly compute: ComputeClient;
  readonly resourceManager: ResourceManagerClient;
  readonly serviceNetworking: ServiceNetworkingClient;
}

/** Reads range, connection and peering. Without its network there is no connection. */
export async function observePeering(input: PeeringInput, clients: PeeringClients): Promise<ObservedPeering> {
  const { compute, resourceManager, serviceNetworking } = clients;
  // Asked for alone: beside a call of an API that is disabled, its refusal would now and then not be heard.
  const project = await resourceManager.getProject(input.network.split("/")[1] ?? "");
  const [range, network] = await Promise.all([
    input.range && compute.getGlobalAddress(input.range.name),
    compute.getNetwork(input.network),
  ]);
  const numbered = `projects/${project.projectNumber}/global/networks/${idOf(input.network)}`;
  if (!network) return { numbered, range };
  const connections = await serviceNetworking.listConnections(numbered);
  return {
    numbered,
    range,
    network,
    connection: connections[0],
    peering: network.peerings?.find(({ name }) => name === peeringName),
  };
}

/**
 * Lets pass a range that is the environment's own and as the input wants it, or in an existing network any that fits.
 *
 * @throws StepError FAILED_PRECONDITION for what belongs to others, is missing in an existing network, or cannot change
 */
export function refuseUnfitRange(input: PeeringInput, { range }: Pick<ObservedPeering, "range">): void {
  const wanted = input.range;
  if (!wanted) return;
  if (!range) {
    if (input.existing) throw unfit(wanted.name, "does not exist; in an existing network it must be there");
    return;
  }
  if (!input.existing) refuseForeign(range, wanted.name, input.ownership);
  if (range.purpose !== "VPC_PEERING") throw unfit(wanted.name, "is not reserved for private services access");
  if (!namesResource(range.network, input.network)) throw unfit(wanted.name, `belongs to ${range.network}`);
  const differs =
    (wanted.prefixLength !== undefined && wanted.prefixLength !== range.prefixLength) ||
    (wanted.address !== undefined && wanted.address !== range.address);
  if (!differs) return;
  const is = `${range.address}/${range.prefixLength}`;
  throw unfit(wanted.name, `is ${is}, not ${wanted.address}/${wanted.prefixLength}, and a range cannot be changed`);
}

/**
 * Lets pass an existing network whose private services access is there with the range.
 *
 * @throws StepError FAILED_PRECONDITION
 */
export function refuseUnconnected(input: PeeringInput, { connection, peering }: ObservedPeering): void {
  if (!connection || !peering) throw unfit(input.network, "has no private services access: connect it first");
  if (input.range && !connection.reservedPeeringRanges?.includes(idOf(input.range.name))) {
    throw unfit(input.range.name, `is not a range of the private connection of ${input.network}: add it there first`);
  }
}
