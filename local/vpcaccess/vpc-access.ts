import { type Api, type Call, handlers, type OperationResource, type RunningOperation } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { LatencyKind } from "../latency.ts";
import type { Subnetwork } from "../model/generated/compute.ts";
import type { Connector, CreateConnectorRequest, VpcAccessMethods } from "../model/generated/vpc-access.ts";
import type { PatchConnectorRequest, VpcAccessPatchMethods } from "../model/generated/vpc-access-patch.ts";
import { toLongrunning } from "../operation.ts";
import { paginate } from "../page.ts";
import type { Collection } from "../store.ts";
import {
  type ConnectorFirewalls,
  createConnectorFirewalls,
  demandFreeRange,
  demandSubnetwork,
  instancePath,
  invalid,
  parseName,
  type StoredConnector,
} from "./connector.ts";
import { parseMachines, throughputOf, toMachines } from "./machines.ts";
import { permissions } from "./permissions.ts";

const host = "vpcaccess.googleapis.com";
const type = (name: string) => `type.googleapis.com/google.cloud.vpcaccess.v1.${name}`;

interface Context {
  readonly cloud: Cloud;
  readonly connectors: Collection<StoredConnector>;
  readonly firewalls: ConnectorFirewalls;
}

/**
 * Serverless VPC Access: connectors, through which Cloud Run reaches a network.
 *
 * @see https://cloud.google.com/vpc/docs/reference/vpcaccess/rest
 */
export function createVpcAccess(cloud: Cloud): Api {
  const connectors: Collection<StoredConnector> = cloud.store.collection("vpcaccess.connectors");
  const context = { cloud, connectors, firewalls: createConnectorFirewalls(cloud) };
  return {
    host,
    permissions,
    methods: {
      ...handlers<VpcAccessPatchMethods>({
        "google.cloud.vpcaccess.rest.Connectors.Patch": (request) => patch(context, request),
      }),
      ...handlers<VpcAccessMethods>({
        "google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector": (request, call) => create(context, request, call),
        "google.cloud.vpcaccess.v1.VpcAccessService.GetConnector": ({ name = "" }) =>
          toConnector(demand(context, name)),
        "google.cloud.vpcaccess.v1.VpcAccessService.ListConnectors": ({ parent = "", pageSize, pageToken }) => {
          const found = connectors.list(`${parent}/connectors/`).map(([, connector]) => connector);
          const limits = { usual: 50, most: 500 };
          const page = paginate(found, { key: ({ name }) => name, size: pageSize, token: pageToken, limits });
          return { connectors: page.items.map(toConnector), nextPageToken: page.nextPageToken };
        },
        "google.cloud.vpcaccess.v1.VpcAccessService.DeleteConnector": ({ name = "" }) => {
          const connector = demandIdle(context, name);
          connectors.put(name, { ...connector, state: "DELETING" });
          return begin(context, {
            kind: "delete",
            name,
            method: "DeleteConnector",
            latency: "vpcaccess.connector.delete",
          });
        },
      }),
    },
    operations: {
      create: (operation) => runCreate(context, operation),
      update: (operation) => runUpdate(context, operation),
      delete: (operation) => runDelete(context, operation),
    },
  };
}

function demand({ connectors }: Context, name: string): StoredConnector {
  const connector = connectors.get(name);
  if (!connector) throw new ApiError({ code: "NOT_FOUND", message: "The connector is not found." });
  return connector;
}

function demandIdle(context: Context, name: string): StoredConnector {
  const connector = demand(context, name);
  if (connector.state === "READY" || connector.state === "ERROR") return connector;
  const message = `Connector ${name} is ${connector.state?.toLowerCase()}; wait until that is over.`;
  throw new ApiError({ code: "FAILED_PRECONDITION", message });
}

interface Begin {
  readonly kind: string;
  readonly name: string;
  readonly method: string;
  readonly latency: LatencyKind;
  readonly input?: JsonObject;
}

function begin({ cloud }: Context, { kind, name, method, latency, input }: Begin): OperationResource {
  const metadata = {
    "@type": type("OperationMetadata"),
    method: `google.cloud.vpcaccess.v1.VpcAccessService.${method}`,
    target: name,
    createTime: cloud.clock.timestamp(),
  };
  const parent = name.split("/").slice(0, 4).join("/");
  return toLongrunning(
    cloud.operations.start({ host, parent, kind, target: name, input: { ...input, name }, metadata, latency }),
  );
}

