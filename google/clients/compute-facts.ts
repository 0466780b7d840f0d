import type { Connect } from "../auth.ts";
import { fetchAll } from "../pages.ts";
import { createRest } from "../rest.ts";
import type { Address, Network, Subnetwork } from "./compute.ts";

const api = "https://compute.googleapis.com/compute/v1";

/** How much of something a project or region may have, and has. */
export interface ComputeQuota {
  /** For example `NETWORKS`. */
  readonly metric?: string;
  readonly limit?: number;
  readonly usage?: number;
}

/** What Compute Engine tells of a project as a whole; nothing is changed. */
export interface ComputeFactsClient {
  /** Quotas of the project, or of one of its regions. */
  readonly getQuotas: (project: string, region?: string) => Promise<readonly ComputeQuota[]>;
  readonly listNetworks: (project: string) => Promise<readonly Network[]>;
  /** Of all regions. */
  readonly listSubnetworks: (project: string) => Promise<readonly Subnetwork[]>;
  readonly listGlobalAddresses: (project: string) => Promise<readonly Address[]>;
}

/** Opens what Compute Engine tells of projects. @see https://cloud.google.com/compute/docs/reference/rest/v1/projects */
export const connectComputeFacts: Connect<ComputeFactsClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  const request = (method: string, path: string) => ({
    method: "GET" as const,
    url: `${api}/${path}`,
    site: { method: `compute.${method}`, resource: path },
  });
  return {
    async getQuotas(project, region) {
      const call =
        region === undefined
          ? request("projects.get", `projects/${project}`)
          : request("regions.get", `projects/${project}/regions/${region}`);
      return (await rest.fetchJson<{ readonly quotas?: readonly ComputeQuota[] }>(call)).quotas ?? [];
    },
    listNetworks: (project) =>
      fetchAll(rest, {
        request: request("networks.list", `projects/${project}/global/networks`),
        field: "items",
      }),
    async listSubnetworks(project) {
      const call = request("subnetworks.aggregatedList", `projects/${project}/aggregated/subnetworks`);
      const { items = {} } = await rest.fetchJson<SubnetworksByRegion>({ ...call, query: { maxResults: 500 } });
      return Object.values(items).flatMap(({ subnetworks = [] }) => subnetworks);
    },
    listGlobalAddresses: (project) =>
      fetchAll(rest, {
        request: request("globalAddresses.list", `projects/${project}/global/addresses`),
        field: "items",
      }),
  };
};

interface SubnetworksByRegion {
  readonly items?: Readonly<Record<string, { readonly subnetworks?: readonly Subnetwork[] }>>;
}
