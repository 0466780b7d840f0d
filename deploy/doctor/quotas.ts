import type { ComputeFactsClient, ComputeQuota } from "../../google/clients/compute-facts.ts";
import type { IamRolesClient } from "../../google/clients/iam-roles.ts";
import type { Spec } from "../../spec/schema.ts";
import { present } from "../change.ts";
import { installationAccounts, type Target } from "../installation.ts";
import { isOwn } from "../ownership.ts";
import { installationRoles } from "../roles.ts";
import type { Finding, Note } from "./finding.ts";
import { type Needs, type NeedsClients, needsOf, usualNeeds } from "./needs.ts";

/** What projects have unless Google was asked for more; no API tells it. */
const usualAccounts = 100;
const usualRoles = 300;

/** What looking at quotas works with. */
export interface QuotaClients extends NeedsClients {
  readonly facts: NeedsClients["facts"] & Pick<ComputeFactsClient, "getQuotas">;
  readonly roles: Pick<IamRolesClient, "listRoles">;
}

/** The project, and the spec of the environment that there should be room for, if there is one. */
export interface QuotaTarget extends Target {
  readonly spec?: Spec;
}

/**
 * Looks whether what is yet to be made fits into the quotas of the project and its region: of the environment of a spec and
 * of the installation itself. Without a spec nothing is known to be wanted; that there is no room for one more environment
 * is then good to know, and nothing is wrong with it.
 */
export async function examineQuotas(
  clients: QuotaClients,
  target: QuotaTarget,
): Promise<{ readonly findings: readonly Finding[]; readonly notes: readonly Note[] }> {
  const { project, spec } = target;
  const needs = spec ? await needsOf(clients, spec) : usualNeeds;
  const counted = await Promise.all([countCompute(clients, target, needs), countIam(clients, target, needs)]);
  const counts = counted.flat().map((count) => {
    const wanted = count.ofInstallation + count.ofEnvironment;
    return { count, wanted, needed: spec ? wanted : count.ofInstallation };
  });
  const lacks = ({ limit, usage }: Count, more: number) => more > 0 && usage + more > limit;
  const check = "quotas" as const;
  return {
    findings: counts
      .filter(({ count, needed }) => lacks(count, needed))
      .map(({ count, needed }) => {
        const problem = `${textOf(count)}, and ${needed} more are needed`;
        return { check, resource: `projects/${project}`, problem, command: commandOf(count, project) };
      }),
    notes: counts
      .filter(({ count, wanted, needed }) => lacks(count, wanted) && !lacks(count, needed))
      .map(({ count }) => {
        const text = `${textOf(count)}: there is no room for another environment, which usually takes ${count.ofEnvironment}`;
        return { check, text, way: commandOf(count, project) };
      }),
  };
}

function textOf({ what, usage, limit }: Count): string {
  return `${what}: ${usage} of ${limit} are taken`;
}

function commandOf({ service, id, limit, ofInstallation, ofEnvironment, region }: Count, project: string): string {
  return (
    `gcloud beta quotas preferences create --project=${project} --service=${service}.googleapis.com ` +
    `--quota-id=${id} --preferred-value=${limit + Math.max(ofInstallation + ofEnvironment, 10)}` +
    (region === undefined ? "" : ` --dimensions=region=${region}`)
  );
}

/** Which quotas are not looked at: no API that alloyrun uses tells them. */
export function noteQuotas({ project }: Pick<Target, "project">): readonly Note[] {
  const text =
    "the quotas of AlloyDB (clusters and CPUs of a region) are not looked at, for its API does not tell them";
  return [{ check: "quotas", text, way: `https://console.cloud.google.com/iam-admin/quotas?project=${project}` }];
}

/** How much there is of something, and how much more is wanted. */
interface Count {
  readonly service: "compute" | "iam";
  readonly what: string;
  /** Id of the quota. */
  readonly id: string;
  readonly limit: number;
  readonly usage: number;
  /** How much more the installation needs. */
  readonly ofInstallation: number;
  /** How much more the environment does of the spec, or one of which nothing is known. */
  readonly ofEnvironment: number;
  /** Absent for what is counted over all regions. */
  readonly region?: string;
}

async function countCompute(
  { facts }: QuotaClients,
  { project, region }: QuotaTarget,
  { metrics, cpus }: Needs,
): Promise<readonly Count[]> {
  const [ofProject = [], ofRegion = []] = await Promise.all([
    present(facts.getQuotas(project)),
    present(facts.getQuotas(project, region)),
  ]);
  const count = ({ metric = "", limit = 0, usage = 0 }: ComputeQuota, ofEnvironment = 0) => {
    if (ofEnvironment === 0) return [];
    const service = "compute" as const;
    return [{ service, what: metric, id: idOfMetric(metric), limit, usage, ofInstallation: 0, ofEnvironment }];
  };
  return [
    ...ofProject.flatMap((quota) => count(quota, Reflect.get(metrics, quota.metric ?? ""))),
    ...ofRegion.flatMap((quota) =>
      count(quota, quota.metric === "CPUS" ? cpus : 0).map((one) => ({
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

async function countIam(
  { iam, roles }: QuotaClients,
  { project }: QuotaTarget,
  needs: Needs,
): Promise<readonly Count[]> {
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
      ...{ usage: accounts.length, ofInstallation: wanted.length - ours(accounts), ofEnvironment: needs.accounts },
    },
    {
      ...{ service: "iam", what: "custom roles", id: "CustomRolesPerProject", limit: usualRoles },
      ...{ usage: held.length, ofInstallation: wantedRoles.length - ours(held), ofEnvironment: 0 },
    },
  ];
}
