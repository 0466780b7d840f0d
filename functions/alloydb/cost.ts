import type { Instance } from "../../google/clients/alloydb.ts";
import { nodeCostPerDay, pricesOf, storageCostPerDay } from "../../plan/prices.ts";
import { idOf } from "../../spec/names.ts";

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

/** USD a day, by list price of its region, of a cluster with the instances that are in it, and storage as a plan estimates it. */
export function clusterCostPerDay(cluster: string, instances: readonly Instance[]): number {
  const { prices } = pricesOf(cluster.split("/")[3] ?? "");
  const nodes = instances.map((each) =>
    instanceCostPerDay(`${cluster}/instances/${idOf(each.name ?? "")}`, sizeOf(each)),
  );
  return nodes.reduce((sum, each) => sum + each, storageCostPerDay(prices));
}

/** USD a day by list price of the region that the instance's name tells. */
export function instanceCostPerDay(name: string, { cpuCount, nodeCount }: InstanceSize): number {
  return nodeCount * nodeCostPerDay(cpuCount, pricesOf(name.split("/")[3] ?? "").prices);
}
