import { applyMask } from "../field-mask.ts";
import type { Connector } from "../model/generated/vpc-access.ts";
import { invalid } from "./connector.ts";

/** Machines of a connector. */
export interface Machines {
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly machineType: string;
}

const changeable = ["minInstances", "maxInstances", "machineType"] as const;
const machineTypes = ["f1-micro", "e2-micro", "e2-standard-4"];

/**
 * The machines that a request asks for: in instances, or in the older throughput figures, of which 100 Mbps are one
 * instance. Instances win.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function parseMachines(connector: Connector): Machines {
  const { minThroughput, maxThroughput, machineType = "e2-micro" } = connector;
  const minInstances = connector.minInstances || instances("min_throughput", minThroughput) || 2;
  const maxInstances = connector.maxInstances || instances("max_throughput", maxThroughput) || 10;
  if (minInstances < 2 || minInstances > 9)
    throw invalid(`min_instances must be between 2 and 9, not ${minInstances}.`);
  if (maxInstances < 3 || maxInstances > 10)
    throw invalid(`max_instances must be between 3 and 10, not ${maxInstances}.`);
  if (minInstances >= maxInstances) throw invalid("min_instances must be less than max_instances.");
  if (!machineTypes.includes(machineType)) {
    throw invalid(`Machine type ${machineType} is not supported: use one of ${machineTypes.join(", ")}.`);
  }
  return { minInstances, maxInstances, machineType };
}

/** The older figures for the same machines. */
export function throughputOf({ minInstances, maxInstances }: Machines): Connector {
  return { minThroughput: minInstances * 100, maxThroughput: maxInstances * 100 };
}

/** A change of machines as it was sent. */
export interface MachinesChange {
  readonly sent: Connector;
  readonly mask?: string;
}

/**
 * The machines that a connector will have after a change.
 *
 * @throws ApiError INVALID_ARGUMENT for other fields, only one of the two numbers, or fewer machines at the most
 */
export function toMachines(present: Connector, { sent, mask }: MachinesChange): Connector {
  const changed = applyMask<Connector>(present, { sent, mask, mutable: [...changeable] });
  const paths = mask ? mask.split(",") : Object.keys(sent);
  if (paths.includes("minInstances") !== paths.includes("maxInstances")) {
    throw invalid("min_instances and max_instances must be changed together.");
  }
  // The older figures follow from the instances, and say nothing about those that a change takes away.
  const { minInstances, maxInstances, machineType } = changed;
  const machines = parseMachines({ minInstances, maxInstances, machineType });
  if (machines.maxInstances < (present.maxInstances ?? 0)) {
    throw invalid(`max_instances cannot be reduced from ${present.maxInstances} to ${machines.maxInstances}.`);
  }
  return { ...machines, ...throughputOf(machines) };
}

function instances(field: string, throughput: number | undefined): number | undefined {
  if (!throughput) return undefined;
  if (throughput % 100 !== 0 || throughput < 200 || throughput > 1000) {
    throw invalid(`${field} must be a multiple of 100 between 200 and 1000, not ${throughput}.`);
  }
  return throughput / 100;
}
