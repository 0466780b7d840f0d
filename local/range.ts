/** A range of IPv4 addresses in CIDR form. */
export interface Range {
  /** As an unsigned number. */
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
}

/** Parses `10.0.0.0/24`; `undefined` for what is no range or has bits set behind the prefix. */
export function parseRange(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefixLength = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || prefixLength > 32) return undefined;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - prefixLength);
  return first % size === 0 ? { first, last: first + size - 1, prefixLength } : undefined;
}

/** `10.0.0.0/24` */
export function formatRange({ first, prefixLength }: Range): string {
  return `${formatAddress(first)}/${prefixLength}`;
}

/** `10.0.0.1` */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Whether two ranges have an address in common. */
export function overlaps(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Whether the whole of a range lies in another. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** Ranges that a VPC network can use inside: the private ones of RFC 1918 and RFC 6598. */
const privateRanges: readonly Range[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].flatMap(
  (text) => parseRange(text) ?? [],
);

/** The first free private range of a size. `undefined` when there is none. */
export function findFreeRange(prefixLength: number, taken: readonly Range[]): Range | undefined {
  const size = 2 ** (32 - prefixLength);
  for (const space of privateRanges) {
    let first = space.first;
    while (first + size - 1 <= space.last) {
      const candidate = { first, last: first + size - 1, prefixLength };
      const blocker = taken.find((range) => overlaps(range, candidate));
      if (!blocker) return candidate;
      first = Math.ceil((blocker.last + 1) / size) * size;
    }
  }
  return undefined;
}
