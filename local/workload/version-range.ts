/**
 * Tells whether a version satisfies an npm range: exact versions, `^`, `~`, comparators, `x` ranges, hyphen ranges, and
 * their combinations with blanks and `||`. Anything else (tags other than `latest`, URLs, aliases) is never satisfied.
 *
 * @see https://github.com/npm/node-semver#ranges
 */
export function satisfies(version: string, range: string): boolean {
  const parsed = parseVersion(version);
  if (!parsed) return false;
  return range.split("||").some((alternative) => {
    const comparators = toComparators(alternative.trim());
    return comparators?.every((comparator) => holds(parsed, comparator)) && allowsPrerelease(parsed, comparators);
  });
}

interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: string;
}

interface Comparator {
  readonly operator: ">=" | ">" | "<" | "<=" | "=";
  readonly version: Version;
}

function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(text.trim());
  return match
    ? { numbers: [Number(match[1]), Number(match[2]), Number(match[3])], prerelease: match[4] ?? "" }
    : undefined;
}

function toComparators(alternative: string): readonly Comparator[] | undefined {
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(alternative);
  const text = hyphen ? `>=${hyphen[1]} <=${hyphen[2]}` : alternative.replace(/([<>=^~])\s+/g, "$1");
  const parts = text.split(/\s+/).map(partToComparators);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

const partPattern =
  /^(\^|~|>=|<=|>|<|=)?v?(\d+|[xX*])?(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([\w.-]+))?(?:\+[\w.-]+)?$/;

function partToComparators(part: string): readonly Comparator[] | undefined {
  if (part === "" || part === "*" || part === "latest") return [];
  const match = partPattern.exec(part);
  if (!match) return undefined;
  const given = match.slice(2, 5).map((text) => (text === undefined || /[xX*]/.test(text) ? undefined : Number(text)));
  const [major, minor, patch] = given;
  if (major === undefined) return [];
  const low: Version = { numbers: [major, minor ?? 0, patch ?? 0], prerelease: match[5] ?? "" };
  return bounds({ operator: match[1] ?? "", low, isFull: patch !== undefined, next: nextOf(match[1] ?? "", given) });
}

interface Bounds {
  readonly operator: string;
  readonly low: Version;
  readonly isFull: boolean;
  /** First version behind what the part spans. */
  readonly next: Version;
}

function bounds({ operator, low, isFull, next }: Bounds): readonly Comparator[] {
  switch (operator) {
    case ">=":
    case "<":
      return [{ operator, version: low }];
    case ">":
      return [isFull ? { operator, version: low } : { operator: ">=", version: next }];
    case "<=":
      return [isFull ? { operator, version: low } : { operator: "<", version: next }];
    case "^":
    case "~":
      return [
        { operator: ">=", version: low },
        { operator: "<", version: next },
      ];
    default:
      return isFull
        ? [{ operator: "=", version: low }]
        : [
            { operator: ">=", version: low },
            { operator: "<", version: next },
          ];
  }
}

function nextOf(operator: string, [major = 0, minor, patch]: readonly (number | undefined)[]): Version {
  const end = (...numbers: [number, number, number]): Version => ({ numbers, prerelease: "0" });
  if (minor === undefined) return end(major + 1, 0, 0);
  if (operator !== "^" || (major === 0 && patch === undefined)) return end(major, minor + 1, 0);
  if (major > 0) return end(major + 1, 0, 0);
  return minor > 0 ? end(0, minor + 1, 0) : end(0, 0, (patch ?? 0) + 1);
}

function holds(version: Version, comparator: Comparator): boolean {
  const order = compare(version, comparator.version);
  switch (comparator.operator) {
    case ">=":
      return order >= 0;
    case ">":
      return order > 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "=":
      return order === 0;
  }
}

/** A prerelease satisfies only a range that names a prerelease of the same three numbers. */
function allowsPrerelease(version: Version, comparators: readonly Comparator[]): boolean {
  if (version.prerelease === "") return true;
  return comparators.some(
    ({ version: named }) => named.prerelease !== "" && named.numbers.join(".") === version.numbers.join("."),
  );
}

function compare(a: Version, b: Version): number {
  for (const index of [0, 1, 2] as const) {
    if (a.numbers[index] !== b.numbers[index]) return a.numbers[index] - b.numbers[index];
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === "") return 1;
  if (b.prerelease === "") return -1;
  return comparePrereleases(a.prerelease.split("."), b.prerelease.split("."));
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    if (left === right) continue;
    const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isLeftNumber && isRightNumber) return Number(left) - Number(right);
    if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return 0;
}
