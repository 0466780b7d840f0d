import type { Instance_MachineConfig } from "../model/generated/alloydb.ts";
import { invalid } from "./names.ts";

const n2 = [2, 4, 8, 16, 32, 64, 96, 128].map((cpus): [string, number] => [`n2-highmem-${cpus}`, cpus]);
const c4a = [4, 8, 16, 32, 48, 64, 72].map((cpus): [string, number] => [`c4a-highmem-${cpus}-lssd`, cpus]);
const z3 = [14, 22, 44, 88].map((cpus): [string, number] => [`z3-highmem-${cpus}-standardlssd`, cpus]);

/** Virtual CPUs by machine type. */
const machineTypes = new Map<string, number>([...n2, ["c4a-highmem-1", 1], ...c4a, ...z3]);

/**
 * The machine of an instance: a type with its number of CPUs, or the number alone, which stands for a machine of the N2
 * series that is not named.
 *
 * @throws ApiError INVALID_ARGUMENT for what does not exist or does not go together
 */
export function toMachine({ cpuCount, machineType }: Instance_MachineConfig = {}): Instance_MachineConfig {
  if (machineType === undefined || machineType === "") {
    const count = cpuCount || 2;
    if (!n2.some(([, cpus]) => cpus === count))
      throw invalid(`machine_config.cpu_count ${cpuCount} is not one of ${n2.map(([, cpus]) => cpus).join(", ")}`);
    return { cpuCount: count };
  }
  const cpus = machineTypes.get(machineType);
  if (cpus === undefined) throw invalid(`machine_config.machine_type "${machineType}" does not exist`);
  if (cpuCount && cpuCount !== cpus) {
    throw invalid(`machine_config.cpu_count ${cpuCount} does not match ${machineType}, which has ${cpus}`);
  }
  return { cpuCount: cpus, machineType };
}
