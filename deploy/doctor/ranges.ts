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
  /** Absent where the spec leaves it to an existing network. */
  readonly range: Range | undefined;
}

/** A range that is in use. */
interface TakenRange {
  readonly name: string;
  readonly range: Range;
}

/** What tells which ranges are in use. */
type Facts = Pick<ComputeFactsClient, "listSubnetworks" | "listGlobalAddresses">;

/**
 * Looks whether the ranges of a spec are free in its network. Equal ranges in other networks are no matter, and those that
 * bear the spec's own names are its own. Of an existing network, in which nothing is made, it tells what is not there yet.
 */
export async function examineRanges(facts: Facts, { file, spec, text }: SpecFile): Promise<readonly Finding[]> {
  const { network } = spec;
  const taken = await takenRanges(facts, spec);
  const wanted = wantedRanges(spec);
  return wanted.flatMap((one): readonly Finding[] => {
    const { path, name, range } = one;
    const resource = `${file}: ${path}`;
    const isThere = taken.some((other) => other.name === name);
    if (network.existing && isThere) return [];
    const conflict = range && taken.find((other) => other.name !== name && overlaps(other.range, range));
    if (!conflict) return network.existing ? [missing(one, { resource, spec, taken })] : [];
    const avoided = [...taken, ...wanted.filter((other) => other.name !== name)].flatMap((other) => other.range ?? []);
    const free = nextFree(range, avoided);
    const hint = free ? `; ${formatRange(free)} is free` : "";
    const problem = `${formatRange(range)} overlaps ${conflict.name}, which has ${formatRange(conflict.range)}${hint}`;
    const command =
      // A range that is a default stands nowhere in the file.
      free && text.includes(formatRange(range))
        ? `sed -i.bak 's#${formatRange(range)}#${formatRange(free)}#' ${file}`
        : `gcloud compute networks subnets list --project=${network.project} --network=${network.name}`;
    return [{ check: "ranges", resource, problem, command }];
  });
}

function wantedRanges({ network: { subnets, serviceRange } }: Spec): readonly WantedRange[] {
  const wanted = [
    ...subnets.map(({ name, range }) => ({ path: `network.subnets.${name}`, name, text: range })),
    ...(serviceRange ? [{ path: serviceRangePath, name: serviceRange.name, text: serviceRange.range }] : []),
  ];
  return wanted.map(({ path, name, text }) => ({ path, name, range: parseRange(text ?? "") }));
}

const serviceRangePath = "network.serviceRange";

/** What an existing network lacks, with a range that is free where the spec names none. */
function missing(
  { path, name, range }: WantedRange,
  { resource, spec, taken }: { readonly resource: string; readonly spec: Spec; readonly taken: readonly TakenRange[] },
): Finding {
  const { network, region, egress } = spec;
  const isReserved = path === serviceRangePath;
  const usual = parseRange(isReserved ? "192.168.208.0/20" : `192.168.100.0/${egress.kind === "direct" ? 26 : 28}`);
  const others = taken.map((other) => other.range);
  const free = range ?? (usual && nextFree(usual, others));
  const text = free ? formatRange(free) : "RANGE";
  const [address, prefix] = text.split("/");
  const where = `--project=${network.project} --network=${network.name}`;
  const command = isReserved
    ? `gcloud compute addresses create ${name} --global --purpose=VPC_PEERING --addresses=${address} --prefix-length=${prefix} ${where}`
    : `gcloud compute networks subnets create ${name} --region=${region} --range=${text} --enable-private-ip-google-access ${where}`;
  return { check: "ranges", resource, problem: `${name} is not in the existing network ${network.name}`, command };
}

async function takenRanges(facts: Facts, { network }: Spec): Promise<readonly TakenRange[]> {
  const [subnetworks = [], addresses = []] = await Promise.all([
    present(facts.listSubnetworks(network.project)),
    present(facts.listGlobalAddresses(network.project)),
  ]);
  const isHere = (url: string | undefined) => url !== undefined && idOf(url) === network.name;
  const found = [
    ...subnetworks
      .filter((one) => isHere(one.network))
      .flatMap(({ name, ipCidrRange, secondaryIpRanges = [] }) => [
        { name, text: ipCidrRange },
        ...secondaryIpRanges.map((one) => ({ name: `${one.rangeName} of ${name}`, text: one.ipCidrRange })),
      ]),
    ...addresses
      .filter((one) => isHere(one.network))
      .map(({ name, address, prefixLength }) => ({ name, text: `${address}/${prefixLength}` })),
  ];
  return found.flatMap(({ name = "", text = "" }) => {
    const range = parseRange(text);
    return range ? [{ name, range }] : [];
  });
}
