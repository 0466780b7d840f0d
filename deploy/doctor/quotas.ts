import type { ComputeFactsClient } from "../../google/clients/compute-facts.ts";
import type { IamClient } from "../../google/clients/iam.ts";
import type { IamRolesClient } from "../../google/clients/iam-roles.ts";
import { present } from "../change.ts";
import { installationAccounts, type Target } from "../installation.ts";
import { isOwn } from "../ownership.ts";
import { installationRoles } from "../roles.ts";
import type { Finding } from "./finding.ts";

/** What a new environment takes of what Compute Engine counts. */
const needs: Readonly<Record<string, number>> = { NETWORKS: 1, SUBNETWORKS: 1 };

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

/** Looks whether one more environment, and the installation itself, fit into the project's quotas. */
export async function examineQuotas(
  { facts, iam, roles }: QuotaClients,
  { project }: Target,
): Promise<readonly Finding[]> {
  const parent = `projects/${project}`;
  const [quotas = [], accounts = [], held = []] = await Promise.all([
    present(facts.getQuotas(project)),
    present(iam.listAccounts(parent)),
    present(roles.listRoles(parent)),
  ]);
  const wanted = installationAccounts(project);
  const wantedRoles = installationRoles(project, wanted);
  const ours = (resources: readonly object[]) => resources.filter((resource) => isOwn(resource, { project })).length;
  const counts = [
    ...quotas.flatMap(({ metric = "", limit = 0, usage = 0 }) => {
      const need = needs[metric];
      const id = `${metric}-per-project`;
      return need === undefined ? [] : [{ service: "compute", what: metric, id, limit, usage, need }];
    }),
    {
      ...{ service: "iam", what: "service accounts", id: "ServiceAccountsPerProject", limit: usualAccounts },
      ...{ usage: accounts.length, need: accountsOfEnvironment + wanted.length - ours(accounts) },
    },
    {
      ...{ service: "iam", what: "custom roles", id: "CustomRolesPerProject", limit: usualRoles },
      ...{ usage: held.length, need: wantedRoles.length - ours(held) },
    },
  ];
  return counts
    .filter(({ limit, usage, need }) => usage + need > limit)
    .map(({ service, what, id, limit, usage, need }) => ({
      check: "quotas",
      resource: parent,
      problem: `${what}: ${usage} of ${limit} are taken, and ${need} more are needed`,
      command:
        `gcloud beta quotas preferences create --project=${project} --service=${service}.googleapis.com ` +
        `--quota-id=${id} --preferred-value=${limit + Math.max(need, 10)}`,
    }));
}
