import { createHash } from "node:crypto";
import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  Address,
  ComputeMethods,
  InsertGlobalAddressRequest,
  Operation,
  SetLabelsGlobalAddressRequest,
} from "../model/generated/compute.ts";
import { findFreeRange, formatAddress, overlaps, parseRange } from "../range.ts";
import { conditionNotMet, inUse, invalid, notFound, required } from "./error.ts";
import { link, parseReference, pathOf } from "./link.ts";
import { listPage } from "./list.ts";
import { idempotent, start, work } from "./operation.ts";
import { demand, demandFree, demandReady, type Identified, identify, parseName, type Resources } from "./resources.ts";
import { takenRanges } from "./taken-ranges.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
}

const pathFor = (project = "", address = "") => `projects/${project}/global/addresses/${address}`;

/** Methods on global addresses: ranges reserved for producers, and external addresses as mere records. */
export function addressMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources };
  return {
    "google.cloud.compute.v1.GlobalAddresses.Insert": idempotent(cloud, (request, call) =>
      insert(context, request, call),
    ),
    "google.cloud.compute.v1.GlobalAddresses.Get": ({ project, address }) =>
      view(demand(resources.addresses, pathFor(project, address))),
    "google.cloud.compute.v1.GlobalAddresses.List": (request) => {
      const path = pathFor(request.project);
      const found = resources.addresses.list(path).map(([, address]) => view(address));
      return { kind: "compute#addressList", ...listPage(path.slice(0, -1), found, request) };
    },
    "google.cloud.compute.v1.GlobalAddresses.SetLabels": (request, call) => setLabels(context, request, call),
    "google.cloud.compute.v1.GlobalAddresses.Delete": idempotent(cloud, ({ project, address }, call) => {
      const path = pathFor(project, address);
      const { id } = demand(resources.addresses, path);
      demandReady(cloud, path);
      demandUnused(context, path);
      return start(cloud, {
        call,
        kind: "address.delete",
        verb: "delete",
        path,
        targetId: id,
        latency: "compute.address.delete",
      });
    }),
  };
}

/** What the operations on addresses do once their time has passed. */
export function addressOperations(cloud: Cloud, resources: Resources): NonNullable<Api["operations"]> {
  return {
    "address.insert": work(({ input }) => {
      const path = String(input.path);
      try {
        const reserved = demand(resources.addresses, path);
        resources.addresses.put(path, { ...reserved, address: allocate(resources, reserved), status: "RESERVED" });
      } catch (caught) {
        resources.addresses.delete(path);
        throw caught;
      }
    }),
    "address.setLabels": work(({ input }) => {
      const path = String(input.path);
      const labels = input.labels as Address["labels"];
      resources.addresses.put(path, {
        ...demand(resources.addresses, path),
        labels,
        labelFingerprint: fingerprint(labels),
      });
    }),
    "address.delete": work(({ input }) => {
      const path = String(input.path);
      demandUnused({ cloud, resources }, path);
      resources.addresses.delete(path);
    }),
  };
}

/** A connection as the Service Networking API stores it in `servicenetworking.connections`. */
interface Connection {
  /** Path of the network. */
  readonly network: string;
  readonly reservedPeeringRanges: readonly string[];
}

/** Path of the network whose connection has a reserved range in use, if any. */
function userOf({ cloud, resources }: Context, path: string): string | undefined {
  const name = path.split("/").at(-1) ?? "";
  const project = path.split("/")[1];
  return cloud.store
    .collection<Connection>("servicenetworking.connections")
    .list()
    .map(([, connection]) => connection)
    .find(
      ({ network, reservedPeeringRanges }) =>
        network.startsWith(`projects/${project}/`) &&
        reservedPeeringRanges.includes(name) &&
        resources.peerings.list(`${network}/peerings/`).length > 0,
    )?.network;
}

function demandUnused(context: Context, path: string): void {
  const user = userOf(context, path);
  if (user) throw inUse(path, user);
}

function view(address: Address & Identified): Address {
  return { kind: "compute#address", ...address };
}

