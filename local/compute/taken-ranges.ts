import { parseRange, type Range } from "../range.ts";
import { link } from "./link.ts";
import type { Resources } from "./resources.ts";

/** A range of a network and the resource that has it. */
export interface TakenRange {
  readonly path: string;
  readonly range: Range;
}

/** Every range that a network's subnetworks, reserved ranges and connectors have taken. */
export function takenRanges({ subnetworks, addresses, connectors }: Resources, network: string): TakenRange[] {
  const home = link(network);
  const ofSubnetworks = subnetworks.list().flatMap(([path, subnetwork]) => {
    if (subnetwork.network !== home) return [];
    const texts = [subnetwork.ipCidrRange, ...(subnetwork.secondaryIpRanges ?? []).map((one) => one.ipCidrRange)];
    return texts.map((text) => ({ path, range: parseRange(text ?? "") }));
  });
  const ofAddresses = addresses.list().flatMap(([path, { network: where, address, prefixLength }]) => {
    return where === home ? [{ path, range: parseRange(`${address}/${prefixLength}`) }] : [];
  });
  const ofConnectors = connectors.list().flatMap(([path, { networkPath, ipCidrRange }]) => {
    return networkPath === network && ipCidrRange ? [{ path, range: parseRange(ipCidrRange) }] : [];
  });
  return [...ofSubnetworks, ...ofAddresses, ...ofConnectors].flatMap(({ path, range }) =>
    range ? [{ path, range }] : [],
  );
}
