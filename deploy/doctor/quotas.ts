import type { ComputeFactsClient, ComputeQuota } from "../../google/clients/compute-facts.ts";
import type { IamClient } from "../../google/clients/iam.ts";
import type { IamRolesClient } from "../../google/clients/iam-roles.ts";
import type { Spec } from "../../spec/schema.ts";
import { present } from "../change.ts";
import { installationAccounts, type Target } from "../installation.ts";
import { isOwn } from "../ownership.ts";
import { installationRoles } from "../roles.ts";
import type { Finding, Note } from "./finding.ts";

/** What a new environment takes of what Compute Engine counts in a project. */
const needs: Readonly<Record<string, number>> = { NETWORKS: 1, SUBNETWORKS: 1, GLOBAL_INTERNAL_ADDRESSES: 1 };

/** CPUs of a machine of a connector as quotas count them; without them it fails for want of CPU quota in the region. */
const connectorCpus: Readonly<Record<string, number>> = { "f1-micro": 1, "e2-micro": 2, "e2-standard-4": 4 };

/** Of an environment whose spec is not known: the connector that specs have by default. */
const usualConnector = { kind: "connector", minInstances: 2, machineType: "e2-micro" } as const;

/** Accounts of an environment: its service's and its seed job's. */
const accountsOfEnvironment = 2;

/** What projects have unless Google was asked for more; no API tells it. */
const usualAccounts = 100;
const usualRoles = 300;

/** What looking at quotas works with. */
export interface QuotaClients {
  readonly facts: Pick<ComputeFactsClient, "getQuotas">;
  readonly iam: Pick<IamClient, "listAccounts">;
  readonly roles: Pick<IamRolesClient, "listRoles">;
}

/** The project, and the spec of the environment that there should be room for, if there is one. */
export interface QuotaTarget extends Target {
  readonly spec?: Spec;
}

/** Looks whether one more environment, and the installation itself, fit into the quotas of the project and its region. */
export async function examineQuotas(clients: QuotaClients, target: QuotaTarget): Promise<readonly Finding[]> {
  const { project } = target;
  const counts = (await Promise.all([countCompute(clients, target), countIam(clients, target)])).flat();
  return counts
    .filter(({ limit, usage, need }) => usage + need > limit)
    .map(({ service, what, id, limit, usage, need, region }) => ({
      check: "quotas",
      resource: `projects/${project}`,
      problem: `${what}: ${usage} of ${limit} are taken, and ${need} more are needed`,
      command:
        `gcloud beta quotas preferences create --project=${project} --service=${service}.googleapis.com ` +
        `--quota-id=${id} --preferred-value=${limit + Math.max(need, 10)}` +
        (region === undefined ? "" : ` --dimensions=region=${region}`),
    }));
}

/** Which quotas are not looked at: no API that alloyrun uses tells them. */
export function noteQuotas({ project }: Pick<Target, "project">): readonly Note[] {
  const text =
    "the quotas of AlloyDB (clusters and CPUs of a region) are not looked at, for its API does not tell them";
  return [{ check: "quotas", text, way: `https://console.cloud.google.com/iam-admin/quotas?project=${project}` }];
}

/** How much there is of something, and how much more is needed. */
interface Count {
  readonly service: "compute" | "iam";
  readonly what: string;
  /** Id of the quota. */
  readonly id: string;
  readonly limit: number;
  readonly usage: number;
  readonly need: number;
  /** Absent for what is counted over all regions. */
  readonly region?: string;
}

async function countCompute(
  { facts }: QuotaClients,
  { project, region, spec }: QuotaTarget,
): Promise<readonly Count[]> {
  const [ofProject = [], ofRegion = []] = await Promise.all([
    present(facts.getQuotas(project)),
    present(facts.getQuotas(project, region)),
  ]);
  const count = ({ metric = "", limit = 0, usage = 0 }: ComputeQuota, need = 0) =>
    need === 0 ? [] : [{ service: "compute" as const, what: metric, id: idOfMetric(metric), limit, usage, need }];
  const ownNeeds = spec?.network.existing ? {} : needs;
  return [
    ...ofProject.flatMap((quota) => count(quota, Reflect.get(ownNeeds, quota.metric ?? ""))),
    ...ofRegion.flatMap((quota) =>
      count(quota, quota.metric === "CPUS" ? cpusOf(spec?.egress ?? usualConnector) : 0).map((one) => ({
        ...one,
        what: `${one.what} in ${region}`,
        id: `${one.id}-region`,
        region,
      })),
    ),
  ];
}

/** @see https://cloud.google.com/docs/quotas/reference/rest/v1/projects.locations.quotaPreferences */
function idOfMetric(metric: string): string {
  return `${metric.replaceAll("_", "-")}-per-project`;
}

function cpusOf(egress: Spec["egress"] | typeof usualConnector): number {
  return egress.kind === "connector" ? egress.minInstances * (connectorCpus[egress.machineType] ?? 0) : 0;
}

async function countIam({ iam, roles }: QuotaClients, { project }: QuotaTarget): Promise<readonly Count[]> {
  const parent = `projects/${project}`;
  const [accounts = [], held = []] = await Promise.all([
    present(iam.listAccounts(parent)),
    present(roles.listRoles(parent)),
  ]);
  const wanted = installationAccounts(project);
  const wantedRoles = installationRoles(project, wanted);
  const ours = (resources: readonly object[]) => resources.filter((resource) => isOwn(resource, { project })).length;
  return [
    {
      ...{ service: "iam", what: "service accounts", id: "ServiceAccountsPerProject", limit: usualAccounts },
      ...{ usage: accounts.length, need: accountsOfEnvironment + wanted.length - ours(accounts) },
    },
    {
      ...{ service: "iam", what: "custom roles", id: "CustomRolesPerProject", limit: usualRoles },
      ...{ usage: held.length, need: wantedRoles.length - ours(held) },
    },
  ];
}
