import { formatAddress, overlaps, parseRange, type Range } from "../range.ts";
import { invalid, required } from "./error.ts";
import type { Resources } from "./resources.ts";
import { takenRanges } from "./taken-ranges.ts";

/**
 * The range of a subnetwork that a caller wants.
 *
 * @throws ApiError 400 for what is none, or of a size that no subnetwork has
 */
export function demandRange(text: string | undefined): Range {
  if (!text) throw required("resource.ipCidrRange");
  const range = parseRange(text);
  if (!range)
    throw invalid(
      "resource.ipCidrRange",
      text,
      "Must be a valid IPv4 range in CIDR notation, with no bits set behind the prefix.",
    );
  if (range.prefixLength < 4 || range.prefixLength > 29) {
    throw invalid("resource.ipCidrRange", text, "The prefix length must be between 4 and 29.");
  }
  return range;
}

/** A range that is wanted in a network. */
export interface WantedRange {
  readonly network: string;
  readonly range: Range;
  /** Path of the subnetwork that is about to change. */
  readonly except: string | undefined;
}

/** @throws ApiError 400 when something in the network has part of the range */
export function demandNoConflict(resources: Resources, { network, range, except }: WantedRange): void {
  const conflict = takenRanges(resources, network).find(
    (taken) => taken.path !== except && overlaps(taken.range, range),
  );
  if (!conflict) return;
  const [, , , region, kind, name] = conflict.path.split("/");
  const what =
    kind === "subnetworks"
      ? `subnetwork '${conflict.path}' in region '${region}'`
      : `allocated range '${name ?? conflict.path}'`;
  throw invalid(
    "resource.ipCidrRange",
    `${formatAddress(range.first)}/${range.prefixLength}`,
    `Invalid IPCidrRange: it conflicts with existing ${what}.`,
  );
}
