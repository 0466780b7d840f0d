import { type Api, type Call, handlers, type OperationResource, type RunningOperation } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { LatencyKind } from "../latency.ts";
import type { Address } from "../model/generated/compute.ts";
import type { Connection, ServiceNetworkingMethods } from "../model/generated/service-networking.ts";
import { toLongrunning } from "../operation.ts";
import type { Random } from "../random.ts";
import { checkProject } from "../server/project.ts";
import { type Connections, createConnections, parseNetwork, toConnection } from "./connection.ts";
import { permissions } from "./permissions.ts";

const host = "servicenetworking.googleapis.com";
const type = "type.googleapis.com/google.cloud.servicenetworking.v1.Connection";

interface Context {
  readonly cloud: Cloud;
  readonly connections: Connections;
  /** Finds the network and lets those pass who have a permission in its project. */
  readonly admit: (network: string, permission: string, call: Call) => string;
}

/**
 * Service Networking v1: the private connection between a network and Google's producers.
 *
 * @see https://cloud.google.com/service-infrastructure/docs/service-networking/reference/rest
 */
export function createServiceNetworking(cloud: Cloud): Api {
  const context: Context = {
    cloud,
    connections: createConnections(cloud),
    admit(network, permission, { principal }) {
      const { project, path } = parseNetwork(cloud, network);
      checkProject({ projects: cloud.projects, api, principal, projectId: project });
      cloud.access.demand(principal, permission, `//cloudresourcemanager.googleapis.com/projects/${project}`);
      return path;
    },
  };
  const api: Api = {
    host,
    permissions,
    methods: handlers<ServiceNetworkingMethods>({
      "google.cloud.servicenetworking.v1.ServicePeeringManager.CreateConnection": (
        { parent = "", connection = {} },
        call,
      ) => {
        const network = context.admit(connection.network ?? "", "servicenetworking.services.addPeering", call);
        return write(context, { kind: "create", network, service: parseService(parent), connection });
      },
      "google.cloud.servicenetworking.v1.ServicePeeringManager.UpdateConnection": (
        { name = "", connection = {}, force },
        call,
      ) => {
        const network = context.admit(connection.network ?? "", "servicenetworking.services.addPeering", call);
        return write(context, { kind: "update", network, service: parseService(name), connection, force });
      },
      "google.cloud.servicenetworking.v1.ServicePeeringManager.ListConnections": (
        { parent = "", network = "" },
        call,
      ) => {
        const path = context.admit(network, "servicenetworking.services.get", call);
        const service = parseService(parent);
        const found = context.connections.list(path).filter((one) => service === "-" || one.service === service);
        return found.length > 0 ? { connections: found.map((one) => toConnection(cloud, one)) } : {};
      },
      "google.cloud.servicenetworking.v1.ServicePeeringManager.DeleteConnection": (
        { name = "", consumerNetwork = "" },
        call,
      ) => {
        const network = context.admit(consumerNetwork, "servicenetworking.services.deleteConnection", call);
        return remove(context, { network, service: parseService(name) });
      },
    }),
    operations: {
      create: (operation) => runCreate(context, operation),
      update: (operation) => runUpdate(context, operation),
      delete: (operation) => runDelete(context, operation),
    },
  };
  return api;
}

/** Host of the producer in `services/{host}` or `services/{host}/connections/{connection}`. */
function parseService(name: string): string {
  return name.split("/")[1] ?? "";
}

interface Write {
  readonly kind: "create" | "update";
  readonly network: string;
  readonly service: string;
  readonly connection: Connection;
  readonly force?: boolean;
}

function write(context: Context, { kind, network, service, connection, force }: Write): OperationResource {
  const ranges = connection.reservedPeeringRanges ?? [];
  demandNetwork(context, network);
  for (const range of ranges) demandRange(context, network, range);
  const present = context.connections.find(network, service);
  if (!present && ranges.length === 0) {
    throw precondition("At least one allocated range must be given for the first connection of a network.");
  }
  const given = present?.reservedPeeringRanges.filter((range) => !ranges.includes(range)) ?? [];
  if (kind === "update" && given.length > 0 && !force) {
    throw precondition(`Allocated ranges ${given.join(", ")} may be in use; set force to remove them.`);
  }
  return begin(context, { kind, network, service, ranges, latency: "servicenetworking.create" });
}

