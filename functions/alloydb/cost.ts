import type { Instance } from "../../google/clients/alloydb.ts";
import { nodeCostPerDay, pricesOf } from "../../plan/prices.ts";

/** How big an instance is. */
export interface InstanceSize {
  readonly cpuCount: number;
  readonly nodeCount: number;
}

/** Nodes of a primary: one in its zone, or one in each of two. */
export function primaryNodes(availability: string | null | undefined): number {
  return availability === "ZONAL" ? 1 : 2;
}

/** Size of a live instance. */
export function sizeOf({ instanceType, machineConfig, readPoolConfig, availabilityType }: Instance): InstanceSize {
  const nodeCount =
    instanceType === "READ_POOL" ? (readPoolConfig?.nodeCount ?? 1) : primaryNodes(String(availabilityType));
  return { cpuCount: machineConfig?.cpuCount ?? 0, nodeCount };
}

/** USD a day by list price of the region that the instance's name tells. */
export function instanceCostPerDay(name: string, { cpuCount, nodeCount }: InstanceSize): number {
  return nodeCount * nodeCostPerDay(cpuCount, pricesOf(name.split("/")[3] ?? "").prices);
}