function create(
  context: Context,
  { parent = "", connectorId = "", connector = {} }: CreateConnectorRequest,
  { principal }: Call,
): OperationResource {
  const name = `${parent}/connectors/${connectorId}`;
  // Google says no more than this about an id that is too long.
  if (!/^[a-z][-a-z0-9]{0,23}[a-z0-9]$/.test(connectorId)) throw invalid("Request contains an invalid argument.");
  if (connector.name) throw invalid("Connector name must not be set.");
  const { project, region } = parseName(name);
  if (context.connectors.get(name)) {
    throw new ApiError({ code: "ALREADY_EXISTS", message: `Requested entity already exists: ${name}` });
  }
  const place = parsePlace(context, { project, region, connector });
  if ("subnetworkPath" in place) {
    const subnetwork = `//compute.googleapis.com/${place.subnetworkPath}`;
    context.cloud.access.demand(principal, "compute.subnetworks.use", subnetwork);
  }
  const instance = instancePath(name, context.cloud.random.fork(name).hex(4));
  const machines = parseMachines(connector);
  context.connectors.put(name, {
    ...place,
    name,
    instancePath: instance,
    state: "CREATING",
    ...machines,
    ...throughputOf(machines),
  });
  return begin(context, { kind: "create", name, method: "CreateConnector", latency: "vpcaccess.connector.create" });
}

interface Wanted {
  readonly project: string;
  readonly region: string;
  readonly connector: Connector;
}

/** Where a connector goes. A subnet wins over a network, which command lines send as `default` without being told. */
function parsePlace({ cloud }: Context, { project, region, connector }: Wanted) {
  const { subnet, network, ipCidrRange } = connector;
  if (subnet?.name) {
    if (ipCidrRange) throw invalid("A connector takes either a subnet or an IP range, not both.");
    if (subnet.name.includes("/")) throw invalid(`Subnet must be given by its bare name, not as ${subnet.name}.`);
    const subnetworkPath = `projects/${subnet.projectId || project}/regions/${region}/subnetworks/${subnet.name}`;
    const found = cloud.store.collection<Subnetwork>("compute.subnetworks").get(subnetworkPath);
    const networkPath = found?.network?.replace(/^.*?\/(?=projects\/)/, "") ?? "";
    return { subnet, subnetworkPath, networkPath, network: networkPath.split("/").at(-1) };
  }
  if (!network || !ipCidrRange) throw invalid("Either a subnet, or a network and an IP range must be given.");
  if (!/^[\d.]+\/28$/.test(ipCidrRange)) throw invalid(`IP range ${ipCidrRange} must be a /28.`);
  const id = network.split("/").at(-1) ?? "";
  const owner = /projects\/([^/]+)\/global/.exec(network)?.[1] ?? project;
  return { network: id, ipCidrRange, networkPath: `projects/${owner}/global/networks/${id}` };
}

function toConnector({
  networkPath: _,
  subnetworkPath: __,
  instancePath: ___,
  ...connector
}: StoredConnector): Connector {
  return connector;
}

/** A connector that could not be set up stays in ERROR under its name until it is deleted. */
async function runCreate(context: Context, operation: RunningOperation): Promise<JsonObject> {
  const connector = demand(context, String(operation.input.name));
  try {
    await operation.latency();
    demandSubnetwork(context.cloud, connector);
    demandNetwork(context, connector);
    demandFreeRange(context.cloud, connector);
  } catch (caught) {
    context.connectors.put(connector.name, { ...connector, state: "ERROR" });
    throw caught;
  }
  const ready = context.connectors.put(connector.name, { ...connector, state: "READY" });
  context.firewalls.open(ready);
  return finish(context, operation, { "@type": type("Connector"), ...toConnector(ready) });
}

function demandNetwork({ cloud }: Context, { networkPath }: StoredConnector): void {
  if (!cloud.store.collection("compute.networks").get(networkPath))
    throw invalid(`Network ${networkPath} was not found.`);
}

function patch(context: Context, { connector = {}, updateMask }: PatchConnectorRequest): OperationResource {
  const present = demandIdle(context, connector.name ?? "");
  if (present.state !== "READY") throw invalid(`Connector ${present.name} is in ERROR: delete it and create it anew.`);
  const machines = toMachines(present, { sent: connector, mask: updateMask });
  context.connectors.put(present.name, { ...present, state: "UPDATING" });
  const latency = "vpcaccess.connector.update";
  return begin(context, {
    kind: "update",
    name: present.name,
    method: "UpdateConnector",
    latency,
    input: { machines },
  });
}

async function runUpdate(context: Context, operation: RunningOperation): Promise<JsonObject> {
  const connector = demand(context, String(operation.input.name));
  await operation.latency().catch((caught: unknown) => {
    context.connectors.put(connector.name, { ...connector, state: "READY" });
    throw caught;
  });
  const updated = { ...connector, ...(operation.input.machines as Connector), state: "READY" } as const;
  context.connectors.put(connector.name, updated);
  return finish(context, operation, { "@type": type("Connector"), ...toConnector(updated) });
}

async function runDelete(context: Context, operation: RunningOperation): Promise<JsonObject> {
  const connector = demand(context, String(operation.input.name));
  await operation.latency().catch((caught: unknown) => {
    context.connectors.put(connector.name, { ...connector, state: "ERROR" });
    throw caught;
  });
  context.connectors.delete(connector.name);
  context.firewalls.close(connector);
  return finish(context, operation, { "@type": "type.googleapis.com/google.protobuf.Empty" });
}

function finish({ cloud }: Context, operation: RunningOperation, response: JsonObject): JsonObject {
  operation.annotate({ endTime: cloud.clock.timestamp() });
  return response;
}
