import { formatAddress, parseRange } from "../range.ts";
import { invalid } from "./error.ts";
import type { Identified, Resources } from "./resources.ts";

/** Tells who has an address of a subnetwork: the path of a machine or of a reserved address. */
export function holderOf({ instances, addresses }: Resources, subnetwork: string, address: string): string | undefined {
  const machine = instances
    .list()
    .find(([, { networkInterfaces = [] }]) =>
      networkInterfaces.some((one) => one.subnetwork === subnetwork && one.networkIP === address),
    );
  const reserved = addresses.list().find(([, one]) => one.subnetwork === subnetwork && one.address === address);
  return machine?.[0] ?? reserved?.[0];
}

/** The first address of a subnetwork that nobody has; the first two and the last two are Google's. */
export function freeAddress(
  resources: Resources,
  { selfLink, ipCidrRange }: Identified & { readonly ipCidrRange?: string },
): string {
  const range = parseRange(ipCidrRange ?? "");
  for (let address = (range?.first ?? 0) + 2; range && address <= range.last - 2; address += 1) {
    if (!holderOf(resources, selfLink, formatAddress(address))) return formatAddress(address);
  }
  throw invalid("resource.subnetwork", selfLink, "IP space of the subnetwork is exhausted.");
}
