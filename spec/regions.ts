/**
 * Regions that have AlloyDB, Cloud Run and Serverless VPC Access, with the letters of their zones.
 *
 * @see https://cloud.google.com/alloydb/docs/locations
 * @see https://cloud.google.com/compute/docs/regions-zones
 */
const zonesOfRegion = {
  "africa-south1": "abc",
  "asia-east1": "abc",
  "asia-east2": "abc",
  "asia-northeast1": "abc",
  "asia-northeast2": "abc",
  "asia-northeast3": "abc",
  "asia-south1": "abc",
  "asia-south2": "abc",
  "asia-southeast1": "abc",
  "asia-southeast2": "abc",
  "australia-southeast1": "abc",
  "australia-southeast2": "abc",
  "europe-central2": "abc",
  "europe-north1": "abc",
  "europe-southwest1": "abc",
  "europe-west1": "bcd",
  "europe-west2": "abc",
  "europe-west3": "abc",
  "europe-west4": "abc",
  "europe-west6": "abc",
  "europe-west8": "abc",
  "europe-west9": "abc",
  "europe-west10": "abc",
  "europe-west12": "abc",
  "me-central1": "abc",
  "me-central2": "abc",
  "me-west1": "abc",
  "northamerica-northeast1": "abc",
  "northamerica-northeast2": "abc",
  "southamerica-east1": "abc",
  "southamerica-west1": "abc",
  "us-central1": "abcf",
  "us-east1": "bcd",
  "us-east4": "abc",
  "us-east5": "abc",
  "us-south1": "abc",
  "us-west1": "abc",
  "us-west2": "abc",
  "us-west3": "abc",
  "us-west4": "abc",
} as const;

/** Ids of all regions, sorted. */
export const regions: readonly string[] = Object.keys(zonesOfRegion).sort();

/** Ids of a region's zones, for example `asia-northeast1-a`. */
export function zonesOf(region: string): readonly string[] {
  const letters = Object.entries(zonesOfRegion).find(([id]) => id === region)?.[1] ?? "";
  return [...letters].map((letter) => `${region}-${letter}`);
}
