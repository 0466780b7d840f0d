import type { ComputeClient, Network, Subnetwork } from "../../google/clients/compute.ts";
import type { NetworkInput, SubnetworkInput } from "../../plan/steps/network.ts";
import { isOwn, refuseForeign } from "../ownership.ts";
import { namesResource, prefixOf } from "./range.ts";
import { unfit } from "./unfit.ts";

/** A network and its subnetworks as they are. */
export interface ObservedNetwork {
  readonly network?: Network;
  readonly subnetworks: readonly ObservedSubnetwork[];
}

/** One subnetwork: what is wanted and what is there. */
export interface ObservedSubnetwork {
  readonly wanted: SubnetworkInput;
  readonly found?: Subnetwork;
}

/** Reads the network and its subnetworks. */
export async function observeNetwork(input: NetworkInput, compute: ComputeClient): Promise<ObservedNetwork> {
  const [network, subnetworks] = await Promise.all([
    compute.getNetwork(input.network),
    Promise.all(input.subnetworks.map(async (wanted) => ({ wanted, found: await compute.getSubnetwork(wanted.name) }))),
  ]);
  return { network, subnetworks };
}

/**
 * Lets pass what can be made as the input wants it, before anything is touched.
 *
 * @throws StepError FAILED_PRECONDITION for what belongs to others, what an existing network lacks, and what cannot change
 */
export function refuseUnfit(input: NetworkInput, { network, subnetworks }: ObservedNetwork): void {
  if (network && !input.existing) refuseForeign(network, input.network, input.ownership);
  if (!network && input.existing) throw unfit(input.network, "does not exist, although the spec names it as existing");
  for (const { wanted, found } of subnetworks) {
    if (found) refuseUnfitSubnetwork(input, wanted, found);
    else if (input.existing) throw unfit(wanted.name, "does not exist; in an existing network it must be there");
  }
}

function refuseUnfitSubnetwork(input: NetworkInput, wanted: SubnetworkInput, found: Subnetwork): void {
  if (!input.existing) refuseForeign(found, wanted.name, input.ownership);
  if (!namesResource(found.network, input.network))
    throw unfit(wanted.name, `lies in another network, ${found.network}`);
  if (wanted.range !== undefined && found.ipCidrRange !== wanted.range) {
    const differs = `has the range ${found.ipCidrRange}, not ${wanted.range}, and a range cannot be changed`;
    throw unfit(wanted.name, `${differs}: choose another name, or remove the environment first`);
  }
  const prefix = prefixOf(found.ipCidrRange);
  const { min, max } = wanted.prefix;
  if (prefix < min || prefix > max) {
    throw unfit(wanted.name, `is a /${prefix}; what uses it needs ${min === max ? `a /${min}` : `/${min} to /${max}`}`);
  }
  if (input.existing && !found.privateIpGoogleAccess) {
    throw unfit(wanted.name, "has no Private Google Access, without which Google's APIs are not reached: turn it on");
  }
}

/** Subnetworks that somebody else has put into the network, as far as its own entry names them. */
export async function foreignIn(
  network: Network | undefined,
  { ownership }: Pick<NetworkInput, "ownership">,
  compute: Pick<ComputeClient, "getSubnetwork">,
): Promise<readonly string[]> {
  const names = (network?.subnetworks ?? []).map((url) => url.slice(url.indexOf("projects/")));
  const found = await Promise.all(names.map((name) => compute.getSubnetwork(name)));
  return names.filter((_, index) => found[index] && !isOwn(found[index], ownership));
}

/** Which of the network and its subnetworks that are there are the environment's own, and the names of the others. */
export function ownParts(input: NetworkInput, { network, subnetworks }: ObservedNetwork) {
  const ownSubnetworks = subnetworks.filter(({ found }) => found && isOwn(found, input.ownership));
  const ownsNetwork = network !== undefined && isOwn(network, input.ownership);
  const others = subnetworks.filter((each) => each.found && !ownSubnetworks.includes(each));
  const foreign = [...others.map(({ wanted }) => wanted.name), ...(network && !ownsNetwork ? [input.network] : [])];
  return { ownsNetwork, ownSubnetworks, foreign };
}