function fingerprint(labels: Address["labels"]): string {
  return createHash("sha256")
    .update(JSON.stringify(labels ?? {}))
    .digest()
    .subarray(0, 8)
    .toString("base64");
}

function insert(
  { cloud, resources }: Context,
  { project = "", addressResource = {} }: InsertGlobalAddressRequest,
  call: Call,
): Operation {
  const path = pathFor(project, parseName(addressResource.name));
  demandFree(resources.addresses, path);
  const { address, description, labels, purpose, ipVersion = "IPV4" } = addressResource;
  const identity = identify(cloud, path);
  const range = purpose === "VPC_PEERING" ? parseReserved({ cloud, resources }, project, addressResource) : undefined;
  if (!range && addressResource.addressType === "INTERNAL") {
    throw invalid("resource.purpose", purpose ?? "", "A global internal address must have the purpose VPC_PEERING.");
  }
  resources.addresses.put(path, {
    ...identity,
    description,
    address,
    labels,
    labelFingerprint: fingerprint(labels),
    ...(range ?? { addressType: "EXTERNAL", ipVersion, networkTier: "PREMIUM" }),
    status: "RESERVING",
  });
  return start(cloud, {
    call,
    kind: "address.insert",
    verb: "insert",
    path,
    targetId: identity.id,
    latency: "compute.address.insert",
  });
}

/** Fields of a range reserved for producers, once they are found good. */
function parseReserved({ cloud, resources }: Context, project: string, sent: Address) {
  const { address, prefixLength } = sent;
  if (!prefixLength) throw required("resource.prefixLength");
  if (prefixLength < 8 || prefixLength > 30) {
    throw invalid("resource.prefixLength", prefixLength, "Must be between 8 and 30.");
  }
  if (!sent.network) throw required("resource.network");
  const network = parseReference(sent.network, {
    cloud,
    field: "resource.network",
    project,
    collection: "global/networks",
  });
  if (!resources.networks.get(network)) throw notFound(network);
  demandReady(cloud, network);
  if (address !== undefined) demandFits(resources, network, `${address}/${prefixLength}`);
  return { addressType: "INTERNAL", purpose: "VPC_PEERING", prefixLength, network: link(network) };
}

function demandFits(resources: Resources, network: string, text: string): void {
  const range = parseRange(text);
  if (!range) throw invalid("resource.address", text, "Must be the first address of a range of that prefix length.");
  const conflict = takenRanges(resources, network).find((taken) => overlaps(taken.range, range));
  if (conflict) {
    throw invalid("resource.address", text, `Requested range conflicts with other resources: ${conflict.path}.`);
  }
}

/** The address asked for, or one that is free; a reserved range is chosen when it is set up. */
function allocate(resources: Resources, { selfLink, address, network, prefixLength }: Address & Identified): string {
  if (address) return address;
  if (!network || !prefixLength) return externalAddress(selfLink);
  const taken = takenRanges(resources, pathOf(network)).map(({ range }) => range);
  // Auto mode networks take their subnetworks from here: a range in it could stand in their way.
  const auto = parseRange("10.128.0.0/9");
  const range = findFreeRange(prefixLength, auto ? [...taken, auto] : taken);
  if (!range)
    throw invalid("resource.prefixLength", prefixLength, "No free range of that size was found in the network.");
  return formatAddress(range.first);
}

/** A documentation address (RFC 5737): nothing listens there. */
function externalAddress(selfLink: string): string {
  return `203.0.113.${createHash("sha256").update(selfLink).digest()[0]}`;
}

function setLabels({ cloud, resources }: Context, request: SetLabelsGlobalAddressRequest, call: Call): Operation {
  const path = pathFor(request.project, request.resource);
  const present = demand(resources.addresses, path);
  demandReady(cloud, path);
  const { labels = {}, labelFingerprint } = request.globalSetLabelsRequestResource ?? {};
  if (labelFingerprint !== present.labelFingerprint) {
    throw conditionNotMet("Labels fingerprint either invalid or resource labels have changed.");
  }
  const latency = "compute.address.insert";
  return start(cloud, {
    call,
    kind: "address.setLabels",
    verb: "setLabels",
    path,
    targetId: present.id,
    latency,
    input: { labels },
  });
}
