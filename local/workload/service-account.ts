import type { Principal } from "../access/principal.ts";
import { system } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { ServiceAccount } from "../model/generated/iam-admin.ts";

/** E-mail of the account that workloads of a project run as unless they name another. */
export function defaultAccount(projectNumber: string): string {
  return `${projectNumber}-compute@developer.gserviceaccount.com`;
}

/** E-mail of an account given as such or as `projects/{project}/serviceAccounts/{email}`. */
export function accountEmail(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

/**
 * The principal that a service account's workloads act as.
 *
 * @throws ApiError NOT_FOUND
 */
export async function accountPrincipal(cloud: Cloud, email: string): Promise<Principal> {
  const request = { name: `projects/-/serviceAccounts/${email}` };
  try {
    const account = await cloud.call<ServiceAccount>("google.iam.admin.v1.IAM.GetServiceAccount", request, system());
    return { kind: "serviceAccount", email, uniqueId: account.uniqueId ?? "" };
  } catch (caught) {
    // Every project has its default account, whether somebody has looked at it or not.
    const number = /^(\d+)-compute@developer\.gserviceaccount\.com$/.exec(email)?.[1];
    if (number && cloud.projects.find(number)) return { kind: "serviceAccount", email, uniqueId: number };
    throw caught;
  }
}

/** What `demandActAs` asks about. */
export interface ActAs {
  readonly principal: Principal;
  readonly email: string;
  /** The project of the workload, home of a default account. */
  readonly project: string;
}

/**
 * Demands that the caller may act as a workload's service account and that there is such an account.
 *
 * @throws ApiError PERMISSION_DENIED in both cases, as Google does
 * @see https://cloud.google.com/iam/docs/service-account-permissions#user-role
 */
export async function demandActAs(cloud: Cloud, { principal, email, project }: ActAs): Promise<void> {
  const home = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? project;
  const resource = `//iam.googleapis.com/projects/${home}/serviceAccounts/${email}`;
  const exists = await accountPrincipal(cloud, email).then(
    () => true,
    () => false,
  );
  if (exists && cloud.access.allows(principal, "iam.serviceAccounts.actAs", resource)) return;
  throw new ApiError({
    code: "PERMISSION_DENIED",
    message: `Permission 'iam.serviceaccounts.actAs' denied on service account ${email} (or it may not exist).`,
  });
}
