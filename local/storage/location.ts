import { regions } from "../regions.ts";
import { invalid } from "./error.ts";

/** Places of several regions that buckets can lie in, in upper case as buckets show them. */
const places: Readonly<Record<string, "multi-region" | "dual-region">> = {
  ...{ ASIA: "multi-region", EU: "multi-region", US: "multi-region" },
  ...{ ASIA1: "dual-region", EUR4: "dual-region", EUR5: "dual-region", EUR7: "dual-region", EUR8: "dual-region" },
  NAM4: "dual-region",
};

/** What each class may be kept in; the last three are names of before 2019. */
const classes: Readonly<Record<string, readonly LocationType[]>> = {
  ...{ STANDARD: ["region", "dual-region", "multi-region"], NEARLINE: ["region", "dual-region", "multi-region"] },
  ...{ COLDLINE: ["region", "dual-region", "multi-region"], ARCHIVE: ["region", "dual-region", "multi-region"] },
  ...{ MULTI_REGIONAL: ["dual-region", "multi-region"], REGIONAL: ["region"] },
  DURABLE_REDUCED_AVAILABILITY: ["region", "multi-region"],
};

/** What kind of place a bucket lies in. */
export type LocationType = "region" | "multi-region" | "dual-region";

/**
 * What kind of place a location is, in either case.
 *
 * @throws ApiError 400 for what is none
 * @see https://cloud.google.com/storage/docs/locations
 */
export function locationTypeOf(location: string): LocationType {
  if (Object.hasOwn(regions, location.toLowerCase())) return "region";
  const type = places[location.toUpperCase()];
  if (type === undefined) throw invalid("The specified location constraint is not valid.");
  return type;
}

/**
 * Insists on a storage class, and on one of such a place if that is told.
 *
 * @throws ApiError 400
 * @see https://cloud.google.com/storage/docs/storage-classes
 */
export function demandClass(storageClass: string, type?: LocationType): void {
  const allowed = classes[storageClass.toUpperCase()];
  if (!allowed) throw invalid(`Invalid argument: '${storageClass}' is not a storage class.`);
  if (type !== undefined && !allowed.includes(type)) {
    const message =
      "The combination of locationConstraint and storageClass you provided is not supported for your project";
    throw invalid(message);
  }
}
