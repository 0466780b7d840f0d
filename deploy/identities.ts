import type { IamClient } from "../google/clients/iam.ts";
import type { CustomRole, IamRolesClient } from "../google/clients/iam-roles.ts";
import type { ResourceManagerClient } from "../google/clients/resource-manager.ts";
import type { ApiError } from "../google/error.ts";
import { type Binding, editPolicy, type Grant, type Policy, withGrants } from "../google/policy.ts";
import { linkKeySecret } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
import { persist } from "./eventually.ts";
import {
  grantsCondition,
  grantsRoleName,
  type InstallationAccount,
  objectsCondition,
  roleName,
  secretCondition,
  secretRoleName,
  secretsCondition,
  type Target,
  uploadsRoleName,
} from "./installation.ts";
import { installationMark, refuseForeign } from "./ownership.ts";
import { memberOf, reconcile } from "./reconcile.ts";

/** What making identities works with. */
export interface IdentityClients {
  readonly iam: IamClient;
  readonly roles: IamRolesClient;
  readonly resourceManager: ResourceManagerClient;
}

/**
 * The permission to change the project's policy comes in a role of its own, bound under the condition that only the
 * listed roles are granted with it.
 */
const policyPermissions = new Set(["resourcemanager.projects.setIamPolicy"]);

/**
 * Ensures every account with a custom role of exactly its permissions, bound in one write of the project's policy.
 *
 * @throws ApiError ALREADY_EXISTS, before anything is granted, for an account of that name that is somebody else's
 */
export async function ensureIdentities(
  clients: IdentityClients,
  target: Target,
  accounts: readonly InstallationAccount[],
): Promise<void> {
  const { project } = target;
  await Promise.all(accounts.map((account) => ensureAccount(clients.iam, project, account)));
  const roles = accounts.flatMap((account) => rolesOf(project, account));
  await Promise.all(roles.map((role) => ensureRole(clients.roles, role)));
  const access = {
    get: () => clients.resourceManager.getProjectPolicy(project),
    set: (policy: Policy) => clients.resourceManager.setProjectPolicy(project, policy),
  };
  const grants = accounts.flatMap((account) => grantsOf(target, account));
  const edit = (policy: Policy) => withGrants(withoutOutdated(policy, project, grants), grants);
  await persist(isUnknownMember, () => editPolicy(access, edit));
  await Promise.all(accounts.map((account) => ensureActors(clients.iam, { project, account, accounts })));
}

async function ensureAccount(
  iam: IamClient,
  project: string,
  { email, displayName }: InstallationAccount,
): Promise<void> {
  const name = accountName(project, email);
  const found = await iam.getAccount(name);
  if (found) refuseForeign(found, { project }, { name, method: "iam.projects.serviceAccounts.get" });
  else
    await iam.createAccount(name, { displayName: displayName.slice(0, 100), description: installationMark(project) });
}

/** Lets those of our accounts act as this one that declare it, and no other of them. */
async function ensureActors(
  iam: IamClient,
  {
    project,
    account,
    accounts,
  }: { project: string; account: InstallationAccount; accounts: readonly InstallationAccount[] },
): Promise<void> {
  const actors = accounts.filter(({ actAs }) => actAs.includes(account.name));
  const name = accountName(project, account.email);
  const grants = actors.map((actor) => ({ role: "roles/iam.serviceAccountUser", member: memberOf(actor) }));
  const access = { get: () => iam.getAccountPolicy(name), set: (policy: Policy) => iam.setAccountPolicy(name, policy) };
  await persist(isYoung, () => editPolicy(access, (policy) => reconcile(policy, grants, accounts)));
}

/** An account is read as absent for a moment after it was made. */
function isYoung(error: ApiError): boolean {
  return error.code === "NOT_FOUND" || error.code === "PERMISSION_DENIED" || isUnknownMember(error);
}

async function ensureRole(
  roles: IamRolesClient,
  role: Required<Pick<CustomRole, "name" | "title" | "includedPermissions">>,
): Promise<void> {
  const { name, ...wanted } = role;
  const found = await roles.getRole(name);
  if (!found) {
    await roles.createRole(name, { ...wanted, stage: "GA" });
    return;
  }
  if (found.deleted) await roles.undeleteRole(name);
  const isSame = sameSet(found.includedPermissions ?? [], wanted.includedPermissions) && found.title === wanted.title;
  if (!isSame) await roles.patchRole(name, { ...wanted, stage: "GA" });
}

function rolesOf(project: string, account: InstallationAccount) {
  const ordinary = account.permissions.filter((permission) => !policyPermissions.has(permission));
  const policy = account.permissions.filter((permission) => policyPermissions.has(permission));
  return [
    { name: roleName(project, account.name), title: `alloyrun ${account.name}`, includedPermissions: ordinary },
    {
      name: grantsRoleName(project, account.name),
      title: `alloyrun ${account.name}: grants of listed roles`,
      includedPermissions: policy,
    },
    {
      name: uploadsRoleName(project, account.name),
      title: `alloyrun ${account.name}: sources of functions`,
      includedPermissions: account.readsUploads.length > 0 ? ["storage.objects.get"] : [],
    },
    {
      name: secretRoleName(project, account.name, "hooks"),
      title: `alloyrun ${account.name}: secrets of webhooks`,
      includedPermissions: account.secrets.readsHooks ? ["secretmanager.versions.access"] : [],
    },
    {
      name: secretRoleName(project, account.name, "linkKey"),
      title: `alloyrun ${account.name}: key of approval links`,
      includedPermissions: [
        ...(account.secrets.readsLinkKey ? ["secretmanager.versions.access"] : []),
        ...(account.secrets.drawsLinkKey ? ["secretmanager.versions.add"] : []),
      ],
    },
  ].filter(({ includedPermissions }) => includedPermissions.length > 0);
}

function grantsOf(target: Target, account: InstallationAccount): Grant[] {
  const { project, projectNumber, region } = target;
  const member = memberOf(account);
  return rolesOf(project, account).flatMap(({ name }): Grant[] => {
    if (name === grantsRoleName(project, account.name)) {
      return [{ role: name, member, condition: grantsCondition(account.grants) }];
    }
    if (name === secretRoleName(project, account.name, "hooks")) {
      return [{ role: name, member, condition: secretsCondition("hooks", "alloyrun-hook-") }];
    }
    if (name === secretRoleName(project, account.name, "linkKey")) {
      return [{ role: name, member, condition: secretCondition("link-key", linkKeySecret) }];
    }
    if (name !== uploadsRoleName(project, account.name)) return [{ role: name, member }];
    return account.readsUploads.map((beginning) => ({
      role: name,
      member,
      condition: objectsCondition(beginning, `${beginning}-${projectNumber}-${region}`),
    }));
  });
}

/** An earlier version may have bound our own roles under a condition that lets more through. */
function withoutOutdated(policy: Policy, project: string, grants: readonly Grant[]): Policy {
  const isWanted = ({ role, condition }: Binding) =>
    grants.some((grant) => grant.role === role && grant.condition?.expression === condition?.expression);
  const isOurs = ({ role }: Binding) => role.startsWith(roleName(project, ""));
  return { ...policy, bindings: policy.bindings?.filter((binding) => !isOurs(binding) || isWanted(binding)) };
}

function accountName(project: string, email: string): string {
  return `projects/${project}/serviceAccounts/${email}`;
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item) => right.includes(item));
}
