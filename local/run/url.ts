import { createHash } from "node:crypto";

/** What a service's addresses are made of. */
export interface Address {
  readonly service: string;
  readonly projectNumber: string;
  readonly region: string;
}

/** Two-letter codes of regions in hash URLs, as seen on public services; other regions get one made from their name. */
// biome-ignore format: a table
const regionCodes: Readonly<Record<string, string>> = {
  "asia-east1": "de",      "asia-northeast1": "an", "asia-northeast2": "dt", "asia-south1": "el",
  "asia-southeast1": "as", "europe-north1": "lz",   "europe-west1": "ew",    "europe-west2": "nw",
  "europe-west3": "ey",    "europe-west4": "ez",    "us-central1": "uc",     "us-east1": "ue",
  "us-east4": "uk",        "us-west1": "uw",        "us-west2": "wl",        "australia-southeast1": "ts",
};

/** The address with a hash of the project in it, which the API gives as `uri`. */
export function hashUrl({ service, projectNumber, region }: Address): string {
  const digest = BigInt(`0x${createHash("sha256").update(projectNumber).digest("hex").slice(0, 16)}`).toString(36);
  return `https://${service}-${digest.padStart(10, "a").slice(-10)}-${regionCode(region)}.a.run.app`;
}

/** The address that can be told beforehand. */
export function deterministicUrl({ service, projectNumber, region }: Address): string {
  return `https://${service}-${projectNumber}.${region}.run.app`;
}

/** The address of a traffic tag beside a service's own. */
export function tagUrl(url: string, tag: string): string {
  return url.replace("https://", `https://${tag}---`);
}

function regionCode(region: string): string {
  const [area = "", place = ""] = region.split("-");
  return regionCodes[region] ?? `${area[0]}${place[0]}`;
}
