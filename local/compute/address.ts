import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  Address,
  ComputeMethods,
  InsertGlobalAddressRequest,
  Operation,
  SetLabelsGlobalAddressRequest,
} from "../model/generated/compute.ts";
import { overlaps, parseRange } from "../range.ts";
import { addressKind, viewAddress } from "./address-kind.ts";
import { invalid, required } from "./error.ts";
import { deleteResource, insertResource, type Kind, kindOperations } from "./kind.ts";
import { changeLabels } from "./labels.ts";
import { link } from "./link.ts";
import { listPage } from "./list.ts";
import { idempotent } from "./operation.ts";
import { demand, demandNetwork, parseName, type Resources } from "./resources.ts";
import { takenRanges } from "./taken-ranges.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
  readonly kind: Kind<Address>;
}

const pathFor = (project = "", address = "") => `projects/${project}/global/addresses/${address}`;

/** Methods on global addresses: ranges reserved for producers, and external addresses as mere records. */
export function addressMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources, kind: addressKind(cloud, resources) };
  return {
    "google.cloud.compute.v1.GlobalAddresses.Insert": idempotent(cloud, (request, call) =>
      insert(context, request, call),
    ),
    "google.cloud.compute.v1.GlobalAddresses.Get": ({ project, address }) =>
      viewAddress(demand(resources.addresses, pathFor(project, address))),
    "google.cloud.compute.v1.GlobalAddresses.List": (request) => {
      const path = pathFor(request.project);
      const found = resources.addresses.list(path).map(([, address]) => viewAddress(address));
      return { kind: "compute#addressList", ...listPage(path.slice(0, -1), found, request) };
    },
    "google.cloud.compute.v1.GlobalAddresses.SetLabels": (request, call) => setLabels(context, request, call),
    "google.cloud.compute.v1.GlobalAddresses.Delete": idempotent(cloud, ({ project, address }, call) =>
      deleteResource(cloud, context.kind, { call, path: pathFor(project, address) }),
    ),
  };
}

/** What the operations on addresses do once their time has passed. */
export function addressOperations(cloud: Cloud, resources: Resources): NonNullable<Api["operations"]> {
  return kindOperations(addressKind(cloud, resources));
}

function insert(
  { cloud, resources, kind }: Context,
  { project = "", addressResource = {} }: InsertGlobalAddressRequest,
  call: Call,
): Operation {
  const { address, description, labels, purpose, ipVersion = "IPV4" } = addressResource;
  const make = (): Address => {
    const range = purpose === "VPC_PEERING" ? parseReserved({ cloud, resources }, project, addressResource) : undefined;
    if (!range && addressResource.addressType === "INTERNAL") {
      throw invalid("resource.purpose", purpose ?? "", "A global internal address must have the purpose VPC_PEERING.");
    }
    const place = range ?? { addressType: "EXTERNAL", ipVersion, networkTier: "PREMIUM" };
    return { description, address, labels, ...place, status: "RESERVING" };
  };
  return insertResource(cloud, kind, { call, path: pathFor(project, parseName(addressResource.name)), make });
}

/** Fields of a range reserved for producers, once they are found good. */
function parseReserved({ cloud, resources }: Omit<Context, "kind">, project: string, sent: Address) {
  const { address, prefixLength } = sent;
  if (!prefixLength) throw required("resource.prefixLength");
  if (prefixLength < 8 || prefixLength > 30) {
    throw invalid("resource.prefixLength", prefixLength, "Must be between 8 and 30.");
  }
  if (!sent.network) throw required("resource.network");
  const network = demandNetwork({ cloud, resources }, sent.network, project);
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

function setLabels({ cloud, kind }: Context, request: SetLabelsGlobalAddressRequest, call: Call): Operation {
  const path = pathFor(request.project, request.resource);
  return changeLabels(cloud, kind, { call, path, sent: request.globalSetLabelsRequestResource });
}
