import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { createLatencies } from "../latency.ts";
import type { NetworkPeering } from "../model/generated/compute.ts";
import type { Connection } from "../model/generated/service-networking.ts";

/** A connection as `servicenetworking.connections` has it by `{network path}/{service}`. */
export interface StoredConnection {
  /** `projects/{project id}/global/networks/{network}` */
  readonly network: string;
  /** Host of the producer. */
  readonly service: string;
  readonly reservedPeeringRanges: readonly string[];
  /** Clock time at which the peering becomes ACTIVE. */
  readonly activeAt: number;
}

/** What a producer still has in a network; AlloyDB writes these to `servicenetworking.holds`. */
interface ProducerHold {
  readonly network: string;
  /** Clock time in milliseconds; absent while the producer's resource exists. */
  readonly releaseTime?: number;
}

/** The private connections of a local cloud. */
export interface Connections {
  list(network: string): readonly StoredConnection[];
  find(network: string, service: string): StoredConnection | undefined;
  /** Connects (again): the peering becomes ACTIVE a little later. */
  put(connection: Omit<StoredConnection, "activeAt">): StoredConnection;
  delete(connection: StoredConnection): void;
  /** Whether a producer still has something in the network. */
  isHeld(network: string): boolean;
}

/** Opens the connections of a local cloud, and awaits the peerings that were still becoming active. */
export function createConnections(cloud: Cloud): Connections {
  const { clock, store } = cloud;
  const connections = store.collection<StoredConnection>("servicenetworking.connections");
  const peerings = store.collection<NetworkPeering>("compute.peerings");
  const holds = store.collection<ProducerHold>("servicenetworking.holds");
  const draw = createLatencies(cloud);
  const keyOf = ({ network, service }: Pick<StoredConnection, "network" | "service">) => `${network}/${service}`;
  const peeringKey = (connection: StoredConnection) =>
    `${connection.network}/peerings/${peeringName(connection.service)}`;
  for (const [, one] of connections.list()) if (peerings.get(peeringKey(one))?.state === "INACTIVE") activate(one);

  function activate(connection: StoredConnection): void {
    const becoming = clock.sleep(connection.activeAt - clock.now(), { draws: true });
    void becoming.then(() => {
      const isCurrent = connections.get(keyOf(connection)) === connection && peerings.get(peeringKey(connection));
      if (isCurrent) peerings.put(peeringKey(connection), peeringOf(connection, `[${clock.timestamp()}]: Connected.`));
    });
  }

  return {
    list: (network) => connections.list(`${network}/`).map(([, connection]) => connection),
    find: (network, service) => connections.get(`${network}/${service}`),
    put(fields) {
      const present = connections.get(keyOf(fields));
      const isPeered = present !== undefined && peerings.get(peeringKey(present))?.state === "ACTIVE";
      if (isPeered) return connections.put(keyOf(fields), { ...fields, activeAt: present.activeAt });
      const activeAt = clock.now() + draw("servicenetworking.active", keyOf(fields));
      const connection = connections.put(keyOf(fields), { ...fields, activeAt });
      const details = `[${clock.timestamp()}]: Waiting for peer network to connect.`;
      peerings.put(peeringKey(connection), { ...peeringOf(connection, details), state: "INACTIVE" });
      activate(connection);
      return connection;
    },
    delete(connection) {
      connections.delete(keyOf(connection));
      peerings.delete(peeringKey(connection));
    },
    isHeld: (network) =>
      holds
        .list()
        .some(
          ([, hold]) => hold.network === network && (hold.releaseTime === undefined || hold.releaseTime > clock.now()),
        ),
  };
}

/** Name of the peering that a producer's connection shows as on the consumer's network. */
function peeringName(service: string): string {
  return service.replaceAll(".", "-");
}

function peeringOf({ network, service }: StoredConnection, stateDetails: string): NetworkPeering {
  const [, project = ""] = network.split("/");
  return {
    name: peeringName(service),
    network: `https://www.googleapis.com/compute/v1/projects/${project.slice(0, 20)}-tp/global/networks/${service.split(".")[0]}`,
    state: "ACTIVE",
    stateDetails,
    autoCreateRoutes: true,
    exchangeSubnetRoutes: true,
    exportCustomRoutes: false,
    importCustomRoutes: false,
    exportSubnetRoutesWithPublicIp: false,
    importSubnetRoutesWithPublicIp: false,
    stackType: "IPV4_ONLY",
  };
}

/** A connection as the API shows it: with the project's number. */
export function toConnection({ projects }: Cloud, connection: StoredConnection): Connection {
  const [, project = "", ...rest] = connection.network.split("/");
  return {
    network: ["projects", projects.ensure(project).projectNumber, ...rest].join("/"),
    reservedPeeringRanges: connection.reservedPeeringRanges,
    peering: peeringName(connection.service),
    service: `services/${connection.service}`,
  };
}

/**
 * The network path behind `projects/{project number}/global/networks/{network}`. A project's id is refused, as there.
 *
 * @throws ApiError INVALID_ARGUMENT, or PERMISSION_DENIED for a number that no project has
 */
export function parseNetwork({ projects }: Cloud, text: string): { readonly project: string; readonly path: string } {
  const [, number, network] = /^projects\/(\d+)\/global\/networks\/([^/]+)$/.exec(text) ?? [];
  if (!number) {
    const message = `Invalid network '${text}': it must be given as projects/{project number}/global/networks/{network}.`;
    throw new ApiError({ code: "INVALID_ARGUMENT", message });
  }
  const project = projects.find(number)?.projectId;
  if (!project) throw new ApiError({ code: "PERMISSION_DENIED", message: "The caller does not have permission" });
  return { project, path: `projects/${project}/global/networks/${network}` };
}
