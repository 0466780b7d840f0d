import { toTimestamp } from "../clock.ts";
import { createLatencies } from "../latency.ts";
import { subnetworkName } from "../workload/network.ts";
import type { RunContext } from "./context.ts";
import { parseName } from "./names.ts";

/** The `serverless-ipv4-*` addresses that Direct VPC egress holds in a subnet; collection `run.addressHolds`. */
interface AddressHold {
  /** Full name of the subnet, which is the entry's key too. */
  readonly subnetwork: string;
  /** Revisions and jobs attached to the subnet; zero when only the hold after the last one is left. */
  readonly count: number;
  /** When the addresses are given back; once nothing is attached. */
  readonly releaseTime?: string;
}

/**
 * Brings the holds in line with what is attached at present. The addresses of the last one stay for an hour or two
 * after it is gone, and nothing can give them back sooner.
 *
 * @see https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#delete-subnet
 */
export function refreshAddressHolds(context: RunContext): void {
  const holds = context.cloud.store.collection<AddressHold>("run.addressHolds");
  const counts = countAttached(context);
  for (const [subnetwork, count] of counts) holds.put(subnetwork, { subnetwork, count });
  for (const [subnetwork, { releaseTime }] of holds.list()) {
    if (!counts.has(subnetwork) && releaseTime === undefined) releaseLater(context, subnetwork);
  }
}

function releaseLater({ cloud }: RunContext, subnetwork: string): void {
  const holds = cloud.store.collection<AddressHold>("run.addressHolds");
  const delay = createLatencies(cloud)("run.addressHold", subnetwork);
  const releaseTime = toTimestamp(cloud.clock.now() + delay);
  holds.put(subnetwork, { subnetwork, count: 0, releaseTime });
  awaitRelease({ cloud }, { subnetwork, releaseTime });
}

/** Waits again for the releases that were awaited when the cloud ended. */
export function resumeAddressHolds({ cloud }: Pick<RunContext, "cloud">): void {
  for (const [subnetwork, { releaseTime }] of cloud.store.collection<AddressHold>("run.addressHolds").list()) {
    if (releaseTime !== undefined) awaitRelease({ cloud }, { subnetwork, releaseTime });
  }
}

function awaitRelease(
  { cloud }: Pick<RunContext, "cloud">,
  { subnetwork, releaseTime }: { readonly subnetwork: string; readonly releaseTime: string },
): void {
  const holds = cloud.store.collection<AddressHold>("run.addressHolds");
  void cloud.clock.sleep(Date.parse(releaseTime) - cloud.clock.now(), { draws: false }).then(() => {
    // Somebody may have attached again meanwhile, and perhaps left again.
    if (holds.get(subnetwork)?.releaseTime === releaseTime) holds.delete(subnetwork);
  });
}

function countAttached({ revisions, jobs }: RunContext): Map<string, number> {
  const counts = new Map<string, number>();
  const attached = [
    ...revisions.list().map(([name, { vpcAccess }]) => ({ name, vpcAccess })),
    ...jobs.list().map(([name, { template }]) => ({ name, vpcAccess: template?.template?.vpcAccess })),
  ];
  for (const { name, vpcAccess } of attached) {
    for (const networkInterface of vpcAccess?.networkInterfaces ?? []) {
      const subnetwork = subnetworkName(networkInterface, parseName(name));
      counts.set(subnetwork, (counts.get(subnetwork) ?? 0) + 1);
    }
  }
  return counts;
}
