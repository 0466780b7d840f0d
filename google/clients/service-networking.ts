import type { Connect } from "../auth.ts";
import { type LongrunningBody, longrunningOperation, type Operation } from "../operation.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://servicenetworking.googleapis.com/v1";
const connections = `${api}/services/servicenetworking.googleapis.com/connections`;

/** A private connection between a network and Google's services. */
export interface Connection {
  /** `projects/{number}/global/networks/{network}`; only the project's number works. */
  readonly network?: string;
  /** Ids of the ranges. */
  readonly reservedPeeringRanges?: readonly string[];
  /** Name of the peering on the network. */
  readonly peering?: string;
}

/**
 * Service Networking. A connection has no name of its own: it is there when it is listed for its network.
 *
 * @see https://cloud.google.com/service-infrastructure/docs/service-networking/reference/rest/v1/services.connections
 */
export interface ServiceNetworkingClient {
  /** @param network `projects/{number}/global/networks/{network}` */
  readonly listConnections: (network: string) => Promise<readonly Connection[]>;
  /** With no ranges: brings back a peering that was removed, with the ranges that it had. */
  readonly createConnection: (connection: Connection) => Promise<Operation>;
  /** Replaces the ranges, also where a leftover of an earlier life of the network holds others. */
  readonly patchConnection: (connection: Connection) => Promise<Operation>;
  /** The operation, not this call, fails with FAILED_PRECONDITION while a producer still uses the connection. */
  readonly deleteConnection: (network: string) => Promise<Operation>;
}

/** Opens Service Networking. */
export const connectServiceNetworking: Connect<ServiceNetworkingClient> = (auth) => (guard) =>
  serviceNetworkingOf(createRest(auth, guard));

function serviceNetworkingOf(rest: Rest): ServiceNetworkingClient {
  const site = (verb: string, network = "") => ({
    method: `servicenetworking.services.connections.${verb}`,
    resource: `connection of ${network}`,
  });
  const operation = async (answer: Promise<LongrunningBody>) => longrunningOperation(api, await answer);
  return {
    listConnections: async (network) => {
      const request = { method: "GET", url: connections, query: { network }, site: site("list", network) } as const;
      return (await rest.fetchJson<{ readonly connections?: readonly Connection[] }>(request)).connections ?? [];
    },
    createConnection: (body) =>
      operation(rest.fetchJson({ method: "POST", url: connections, body, site: site("create", body.network) })),
    patchConnection: (body) =>
      operation(
        rest.fetchJson({
          method: "PATCH",
          url: `${connections}/-`,
          query: { updateMask: "reservedPeeringRanges", force: true },
          body,
          site: site("patch", body.network),
        }),
      ),
    deleteConnection: (network) =>
      operation(
        rest.fetchJson({
          method: "POST",
          url: `${connections}/servicenetworking-googleapis-com`,
          body: { consumerNetwork: network },
          site: site("deleteConnection", network),
        }),
      ),
  };
}
