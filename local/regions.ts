/** A region: the letters of its zones, and the range that auto mode networks give it. */
export interface RegionFacts {
  readonly zones: string;
  readonly autoRange: string;
}

/**
 * The regions.
 *
 * @see https://cloud.google.com/compute/docs/regions-zones
 * @see https://cloud.google.com/vpc/docs/subnets#ip-ranges
 */
// biome-ignore format: a table
export const regions: Readonly<Record<string, RegionFacts>> = {
  "africa-south1":           { zones: "abc",  autoRange: "10.218.0.0/20" },
  "asia-east1":              { zones: "abc",  autoRange: "10.140.0.0/20" },
  "asia-east2":              { zones: "abc",  autoRange: "10.170.0.0/20" },
  "asia-northeast1":         { zones: "abc",  autoRange: "10.146.0.0/20" },
  "asia-northeast2":         { zones: "abc",  autoRange: "10.174.0.0/20" },
  "asia-northeast3":         { zones: "abc",  autoRange: "10.178.0.0/20" },
  "asia-south1":             { zones: "abc",  autoRange: "10.160.0.0/20" },
  "asia-south2":             { zones: "abc",  autoRange: "10.190.0.0/20" },
  "asia-southeast1":         { zones: "abc",  autoRange: "10.148.0.0/20" },
  "asia-southeast2":         { zones: "abc",  autoRange: "10.184.0.0/20" },
  "australia-southeast1":    { zones: "abc",  autoRange: "10.152.0.0/20" },
  "australia-southeast2":    { zones: "abc",  autoRange: "10.192.0.0/20" },
  "europe-central2":         { zones: "abc",  autoRange: "10.186.0.0/20" },
  "europe-north1":           { zones: "abc",  autoRange: "10.166.0.0/20" },
  "europe-southwest1":       { zones: "abc",  autoRange: "10.204.0.0/20" },
  "europe-west1":            { zones: "bcd",  autoRange: "10.132.0.0/20" },
  "europe-west2":            { zones: "abc",  autoRange: "10.154.0.0/20" },
  "europe-west3":            { zones: "abc",  autoRange: "10.156.0.0/20" },
  "europe-west4":            { zones: "abc",  autoRange: "10.164.0.0/20" },
  "europe-west6":            { zones: "abc",  autoRange: "10.172.0.0/20" },
  "europe-west8":            { zones: "abc",  autoRange: "10.198.0.0/20" },
  "europe-west9":            { zones: "abc",  autoRange: "10.200.0.0/20" },
  "europe-west10":           { zones: "abc",  autoRange: "10.214.0.0/20" },
  "europe-west12":           { zones: "abc",  autoRange: "10.210.0.0/20" },
  "me-central1":             { zones: "abc",  autoRange: "10.212.0.0/20" },
  "me-central2":             { zones: "abc",  autoRange: "10.216.0.0/20" },
  "me-west1":                { zones: "abc",  autoRange: "10.208.0.0/20" },
  "northamerica-northeast1": { zones: "abc",  autoRange: "10.162.0.0/20" },
  "northamerica-northeast2": { zones: "abc",  autoRange: "10.188.0.0/20" },
  "southamerica-east1":      { zones: "abc",  autoRange: "10.158.0.0/20" },
  "southamerica-west1":      { zones: "abc",  autoRange: "10.194.0.0/20" },
  "us-central1":             { zones: "abcf", autoRange: "10.128.0.0/20" },
  "us-east1":                { zones: "bcd",  autoRange: "10.142.0.0/20" },
  "us-east4":                { zones: "abc",  autoRange: "10.150.0.0/20" },
  "us-east5":                { zones: "abc",  autoRange: "10.202.0.0/20" },
  "us-south1":               { zones: "abc",  autoRange: "10.206.0.0/20" },
  "us-west1":                { zones: "abc",  autoRange: "10.138.0.0/20" },
  "us-west2":                { zones: "abc",  autoRange: "10.168.0.0/20" },
  "us-west3":                { zones: "abc",  autoRange: "10.180.0.0/20" },
  "us-west4":                { zones: "abc",  autoRange: "10.182.0.0/20" },
};

/** Names of a region's zones. */
export function zonesOf(region: string): readonly string[] {
  return [...(regions[region]?.zones ?? "")].map((letter) => `${region}-${letter}`);
}

/** The region that a zone lies in. */
export function regionOf(zone: string): string {
  return zone.replace(/-[a-z]$/, "");
}

/** Locations beside the regions. */
const further: Readonly<Record<string, readonly string[]>> = {
  "artifactregistry.googleapis.com": ["asia", "europe", "us"],
  "cloudbuild.googleapis.com": ["global"],
};

/**
 * Ids of the locations of an API, in order.
 *
 * @see https://cloud.google.com/artifact-registry/docs/repositories/repo-locations
 */
export function locationsOf(host: string): readonly string[] {
  const found = byHost.get(host) ?? [...Object.keys(regions), ...(further[host] ?? [])].sort();
  byHost.set(host, found);
  return found;
}

const byHost = new Map<string, readonly string[]>();
