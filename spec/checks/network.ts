import type { Finding } from "../problem.ts";
import { formatRange, isPrivate, nextFree, overlaps, parseRange, type Range } from "../range.ts";
import type { EnvironmentFile, Spec } from "../schema.ts";

/** What a range is for, and how long its prefix may be. */
interface Use {
  readonly text: string | undefined;
  readonly path: readonly string[];
  readonly what: string;
  readonly shortest: number;
  readonly longest: number;
  readonly why: string;
}

interface Placed {
  readonly range: Range;
  readonly path: readonly string[];
  readonly what: string;
}

/** Checks what the network and egress sections say together, and every range against Google's rules and each other. */
export function checkNetwork({ spec: file }: EnvironmentFile, spec: Spec): Finding[] {
  return [
    ...checkChoices(file),
    ...checkNames(file, spec),
    ...checkConnector(file),
    ...checkRanges(usesOf(file, spec)),
  ];
}

function checkChoices({ network, egress }: EnvironmentFile["spec"]): Finding[] {
  const findings: Finding[] = [];
  if (network.name !== undefined && network.existing !== undefined) {
    const message = "is given beside name: a network is either made or there already";
    findings.push({ path: ["spec", "network", "existing"], message, fix: "remove name or existing" });
  }
  if (egress.connector && egress.direct) {
    const message = "is given beside connector: Cloud Run takes one way only";
    findings.push({ path: ["spec", "egress", "direct"], atKey: true, message, fix: "remove connector or direct" });
  }
  return network.existing === undefined ? findings : [...findings, ...checkExisting({ network, egress })];
}

/** What an existing network is to offer must be named: a derived name would name nothing. */
function checkExisting({ network, egress }: Pick<EnvironmentFile["spec"], "network" | "egress">): Finding[] {
  const findings: Finding[] = [];
  const fix = "write its name below subnet";
  if (egress.direct && egress.direct.subnet.name === undefined) {
    const message = "must name the subnet of the existing network that the service takes its addresses from";
    findings.push({ path: ["spec", "egress", "direct", "subnet"], message, fix });
  }
  if (!egress.direct && network.subnet?.name === undefined) {
    const message = "must name the connector's own /28 subnet in the existing network";
    findings.push({ path: ["spec", "network", "subnet"], message, fix });
  }
  if (network.serviceRange && network.serviceRange.name === undefined) {
    const message = "must name the range of the existing network";
    findings.push({
      path: ["spec", "network", "serviceRange"],
      message,
      fix: "write its name, or remove serviceRange",
    });
  }
  return findings;
}

function checkNames({ network, egress }: EnvironmentFile["spec"], { network: { subnets } }: Spec): Finding[] {
  const [one, other] = subnets;
  if (!one || !other || one.name !== other.name) return [];
  const path =
    egress.direct?.subnet.name === undefined ? ["network", "subnet", "name"] : ["egress", "direct", "subnet", "name"];
  const message = `is the name of two subnets: ${one.name}`;
  const fix = network.subnet ? "give each subnet a name of its own, or remove network.subnet" : "give it another name";
  return [{ path: ["spec", ...path], message, fix }];
}

function checkConnector({ egress: { connector } }: EnvironmentFile["spec"]): Finding[] {
  if (!connector || connector.minInstances < connector.maxInstances) return [];
  const fix = `write ${Math.min(connector.minInstances + 1, 10)} or more, or lower minInstances`;
  const message = `must be more than minInstances (${connector.minInstances})`;
  const path = ["spec", "egress", "connector"];
  return [{ path: [...path, "maxInstances"], comparedWith: [[...path, "minInstances"]], message, fix }];
}

function usesOf({ network, egress }: EnvironmentFile["spec"], spec: Spec): Use[] {
  const isConnector = spec.egress.kind === "connector";
  const rangeOf = (name: string | undefined) => spec.network.subnets.find((subnet) => subnet.name === name)?.range;
  const uses: Use[] = [];
  if (isConnector || network.subnet) {
    const path = ["spec", "network", "subnet", "range"];
    const text = spec.network.subnets[0]?.range;
    const connector = { shortest: 28, longest: 28, why: "a connector takes exactly a /28 and shares it with nothing" };
    const plain = { shortest: 8, longest: 29, why: "a subnet is at most a /8 and at least a /29" };
    uses.push({ text, path, what: "the subnet", ...(isConnector ? connector : plain) });
  }
  if (!isConnector) {
    const path = ["spec", "egress", "direct", "subnet", "range"];
    const why = "direct egress takes blocks of 16 addresses, so a /26 or wider";
    const text = egress.direct?.subnet.range ?? rangeOf(spec.egress.subnet);
    uses.push({ text, path, what: "the egress subnet", shortest: 8, longest: 26, why });
  }
  const path = ["spec", "network", "serviceRange", "range"];
  const why = "AlloyDB takes a /24 in each region, so a /24 or wider";
  uses.push({ text: spec.network.serviceRange?.range, path, what: "the service range", shortest: 8, longest: 24, why });
  return uses;
}

function checkRanges(uses: readonly Use[]): Finding[] {
  const findings: Finding[] = [];
  const before: Placed[] = [];
  for (const use of uses) {
    const range = use.text === undefined ? undefined : parseRange(use.text);
    findings.push(...checkRange(use, range));
    if (!range) continue;
    const clash = before.find((other) => overlaps(other.range, range));
    if (clash) findings.push(overlap(use, range, { clash, before: before.map((other) => other.range) }));
    before.push({ range, path: use.path, what: `${use.what} (${use.text})` });
  }
  return findings;
}

function checkRange({ text, path, shortest, longest, why }: Use, range: Range | undefined): Finding[] {
  if (text === undefined) return [];
  if (!range)
    return [{ path, message: `${text} is no IPv4 range`, fix: "write numbers up to 255 and a prefix up to 32" }];
  const findings: Finding[] = [];
  const canonical = formatRange(range);
  const prefix = Math.min(Math.max(range.prefix, shortest), longest);
  if (range.prefix !== prefix) {
    const message = `${text} has the wrong size: ${why}`;
    findings.push({
      path,
      message,
      fix: `write ${formatRange(parseRange(`${text.split("/")[0]}/${prefix}`) ?? range)}`,
    });
  } else if (canonical !== text) {
    findings.push({ path, message: `${text} does not begin with its first address`, fix: `write ${canonical}` });
  }
  if (!isPrivate(range)) {
    const fix = "choose one inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16";
    findings.push({ path, message: `${text} is not a private range`, fix });
  }
  return findings;
}

function overlap(
  { text, path, longest }: Use,
  range: Range,
  { clash, before }: { readonly clash: Placed; readonly before: readonly Range[] },
): Finding {
  const sized = parseRange(`${formatRange(range).split("/")[0]}/${Math.min(range.prefix, longest)}`) ?? range;
  const free = nextFree(sized, before);
  const fix = free ? `write for example ${formatRange(free)}` : "choose a range that overlaps none of the others";
  return { path, comparedWith: [clash.path], message: `${text} overlaps ${clash.what}`, fix };
}
