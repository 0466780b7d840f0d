/** Month as of which the prices below were gathered. */
export const pricesAsOf = "2025-04";

/**
 * List prices in USD of what a run itself uses, without free tiers; the same in all regions of the first tier.
 *
 * @see https://cloud.google.com/workflows/pricing
 * @see https://cloud.google.com/run/pricing
 * @see https://cloud.google.com/build/pricing
 */
export const orchestrationPrices = {
  internalStep: 0.01 / 1000,
  externalStep: 0.025 / 1000,
  invocation: 0.4 / 1_000_000,
  vcpuSecond: 0.000_024,
  gibSecond: 0.000_002_5,
  buildMinute: 0.006,
} as const;

/** vCPUs that come with a function's memory, in GiB, unless it asks for others. */
const vcpuOf: Readonly<Record<string, { readonly vcpu: number; readonly gib: number }>> = {
  "256M": { vcpu: 0.167, gib: 0.25 },
  "512M": { vcpu: 0.333, gib: 0.5 },
};

/**
 * What a function of some memory is billed by.
 *
 * @throws Error for an amount that no function of ours has
 * @see https://cloud.google.com/functions/docs/configuring/memory
 */
export function allotted(memory: string): { readonly vcpu: number; readonly gib: number } {
  const found = vcpuOf[memory];
  if (!found) throw new Error(`what comes with ${memory} of memory is not known here`);
  return found;
}
