import type { ComputeFactsClient } from "../../google/clients/compute-facts.ts";
import { idOf } from "../../google/name.ts";
import { formatRange, nextFree, overlaps, parseRange, type Range } from "../../spec/range.ts";
import type { Spec } from "../../spec/schema.ts";
import { present } from "../change.ts";
import type { Finding } from "./finding.ts";

/** A spec with the file that it was read from. */
export interface SpecFile {
  readonly file: string;
  readonly spec: Spec;
  readonly text: string;
}

/** A range that a spec asks for, and where it says so. */
interface WantedRange {
  readonly path: string;
  readonly name: string;
  readonly range: Range;
}

/** A range that is in use. */
interface TakenRange {
  readonly name: string;
  readonly range: Range;
}

/**
 * Looks whether the ranges of a spec are free in its network. Equal ranges in other networks are no matter, and those that
 * bear the spec's own names are its own.
 */
export async function examineRanges(
  facts: Pick<ComputeFactsClient, "listSubnetworks" | "listGlobalAddresses">,
  { file, spec, text }: SpecFile,
): Promise<readonly Finding[]> {
  const { network } = spec;
  const taken = await takenRanges(facts, spec);
  const wanted = wantedRanges(spec);
  return wanted.flatMap(({ path, name, range }) => {
    const others = taken.filter((other) => other.name !== name);
    const conflict = others.find((other) => overlaps(other.range, range));
    if (!conflict) return [];
    const avoided = [...taken, ...wanted.filter((other) => other.name !== name)].map((other) => other.range);
    const free = nextFree(range, avoided);
    const hint = free ? `; ${formatRange(free)} is free` : "";
    const problem = `${formatRange(range)} overlaps ${conflict.name}, which has ${formatRange(conflict.range)}${hint}`;
    const command =
      // A range that is a default stands nowhere in the file.
      free && text.includes(formatRange(range))
        ? `sed -i.bak 's#${formatRange(range)}#${formatRange(free)}#' ${file}`
        : `gcloud compute networks subnets list --project=${network.project} --network=${network.name}`;
    return [{ check: "ranges" as const, resource: `${file}: ${path}`, problem, command }];
  });
}

function wantedRanges({ network: { subnets, serviceRange, existing } }: Spec): readonly WantedRange[] {
  const wanted = [
    ...subnets.map(({ name, range }) => ({ path: `network.subnets.${name}`, name, text: range })),
    { path: "network.serviceRange", name: serviceRange?.name ?? "", text: serviceRange?.range },
  ];
  return existing
    ? []
    : wanted.flatMap(({ path, name, text }) => {
        const range = parseRange(text ?? "");
        return range ? [{ path, name, range }] : [];
      });
}

async function takenRanges(
  facts: Pick<ComputeFactsClient, "listSubnetworks" | "listGlobalAddresses">,
  { network }: Spec,
): Promise<readonly TakenRange[]> {
  const [subnetworks = [], addresses = []] = await Promise.all([
    present(facts.listSubnetworks(network.project)),
    present(facts.listGlobalAddresses(network.project)),
  ]);
  const isHere = (url: string | undefined) => url !== undefined && idOf(url) === network.name;
  const found = [
    ...subnetworks.filter((one) => isHere(one.network)).map(({ name, ipCidrRange }) => ({ name, text: ipCidrRange })),
    ...addresses
      .filter((one) => isHere(one.network))
      .map(({ name, address, prefixLength }) => ({ name, text: `${address}/${prefixLength}` })),
  ];
  return found.flatMap(({ name = "", text = "" }) => {
    const range = parseRange(text);
    return range ? [{ name, range }] : [];
  });
}