function remove(
  context: Context,
  { network, service }: { readonly network: string; readonly service: string },
): OperationResource {
  if (!context.connections.find(network, service)) {
    const message = `There is no connection of ${service} on network ${network}.`;
    throw new ApiError({ code: "NOT_FOUND", message });
  }
  return begin(context, { kind: "delete", network, service, ranges: [], latency: "servicenetworking.delete" });
}

interface Begin {
  readonly kind: string;
  readonly network: string;
  readonly service: string;
  readonly ranges: readonly string[];
  readonly latency: LatencyKind;
}

/** One change of a network's peerings at a time. */
function begin({ cloud }: Context, { kind, network, service, ranges, latency }: Begin): OperationResource {
  if (cloud.operations.isBusy(host, network)) {
    throw precondition("There is a peering operation in progress on the local or peer network. Try again later.");
  }
  const id = (draws: Random) => `pssn.p24-${draws.hex(12)}-${draws.hex(8)}-${draws.hex(4)}`;
  const input = { network, service, ranges };
  return toLongrunning(cloud.operations.start({ host, parent: "", kind, target: network, input, latency, id }));
}

function demandNetwork({ cloud }: Context, network: string): void {
  if (cloud.store.collection("compute.networks").get(network)) return;
  throw new ApiError({ code: "NOT_FOUND", message: `The resource '${network}' was not found` });
}

/** A range counts once it is reserved: its address is known only then. */
function demandRange({ cloud }: Context, network: string, range: string): void {
  const path = `${network.split("/").slice(0, 2).join("/")}/global/addresses/${range}`;
  const address = cloud.store.collection<Address>("compute.addresses").get(path);
  const isReserved =
    address?.purpose === "VPC_PEERING" && address.status === "RESERVED" && address.network?.endsWith(network);
  if (!isReserved) {
    const message = `Reserved range '${range}' was not found among the allocated ranges of network '${network}'.`;
    throw new ApiError({ code: "NOT_FOUND", message });
  }
}

function parseInput({ input }: RunningOperation) {
  return input as { network: string; service: string; ranges: readonly string[] };
}

/** A connection, even one left by an earlier network of the name, keeps its ranges; none given means those it has. */
async function runCreate(context: Context, operation: RunningOperation): Promise<JsonObject> {
  await operation.latency();
  const { network, service, ranges } = parseInput(operation);
  demandNetwork(context, network);
  const present = context.connections.find(network, service);
  const kept = present?.reservedPeeringRanges ?? [];
  const isSame = ranges.length === kept.length && ranges.every((range) => kept.includes(range));
  if (present && ranges.length > 0 && !isSame) {
    throw precondition("Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection.");
  }
  return connect(context, { network, service, reservedPeeringRanges: ranges.length > 0 ? ranges : kept });
}

async function runUpdate(context: Context, operation: RunningOperation): Promise<JsonObject> {
  await operation.latency();
  const { network, service, ranges } = parseInput(operation);
  demandNetwork(context, network);
  return connect(context, { network, service, reservedPeeringRanges: ranges });
}

function connect({ cloud, connections }: Context, fields: Parameters<Connections["put"]>[0]): JsonObject {
  return { "@type": type, ...toConnection(cloud, connections.put(fields)) };
}

async function runDelete({ connections }: Context, operation: RunningOperation): Promise<JsonObject> {
  await operation.latency();
  const { network, service } = parseInput(operation);
  if (connections.isHeld(network)) {
    throw precondition(
      "Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using this connection.",
    );
  }
  const connection = connections.find(network, service);
  if (connection) connections.delete(connection);
  return { "@type": "type.googleapis.com/google.protobuf.Empty" };
}

function precondition(message: string): ApiError {
  return new ApiError({ code: "FAILED_PRECONDITION", message });
}
