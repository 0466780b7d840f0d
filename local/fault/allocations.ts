import { ApiError, errorInfo } from "../error.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Store } from "../store.ts";

/** Something that projects have a limited amount of. */
interface Allocation {
  /** The operation that takes more of it, as `{host}/{kind}`. Without one, the API itself looks at the limit (`demandRoom`). */
  readonly taker?: string;
  /** Where its resources are stored, by name. */
  readonly collection: string;
  /** Whether the limit is one of each region. */
  readonly regional?: true;
  /** How much one resource takes, as it is stored; 1 unless given. */
  readonly amount?: (stored: JsonObject) => number;
  readonly refuse: (excess: Excess) => ApiError;
}

/** A limit that would be exceeded. */
interface Excess {
  readonly metric: string;
  readonly limit: number;
  readonly project: string;
  /** Empty for what is counted over all regions. */
  readonly region: string;
}

/**
 * What a project's quotas can limit, by the names of Google's quotas. Compute refuses inside the operation, the others
 * refuse the call.
 *
 * @see https://cloud.google.com/compute/resource-usage
 */
export const allocations: Readonly<Record<string, Allocation>> = {
  NETWORKS: {
    taker: "compute.googleapis.com/network.insert",
    collection: "compute.networks",
    refuse: exceededOperation,
  },
  SUBNETWORKS: {
    taker: "compute.googleapis.com/subnetwork.insert",
    collection: "compute.subnetworks",
    refuse: exceededOperation,
  },
  FIREWALLS: {
    taker: "compute.googleapis.com/firewall.insert",
    collection: "compute.firewalls",
    refuse: exceededOperation,
  },
  ClustersPerProjectPerRegion: {
    collection: "alloydb.clusters",
    regional: true,
    refuse: exceededCall,
  },
  CPUsPerProjectPerRegion: {
    collection: "alloydb.instances",
    regional: true,
    amount: ({ resource }) => cpusOf(resource),
    refuse: exceededCall,
  },
  ServiceAccountsPerProject: {
    collection: "iam.serviceAccounts",
    refuse: ({ limit }) =>
      new ApiError({
        code: "RESOURCE_EXHAUSTED",
        message: `Maximum number of service accounts on project reached. Maximum is: ${limit}`,
        reason: "rateLimitExceeded",
      }),
  },
  SecretsPerProject: {
    collection: "secretmanager.secrets",
    refuse: exceededCall,
  },
  ServicesPerProjectPerRegion: {
    collection: "run.services",
    regional: true,
    refuse: exceededCall,
  },
  ConcurrentExecutionsPerProjectPerRegion: {
    collection: "workflows.executions",
    regional: true,
    refuse: exceededCall,
  },
};

/** Whether an operation, as `{host}/{kind}`, takes more of something. */
export function takes(metric: string, operation: string): boolean {
  return allocations[metric]?.taker === operation;
}

/** What one more resource, or one that grows, would do to the amount that its project has. */
export interface Taking {
  readonly metric: string;
  readonly limit: number;
  readonly project: string;
  /** Full name of the resource. */
  readonly name: string;
  /** As it would be stored; needed where resources take different amounts. */
  readonly resource?: JsonObject;
}

/** Whether a resource takes more than what is stored under its name. */
export function grows(
  store: Store,
  { metric, name, resource = {} }: Pick<Taking, "metric" | "name" | "resource">,
): boolean {
  const { collection = "", amount = () => 1 } = allocations[metric] ?? {};
  const present = store.collection(collection).get(name);
  return present === undefined || amount(resource) > amount(present);
}

/** The refusal when the project would have more than the limit, as its API says it. */
export function excessOf(store: Store, { metric, limit, project, name, resource = {} }: Taking): ApiError | undefined {
  const allocation = allocations[metric];
  if (!allocation) return undefined;
  const { collection, regional, amount = () => 1, refuse } = allocation;
  const region = regional ? regionOf(name) : "";
  const used = store
    .collection(collection)
    .list()
    .filter(([other, one]) => other !== name && belongs(other, one, { project, region }))
    .reduce((sum, [, one]) => sum + amount(one), 0);
  return used + amount(resource) > limit ? refuse({ metric, limit, project, region }) : undefined;
}

/** Metrics of an API whose operations take what is limited, in the order of the table. */
export function metricsOf(host: string): readonly string[] {
  return Object.keys(allocations).filter((metric) => allocations[metric]?.taker?.startsWith(`${host}/`));
}

/** How much of a metric that is counted over all regions a project has. */
export function usageOf(store: Store, metric: string, project: string): number {
  const { collection = "", amount = () => 1 } = allocations[metric] ?? {};
  return store
    .collection(collection)
    .list()
    .filter(([name, one]) => belongs(name, one, { project, region: "" }))
    .reduce((sum, [, one]) => sum + amount(one), 0);
}

/** Service accounts are kept by e-mail; everything else by a name that says its project. */
function belongs(name: string, { projectId }: JsonObject, { project, region }: { project: string; region: string }) {
  if (!name.startsWith("projects/")) return projectId === project;
  return name.startsWith(`projects/${project}/`) && (region === "" || regionOf(name) === region);
}

function regionOf(name: string): string {
  return /\/(?:locations|regions)\/([^/]+)/.exec(name)?.[1] ?? "";
}

/** A regional instance has a node in reserve. */
function cpusOf(instance: Json | undefined): number {
  if (!isJsonObject(instance)) return 0;
  const { machineConfig, availabilityType, readPoolConfig } = instance;
  const cpus = isJsonObject(machineConfig) ? Number(machineConfig.cpuCount ?? 2) : 2;
  const nodes = isJsonObject(readPoolConfig) ? Number(readPoolConfig.nodeCount ?? 1) : 1;
  return cpus * (availabilityType === "ZONAL" || isJsonObject(readPoolConfig) ? nodes : 2);
}

/** Compute's sentence, with two blanks as Google writes it. */
function exceededOperation({ metric, limit }: Excess): ApiError {
  return new ApiError({
    code: "PERMISSION_DENIED",
    message: `Quota '${metric}' exceeded.  Limit: ${limit.toFixed(1)} globally.`,
    reason: "quotaExceeded",
    details: [errorInfo("quotaExceeded", "compute.googleapis.com", { limitName: `${metric}-per-project` })],
  });
}

function exceededCall({ metric, limit, project, region }: Excess): ApiError {
  const place = region === "" ? "globally" : `in region ${region}`;
  const message = `Quota limit '${metric}' has been exceeded. Limit: ${limit} ${place}.`;
  const description = `Quota '${metric}' exhausted. Limit ${limit} ${place}`;
  return new ApiError({
    code: "RESOURCE_EXHAUSTED",
    message,
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        violations: [{ subject: `project:${project}`, description }],
      },
    ],
  });
}
