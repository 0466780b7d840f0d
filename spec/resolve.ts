import { toSeconds } from "./duration.ts";
import { accountEmail, connectorId, derivedId, iamDatabaseUser, idOf, seedAccountId } from "./names.ts";
import type {
  DatabaseSpec,
  EnvironmentFile,
  MachineSpec,
  NetworkSpec,
  PolicySpec,
  ServiceSpec,
  Spec,
  SubnetSpec,
} from "./schema.ts";

type Section = EnvironmentFile["spec"];

/** Ranges that are taken when none are given; they do not overlap. */
const defaultRanges = {
  connector: "192.168.100.0/28",
  direct: "192.168.101.0/26",
  service: "192.168.208.0/20",
};

/** Completes a file into a spec: names that derive from the environment's, ranges, seconds. */
export function resolve({ metadata, spec }: EnvironmentFile): Spec {
  const serviceAccount = spec.identity.serviceAccount ?? derivedId(metadata.name, "-service", 30);
  const environment = metadata.name;
  return {
    name: environment,
    labels: metadata.labels,
    project: spec.project,
    region: spec.region,
    network: resolveNetwork(environment, spec),
    egress: resolveEgress(environment, spec),
    identity: { serviceAccount, seedAccount: seedAccountId(serviceAccount) },
    database: resolveDatabase(environment, spec, accountEmail(spec.project, serviceAccount)),
    service: resolveService(environment, spec),
    policy: resolvePolicy(spec),
    notify: spec.notify,
    tickets: spec.tickets,
  };
}

function resolveNetwork(environment: string, { project, network, egress }: Section): NetworkSpec {
  const existing = network.existing !== undefined;
  const fallback = existing ? undefined : defaultRanges;
  const given = network.subnet && {
    name: network.subnet.name ?? `${environment}-subnet`,
    range: network.subnet.range ?? fallback?.connector,
  };
  return {
    project: network.existing?.split("/")[1] ?? project,
    name: network.existing === undefined ? (network.name ?? `${environment}-vpc`) : idOf(network.existing),
    existing,
    subnets: egress.direct
      ? [...(given ? [given] : []), directSubnet(environment, egress.direct, fallback?.direct)]
      : [given ?? { name: `${environment}-subnet`, range: fallback?.connector }],
    serviceRange: resolveServiceRange(environment, network.serviceRange, existing),
  };
}

function directSubnet(
  environment: string,
  { subnet }: NonNullable<Section["egress"]["direct"]>,
  fallback: string | undefined,
): SubnetSpec {
  return { name: subnet.name ?? `${environment}-egress`, range: subnet.range ?? fallback };
}

function resolveServiceRange(
  environment: string,
  given: Section["network"]["serviceRange"],
  existing: boolean,
): NetworkSpec["serviceRange"] {
  if (existing && !given) return undefined;
  const name = given?.name ?? `${environment}-services`;
  return { name, range: given?.range ?? (existing ? undefined : defaultRanges.service) };
}

function resolveEgress(environment: string, { network, egress }: Section): Spec["egress"] {
  const { traffic, direct, connector } = egress;
  if (direct) return { kind: "direct", traffic, subnet: directSubnet(environment, direct, undefined).name };
  return {
    kind: "connector",
    traffic,
    name: connector?.name ?? connectorId(environment),
    subnet: network.subnet?.name ?? `${environment}-subnet`,
    minInstances: connector?.minInstances ?? 2,
    maxInstances: connector?.maxInstances ?? 3,
    machineType: connector?.machineType ?? "e2-micro",
  };
}

function resolveDatabase(environment: string, { database }: Section, account: string): DatabaseSpec {
  const { instance, readPool, login, seed } = database;
  return {
    cluster: database.cluster ?? `${environment}-cluster`,
    version: database.version,
    instance: {
      name: instance.name ?? `${environment}-primary`,
      ...resolveMachine(instance),
      availability: instance.availability,
      zone: instance.zone,
    },
    readPool: readPool && {
      name: readPool.name ?? `${environment}-read-pool`,
      nodeCount: readPool.nodeCount,
      ...resolveMachine(readPool),
    },
    name: database.name,
    login: { auth: login.auth, user: login.auth === "iam" ? iamDatabaseUser(account) : (login.user ?? "app") },
    seed: { directory: seed.directory, timeoutSeconds: toSeconds(seed.timeout) },
  };
}

function resolveMachine({
  cpuCount,
  machineType,
  flags,
}: Pick<Section["database"]["instance"], "cpuCount" | "machineType" | "flags">): MachineSpec {
  return { cpuCount: cpuCount ?? cpusOf(machineType) ?? 2, machineType, flags };
}

/** vCPUs of a machine type, which its name ends with or carries before its kind of disk. */
export function cpusOf(machineType: string | undefined): number | undefined {
  const cpus = /-highmem-(\d+)/.exec(machineType ?? "")?.[1];
  return cpus === undefined ? undefined : Number(cpus);
}

function resolveService(environment: string, { service }: Section): ServiceSpec {
  const { name, timeout, ...rest } = service;
  return { ...rest, name: name ?? environment, timeoutSeconds: toSeconds(timeout) };
}

function resolvePolicy({ policy }: Section): PolicySpec {
  const { approval, timeToLive, rebuild, protect } = policy;
  const { when, costPerDay, approvers, timeout } = approval;
  return {
    approval: { when, costPerDay, approvers, timeoutSeconds: toSeconds(timeout) },
    timeToLiveSeconds: timeToLive === undefined ? undefined : toSeconds(timeToLive),
    rebuild,
    protect,
  };
}
