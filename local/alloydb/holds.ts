import type { Cloud } from "../cloud.ts";
import { createLatencies } from "../latency.ts";
import { locationOf, parseName } from "./names.ts";
import type { Records } from "./records.ts";

/** What the producer's side of a network's connection is kept with. */
export interface HoldContext {
  readonly cloud: Pick<Cloud, "clock" | "store" | "random">;
  readonly records: Records;
}

/** A cluster in a network. */
export interface Tenant {
  readonly network: string;
  /** Full name. */
  readonly cluster: string;
}

/** Records that a cluster's instances use the connection of a network, which cannot be deleted meanwhile. */
export function holdConnection({ holds }: Records, { network, cluster }: Tenant): void {
  holds.put(`${network}/${cluster}`, { network });
}

/**
 * Lets go of the connection some time after the cluster is gone, as the producer's subnets outlive it. That time does
 * not draw the clock.
 */
export function releaseConnection({ cloud, records }: HoldContext, { network, cluster }: Tenant): void {
  const key = `${network}/${cluster}`;
  if (!records.holds.get(key)) return;
  const releaseTime = cloud.clock.now() + createLatencies(cloud)("servicenetworking.release", key);
  records.holds.put(key, { network, releaseTime });
  awaitRelease({ cloud, records }, { network, cluster, releaseTime });
}

/** Waits again for the releases that were awaited when the cloud ended. */
export function resumeReleases(context: HoldContext): void {
  for (const [key, { network, releaseTime }] of context.records.holds.list()) {
    const cluster = key.slice(network.length + 1);
    if (releaseTime !== undefined) awaitRelease(context, { network, cluster, releaseTime });
  }
}

function awaitRelease(
  { cloud, records }: HoldContext,
  { network, cluster, releaseTime }: Tenant & { readonly releaseTime: number },
): void {
  const key = `${network}/${cluster}`;
  void cloud.clock.sleep(releaseTime - cloud.clock.now(), { draws: false }).then(() => {
    // A cluster of the same name may have come up meanwhile and hold the connection again.
    if (records.holds.get(key)?.releaseTime !== releaseTime) return;
    records.holds.delete(key);
    giveBlockBack(records, { network, cluster });
  });
}

function giveBlockBack({ blocks, clusters, holds }: Records, { network, cluster }: Tenant): void {
  const location = locationOf(cluster);
  const isUsed =
    clusters.list(`${location}/`).some(([, other]) => other.network === network) ||
    holds.list(`${network}/${location}/`).length > 0;
  if (!isUsed) blocks.delete(`${network}/${parseName(cluster).region}`);
}
