import type { ComputeFactsClient } from "../../google/clients/compute-facts.ts";
import type { IamClient } from "../../google/clients/iam.ts";
import type { VpcAccessClient } from "../../google/clients/vpc-access.ts";
import { accountEmail } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import { present } from "../change.ts";

/** How much an environment takes of what is counted in a project. */
export interface Needs {
  /** By metric of Compute Engine, over all regions. */
  readonly metrics: Readonly<Record<string, number>>;
  /** CPUs of its region. */
  readonly cpus: number;
  /** Service accounts. */
  readonly accounts: number;
}

/** What tells which parts of an environment stand. */
export interface NeedsClients {
  readonly facts: Pick<ComputeFactsClient, "listNetworks" | "listSubnetworks" | "listGlobalAddresses">;
  readonly iam: Pick<IamClient, "listAccounts">;
  readonly vpcAccess: Pick<VpcAccessClient, "getConnector">;
}

type Connector = Extract<Spec["egress"], { readonly kind: "connector" }>;

/** CPUs of a machine of a connector as quotas count them; without them it fails for want of CPU quota in the region. */
const connectorCpus: Readonly<Record<string, number>> = { "f1-micro": 1, "e2-micro": 2, "e2-standard-4": 4 };

/** What an environment takes whose spec has no more than it must: with the connector that specs have by default. */
export const usualNeeds: Needs = {
  metrics: { NETWORKS: 1, SUBNETWORKS: 1, GLOBAL_INTERNAL_ADDRESSES: 1 },
  cpus: cpusOf({ minInstances: 2, machineType: "e2-micro" }),
  accounts: 2,
};

/** What is yet to be made of the environment of a spec; what bears its names already takes nothing more. */
export async function needsOf(clients: NeedsClients, spec: Spec): Promise<Needs> {
  const [metrics, cpus, accounts] = await Promise.all([
    spec.network.existing ? {} : countNetwork(clients, spec),
    countCpus(clients, spec),
    countAccounts(clients, spec),
  ]);
  return { metrics, cpus, accounts };
}

async function countNetwork({ facts }: NeedsClients, { network, region }: Spec): Promise<Needs["metrics"]> {
  const [networks = [], subnetworks = [], addresses = []] = await Promise.all([
    present(facts.listNetworks(network.project)),
    present(facts.listSubnetworks(network.project)),
    present(facts.listGlobalAddresses(network.project)),
  ]);
  const { serviceRange } = network;
  // A name of a subnetwork counts in its region, and the project's quota over all of them.
  const isOf = (name: string, selfLink = "") => selfLink.endsWith(`/regions/${region}/subnetworks/${name}`);
  const missing = network.subnets.filter(({ name }) => !subnetworks.some(({ selfLink }) => isOf(name, selfLink)));
  return {
    NETWORKS: networks.some(({ name }) => name === network.name) ? 0 : 1,
    SUBNETWORKS: missing.length,
    GLOBAL_INTERNAL_ADDRESSES: serviceRange && !addresses.some(({ name }) => name === serviceRange.name) ? 1 : 0,
  };
}

async function countCpus({ vpcAccess }: NeedsClients, { egress, project, region }: Spec): Promise<number> {
  if (egress.kind !== "connector") return 0;
  const name = `projects/${project}/locations/${region}/connectors/${egress.name}`;
  if (await present(vpcAccess.getConnector(name))) return 0;
  return cpusOf(egress);
}

function cpusOf({ minInstances, machineType }: Pick<Connector, "minInstances" | "machineType">): number {
  return minInstances * (connectorCpus[machineType] ?? 0);
}

async function countAccounts({ iam }: NeedsClients, { project, identity }: Spec): Promise<number> {
  const accounts = (await present(iam.listAccounts(`projects/${project}`))) ?? [];
  const known = new Set(accounts.map(({ email = "" }) => email));
  const wanted = [identity.serviceAccount, identity.seedAccount];
  return wanted.filter((id) => !known.has(accountEmail(project, id))).length;
}
