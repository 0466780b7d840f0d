import { isIPv4, isIPv6 } from "node:net";
import type { Allowed, Denied, Firewall } from "../model/generated/compute.ts";
import { invalid, required } from "./error.ts";

/** Protocols that a rule may name; every other one goes by its number. */
const protocols = ["tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all"];
const withPorts = ["tcp", "udp", "sctp", "6", "17", "132"];
const tag = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Checks what a firewall rule lets through or not, and for whom.
 *
 * @throws ApiError 400 `invalid` or `required`
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/firewalls
 */
export function demandRule(rule: Firewall): void {
  const { priority = 1000, allowed = [], denied = [] } = rule;
  if (priority < 0 || priority > 65_535) {
    throw invalid("resource.priority", priority, "Must be between 0 and 65535, both inclusive.");
  }
  if (allowed.length > 0 && denied.length > 0) {
    throw invalid("resource.denied", "", "Cannot specify both allowed and denied.");
  }
  if (allowed.length === 0 && denied.length === 0) throw required("resource.allowed");
  for (const [index, one] of allowed.entries()) demandProtocol(one, `resource.allowed[${index}]`);
  for (const [index, one] of denied.entries()) demandProtocol(one, `resource.denied[${index}]`);
  demandRanges(rule.sourceRanges, "resource.sourceRanges");
  demandRanges(rule.destinationRanges, "resource.destinationRanges");
  demandTargets(rule);
}

function demandProtocol({ IPProtocol = "", ports = [] }: Allowed | Denied, field: string): void {
  if (!IPProtocol) throw required(`${field}.IPProtocol`);
  const protocol = IPProtocol.toLowerCase();
  const isNumber = /^\d{1,3}$/.test(protocol) && Number(protocol) <= 255;
  if (!isNumber && !protocols.includes(protocol)) {
    const rule = `Must be one of ${protocols.join(", ")} or the number of a protocol.`;
    throw invalid(`${field}.IPProtocol`, IPProtocol, rule);
  }
  if (ports.length > 0 && !withPorts.includes(protocol)) {
    throw invalid(`${field}.ports[0]`, ports[0], `Protocol ${IPProtocol} has no ports.`);
  }
  const odd = ports.findIndex((port) => !isPortRange(port));
  if (odd === -1) return;
  const rule = "Must be a port between 0 and 65535, or a range of them such as 8000-8080.";
  throw invalid(`${field}.ports[${odd}]`, ports[odd], rule);
}

function isPortRange(text: string): boolean {
  const [, first = "", last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  return first !== "" && Number(first) <= Number(last) && Number(last) <= 65_535;
}

function demandRanges(ranges: readonly string[] = [], field: string): void {
  const families = ranges.map(familyOf);
  const odd = families.indexOf(undefined);
  if (odd !== -1) throw invalid(`${field}[${odd}]`, ranges[odd], "Must be a valid IPv4 or IPv6 CIDR address range.");
  const other = families.findIndex((family) => family !== families[0]);
  if (other !== -1) throw invalid(`${field}[${other}]`, ranges[other], "IPv4 and IPv6 ranges cannot be in one rule.");
}

/** 4 or 6 for an address or range of addresses. */
function familyOf(range: string): 4 | 6 | undefined {
  const [, address = "", prefix] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
  if (isIPv4(address) && Number(prefix ?? 32) <= 32) return 4;
  return isIPv6(address) && Number(prefix ?? 128) <= 128 ? 6 : undefined;
}

/** Tags and accounts do not go together, and what is sent out has no source but this network. */
function demandTargets(rule: Firewall): void {
  const { sourceTags = [], targetTags = [], sourceServiceAccounts = [], targetServiceAccounts = [] } = rule;
  for (const [field, tags] of Object.entries({ sourceTags, targetTags })) {
    const odd = tags.findIndex((one) => !tag.test(one));
    if (odd !== -1) throw invalid(`resource.${field}[${odd}]`, tags[odd], `Must be a match of regex '${tag.source}'.`);
  }
  const [account] = [...sourceServiceAccounts, ...targetServiceAccounts];
  const field = sourceServiceAccounts.length > 0 ? "sourceServiceAccounts" : "targetServiceAccounts";
  if (account !== undefined && sourceTags.length + targetTags.length > 0) {
    throw invalid(`resource.${field}[0]`, account, "Service accounts and tags cannot be in one rule.");
  }
  const [source] = [...sourceTags, ...sourceServiceAccounts];
  if (source !== undefined && rule.direction === "EGRESS") {
    const sources = sourceTags.length > 0 ? "sourceTags" : "sourceServiceAccounts";
    throw invalid(`resource.${sources}[0]`, source, "Sources cannot be specified for EGRESS.");
  }
}
