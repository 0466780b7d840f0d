import type { Cloud } from "../cloud.ts";
import { createLatencies } from "../latency.ts";
import type { Cluster, Instance } from "../model/generated/alloydb.ts";
import type { Records } from "./records.ts";

/** What settling is kept with. */
export interface SettlingContext {
  readonly cloud: Pick<Cloud, "clock" | "store" | "random">;
  readonly records: Records;
}

/**
 * Draws until when a resource goes on reconciling although the operation that made or changed it is done: it is READY then,
 * and ready only later. The clock is drawn to that moment; whether it has come is decided by time alone.
 *
 * @returns clock time
 */
export function drawSettled({ cloud }: Pick<SettlingContext, "cloud">, name: string): number {
  const settledAt = cloud.clock.now() + createLatencies(cloud)("alloydb.reconciling", name);
  awaitSettled(cloud, settledAt);
  return settledAt;
}

/** Draws the clock again to where it was drawn when the cloud ended. */
export function resumeSettling({ cloud, records }: SettlingContext): void {
  for (const [, { settledAt }] of [...records.clusters.list(), ...records.instances.list()]) {
    awaitSettled(cloud, settledAt);
  }
}

function awaitSettled({ clock }: Pick<Cloud, "clock">, settledAt = 0): void {
  const ms = settledAt - clock.now();
  if (ms > 0) void clock.sleep(ms, { draws: true });
}

/** A resource as the API shows it now. */
export function shown<Resource extends Cluster | Instance>(
  { cloud }: Pick<SettlingContext, "cloud">,
  { resource, settledAt = 0 }: { readonly resource: Resource; readonly settledAt?: number },
): Resource {
  return settledAt > cloud.clock.now() ? { ...resource, reconciling: true } : resource;
}
