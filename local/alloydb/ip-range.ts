import { formatAddress, parseRange, type Range } from "../range.ts";

/** Length of the prefix of what one region of AlloyDB takes of a reserved range. */
const regionPrefixLength = 24;
const blockSize = 2 ** (32 - regionPrefixLength);

/** The blocks of 256 addresses, by their first one, that ranges divide into; none for a range that is smaller. */
export function blocksOf({ first, last, prefixLength }: Range): string[] {
  if (prefixLength > regionPrefixLength) return [];
  return Array.from({ length: (last - first + 1) / blockSize }, (_, index) => formatAddress(first + index * blockSize));
}

/** The addresses of a block that instances can have. */
export function hostsOf(block: string): string[] {
  const first = parseRange(`${block}/${regionPrefixLength}`)?.first ?? 0;
  return Array.from({ length: blockSize - 3 }, (_, index) => formatAddress(first + 2 + index));
}
