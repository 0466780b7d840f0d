import type { RevisionTemplate } from "../model/generated/run.ts";
import { violation } from "./violation.ts";

/** The parts of a template that say what its containers get. */
type Template = Pick<RevisionTemplate, "containers" | "maxInstanceRequestConcurrency" | "executionEnvironment">;

/** Processors with the memory, in MiB, that goes with them: up to so many processors, from so much, to so much. */
const memoryOf = [
  { cpu: 0.499, least: 128, most: 512 },
  { cpu: 0.999, least: 128, most: 1024 },
  { cpu: 1, least: 128, most: 4096 },
  { cpu: 2, least: 128, most: 8192 },
  { cpu: 4, least: 2048, most: 16_384 },
  { cpu: 6, least: 4096, most: 24_576 },
  { cpu: 8, least: 4096, most: 32_768 },
] as const;

/**
 * Checks how much of processors and memory the containers of a template get.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://cloud.google.com/run/docs/configuring/services/memory-limits
 */
export function validateResources(template: Template, path: string): void {
  const { containers = [], maxInstanceRequestConcurrency, executionEnvironment } = template;
  for (const [index, { resources }] of containers.entries()) {
    const limits = resources?.limits ?? {};
    const field = `${path}.containers[${index}].resources.limits`;
    const cpu = demandCpu(limits.cpu ?? "1", field);
    if (cpu < 1 && containers.length === 1 && (maxInstanceRequestConcurrency ?? 1) > 1) {
      throw violation(field, "Total cpu < 1 is not supported with concurrency > 1.");
    }
    demandMemory(limits.memory ?? "512Mi", cpu, field);
  }
  const total = containers.reduce((sum, { resources }) => sum + parseMemory(resources?.limits?.memory ?? "512Mi"), 0);
  if (executionEnvironment === "EXECUTION_ENVIRONMENT_GEN2" && total < 512) {
    throw violation(path, "Total memory < 512 Mi is not supported with gen2 execution environment.");
  }
}

function demandCpu(text: string, field: string): number {
  const cpu = text.endsWith("m") ? Number(text.slice(0, -1)) / 1000 : Number(text);
  if ((cpu >= 0.08 && cpu <= 1) || [2, 4, 6, 8].includes(cpu)) return cpu;
  throw violation(field, "Invalid value specified for cpu. The following values are allowed: 0.08 to 1, 2, 4, 6, 8.");
}

function demandMemory(text: string, cpu: number, field: string): void {
  const memory = parseMemory(text);
  const { least, most } = memoryOf.find((row) => cpu <= row.cpu) ?? memoryOf[0];
  if (memory >= least && memory <= most) return;
  const rule = `For ${cpu} CPU, memory must be between ${least}Mi and ${most}Mi.`;
  throw violation(field, `Invalid value specified for memory. ${rule}`);
}

const mebibytes: Readonly<Record<string, number>> = {
  "": 1 / 2 ** 20,
  k: 1000 / 2 ** 20,
  K: 1000 / 2 ** 20,
  M: 1e6 / 2 ** 20,
  G: 1e9 / 2 ** 20,
  Ki: 1 / 1024,
  Mi: 1,
  Gi: 1024,
};

/** A quantity such as `512Mi` in MiB; not a number for what is none. */
export function parseMemory(text: string): number {
  const [, amount = "", unit = "-"] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  return Number(amount || Number.NaN) * (mebibytes[unit] ?? Number.NaN);
}
