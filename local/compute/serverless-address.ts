import type { Cloud } from "../cloud.ts";
import type { Address } from "../model/generated/compute.ts";
import { formatAddress, parseRange } from "../range.ts";
import { link } from "./link.ts";
import { openResources } from "./resources.ts";

/** What direct VPC egress holds in a subnetwork; Cloud Run writes it to `run.addressHolds`. */
interface AddressHold {
  /** `projects/{project}/regions/{region}/subnetworks/{subnetwork}` */
  readonly subnetwork: string;
  /** Revisions and jobs attached; zero when only what the last one left is held. */
  readonly count: number;
  /** Time at which that is given back; absent while something is attached. */
  readonly releaseTime?: string;
}

/** An address that the platform holds. */
export interface ServerlessAddress {
  /** `projects/{project}/regions/{region}/addresses/serverless-ipv4-{digits}` */
  readonly path: string;
  readonly address: Address;
}

/**
 * The addresses that direct VPC egress holds in a subnetwork, in blocks of 16. They outlive their workload by an hour
 * or two, keep the subnetwork from being deleted, and nobody can delete them.
 *
 * @see https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#direct-vpc-service-delete
 */
export function serverlessAddresses(cloud: Cloud, subnetwork: string): ServerlessAddress[] {
  const hold = cloud.store.collection<AddressHold>("run.addressHolds").get(subnetwork);
  if (!hold || (hold.releaseTime !== undefined && Date.parse(hold.releaseTime) <= cloud.clock.now())) return [];
  const range = parseRange(openResources(cloud).subnetworks.get(subnetwork)?.ipCidrRange ?? "");
  const region = subnetwork.split("/").slice(0, 4).join("/");
  return Array.from({ length: Math.max(1, hold.count) }, (_, index) => {
    const digits = String(parseInt(cloud.random.lasting(`${subnetwork} ${index}`).hex(10), 16)).padStart(13, "1");
    const path = `${region}/addresses/serverless-ipv4-${digits}`;
    const address: Address = {
      kind: "compute#address",
      name: `serverless-ipv4-${digits}`,
      address: range ? formatAddress(range.first + 16 * (index + 1)) : undefined,
      prefixLength: 28,
      addressType: "INTERNAL",
      purpose: "SERVERLESS",
      status: "RESERVED",
      subnetwork: link(subnetwork),
      region: link(region),
      selfLink: link(path),
    };
    return { path, address };
  });
}

/** The addresses held in all subnetworks of a region. */
export function serverlessAddressesIn(cloud: Cloud, project: string, region: string): ServerlessAddress[] {
  const prefix = `projects/${project}/regions/${region}/subnetworks/`;
  return cloud.store
    .collection<AddressHold>("run.addressHolds")
    .list(prefix)
    .flatMap(([subnetwork]) => serverlessAddresses(cloud, subnetwork));
}
