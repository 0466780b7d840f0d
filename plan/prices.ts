/** List prices of one region in USD. */
export interface Prices {
  readonly alloydbVcpuHour: number;
  readonly alloydbMemoryGbHour: number;
  readonly alloydbStorageGbMonth: number;
  /** By machine type of a connector. */
  readonly connectorHour: Readonly<Record<string, number>>;
  /** An instance that Cloud Run keeps warm. */
  readonly runIdleVcpuSecond: number;
  readonly runIdleGibSecond: number;
  readonly secretVersionMonth: number;
  readonly imageGbMonth: number;
}

/** Month in which the price of compute was last compared with a published bill; on demand, without free tiers. */
export const pricesAsOf = "2025-04";

const usCentral1: Prices = {
  alloydbVcpuHour: 0.066,
  alloydbMemoryGbHour: 0.0112,
  alloydbStorageGbMonth: 0.3,
  connectorHour: { "f1-micro": 0.0076, "e2-micro": 0.0084, "e2-standard-4": 0.134 },
  runIdleVcpuSecond: 0.000_002_5,
  runIdleGibSecond: 0.000_002_5,
  secretVersionMonth: 0.06,
  imageGbMonth: 0.1,
};

const asiaNortheast1: Prices = {
  ...usCentral1,
  alloydbVcpuHour: 0.085,
  alloydbMemoryGbHour: 0.0144,
  alloydbStorageGbMonth: 0.39,
  connectorHour: { "f1-micro": 0.0097, "e2-micro": 0.0108, "e2-standard-4": 0.172 },
};

/**
 * Prices by region. A region that is not listed is counted like asia-northeast1, the dearer one: an estimate may be too
 * high, not too low.
 *
 * @see https://cloud.google.com/alloydb/pricing
 * @see https://cloud.google.com/run/pricing
 * @see https://cloud.google.com/vpc/pricing#serverless-vpc-pricing
 * @see https://cloud.google.com/secret-manager/pricing
 */
const pricesOfRegion: Readonly<Record<string, Prices>> = {
  "asia-northeast1": asiaNortheast1,
  "us-central1": usCentral1,
};

/** Prices of a region, and the region whose prices they are. */
export function pricesOf(region: string): { readonly prices: Prices; readonly region: string } {
  const prices = Object.hasOwn(pricesOfRegion, region) ? pricesOfRegion[region] : undefined;
  return prices ? { prices, region } : { prices: asiaNortheast1, region: "asia-northeast1" };
}

/** USD a day of one AlloyDB node; each vCPU comes with 8 GB of memory. */
export function nodeCostPerDay(cpuCount: number, prices: Prices): number {
  return 24 * cpuCount * (prices.alloydbVcpuHour + 8 * prices.alloydbMemoryGbHour);
}

/** USD a day of a cluster's storage: billed by what is used; 10 GB stand for a small database with its logs. */
export function storageCostPerDay({ alloydbStorageGbMonth }: Prices): number {
  return (10 * alloydbStorageGbMonth) / 30.4;
}
