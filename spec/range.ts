/** An IPv4 range. */
export interface Range {
  /** First address as a number. */
  readonly first: number;
  /** Last address as a number. */
  readonly last: number;
  /** Length of the prefix, 0 to 32. */
  readonly prefix: number;
}

/**
 * Reads an IPv4 range such as `192.168.100.0/28`.
 *
 * @returns the range that contains the address, whether or not the address is its first; undefined when it is none
 */
export function parseRange(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1, prefix };
}

/** The range as text, with its first address. */
export function formatRange({ first, prefix }: Range): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join(".")}/${prefix}`;
}

/** Whether two ranges share an address. */
export function overlaps(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether all addresses of a range are private ones by RFC 1918. */
export function isPrivate(range: Range): boolean {
  return privateRanges.some((all) => all.first <= range.first && range.last <= all.last);
}

/** The next range of the same size that overlaps none of the others, inside the same private block. */
export function nextFree(range: Range, others: readonly Range[]): Range | undefined {
  const size = range.last - range.first + 1;
  for (let first = range.first; ; first += size) {
    const candidate = { first, last: first + size - 1, prefix: range.prefix };
    if (!isPrivate(candidate)) return undefined;
    if (!others.some((other) => overlaps(candidate, other))) return candidate;
  }
}

const privateRanges: readonly Range[] = [
  { first: 10 * 2 ** 24, last: 11 * 2 ** 24 - 1, prefix: 8 },
  { first: 172 * 2 ** 24 + 16 * 2 ** 16, last: 172 * 2 ** 24 + 32 * 2 ** 16 - 1, prefix: 12 },
  { first: 192 * 2 ** 24 + 168 * 2 ** 16, last: 192 * 2 ** 24 + 169 * 2 ** 16 - 1, prefix: 16 },
];
