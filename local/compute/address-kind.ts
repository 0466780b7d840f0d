import { createHash } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import type { Address } from "../model/generated/compute.ts";
import { findFreeRange, formatAddress, parseRange } from "../range.ts";
import { invalid } from "./error.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Kind } from "./kind.ts";
import { pathOf } from "./link.ts";
import type { Identified, Resources } from "./resources.ts";
import { freeAddress } from "./subnetwork-address.ts";
import { takenRanges } from "./taken-ranges.ts";

/** Addresses, global and of regions alike: ranges for producers, addresses of a subnetwork, and external ones. */
export function addressKind(cloud: Cloud, resources: Resources): Kind<Address> {
  return {
    noun: "address",
    collection: resources.addresses,
    latency: {
      insert: "compute.address.insert",
      change: "compute.address.insert",
      delete: "compute.address.delete",
    },
    derive: (address) => ({ ...address, labelFingerprint: fingerprintOf(address.labels) }),
    settle: (address) => ({ ...address, address: allocate(resources, address), status: "RESERVED" }),
    blocker: (path) => rangeUser(cloud, resources, path),
  };
}

/** An address as answers show it. */
export function viewAddress(address: Address & Identified): Address {
  return { kind: "compute#address", ...address };
}

/** A connection as the Service Networking API stores it in `servicenetworking.connections`. */
interface Connection {
  /** Path of the network. */
  readonly network: string;
  readonly reservedPeeringRanges: readonly string[];
}

/** Path of the network whose connection has a reserved range in use, if any. */
function rangeUser({ store }: Cloud, { peerings }: Resources, path: string): string | undefined {
  const [, project, scope, , name = ""] = path.split("/");
  if (scope !== "global") return undefined;
  return store
    .collection<Connection>("servicenetworking.connections")
    .list()
    .map(([, connection]) => connection)
    .find(
      ({ network, reservedPeeringRanges }) =>
        network.startsWith(`projects/${project}/`) &&
        reservedPeeringRanges.includes(name) &&
        peerings.list(`${network}/peerings/`).length > 0,
    )?.network;
}

/** The address asked for, or one that is free; it is chosen when the resource is set up. */
function allocate(resources: Resources, wanted: Address & Identified): string {
  if (wanted.address) return wanted.address;
  if (wanted.purpose === "VPC_PEERING") return freeRange(resources, wanted);
  const subnetwork = wanted.subnetwork ? resources.subnetworks.get(pathOf(wanted.subnetwork)) : undefined;
  return subnetwork ? freeAddress(resources, subnetwork) : externalAddress(wanted.selfLink);
}

function freeRange(resources: Resources, { network = "", prefixLength = 0 }: Address): string {
  const taken = takenRanges(resources, pathOf(network)).map(({ range }) => range);
  // Auto mode networks take their subnetworks from here: a range in it could stand in their way.
  const auto = parseRange("10.128.0.0/9");
  const range = findFreeRange(prefixLength, auto ? [...taken, auto] : taken);
  if (range) return formatAddress(range.first);
  throw invalid("resource.prefixLength", prefixLength, "No free range of that size was found in the network.");
}

/** A documentation address (RFC 5737) that a resource seems to have: nothing listens there. */
export function externalAddress(selfLink: string): string {
  return `203.0.113.${createHash("sha256").update(selfLink).digest()[0]}`;
}
