import type { IamClient, ServiceAccount } from "../google/clients/iam.ts";
import type { ResourceManagerClient } from "../google/clients/resource-manager.ts";
import type { ApiError } from "../google/error.ts";
import { type Binding, editPolicy, type Grant, type Policy, withGrants } from "../google/policy.ts";
import { isUnknownMember } from "./bucket.ts";
import { found, type InstallationChange, policyChange, present } from "./change.ts";
import { persist } from "./eventually.ts";
import { type InstallationAccount, roleName, type Target } from "./installation.ts";
import { installationMark, refuseForeign } from "./ownership.ts";
import { memberOf, reconcile } from "./reconcile.ts";
import { bucketRoles, ensureRole, grantsOf, type RoleClient, roleChange, rolesOf } from "./roles.ts";

/** What making identities works with. */
export interface IdentityClients {
  readonly iam: Pick<IamClient, "getAccount" | "createAccount" | "getAccountPolicy" | "setAccountPolicy">;
  readonly roles: RoleClient;
  readonly resourceManager: Pick<ResourceManagerClient, "getProjectPolicy" | "setProjectPolicy">;
}

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
  const roles = [...accounts.flatMap((account) => rolesOf(project, account)), ...bucketRoles(project)];
  await Promise.all(roles.map((role) => ensureRole(clients.roles, role)));
  const access = {
    get: () => clients.resourceManager.getProjectPolicy(project),
    set: (policy: Policy) => clients.resourceManager.setProjectPolicy(project, policy),
  };
  await persist(isUnknownMember, () => editPolicy(access, projectEdit(target, accounts)));
  await Promise.all(accounts.map((account) => ensureActors(clients.iam, { project, account, accounts })));
}

/** What `ensureIdentities` would make and change. */
export async function planIdentities(
  { iam, roles, resourceManager }: IdentityClients,
  target: Target,
  accounts: readonly InstallationAccount[],
): Promise<readonly InstallationChange[]> {
  const { project } = target;
  const wantedRoles = [...accounts.flatMap((account) => rolesOf(project, account)), ...bucketRoles(project)];
  const [ofAccounts, ofRoles, policy] = await Promise.all([
    Promise.all(accounts.map((account) => planAccount(iam, { project, account, accounts }))),
    Promise.all(wantedRoles.map(async (role) => roleChange(role, await present(roles.getRole(role.name))))),
    present(resourceManager.getProjectPolicy(project)),
  ]);
  const edit = projectEdit(target, accounts);
  return found(ofAccounts.flat(), ...ofRoles, policyChange(`projects/${project}`, policy ?? {}, edit));
}

async function planAccount(iam: IdentityClients["iam"], actors: Actors): Promise<readonly InstallationChange[]> {
  const { project, account } = actors;
  const name = accountName(project, account.email);
  const change = accountChange(account, { project, found: await present(iam.getAccount(name)) });
  const policy = change ? {} : ((await present(iam.getAccountPolicy(name))) ?? {});
  return found(change, policyChange(name, policy, actorsEdit(actors)));
}

/** What `ensureAccount` does to what was found; undefined when nothing. @throws ApiError ALREADY_EXISTS for a foreign one */
function accountChange(
  { email, displayName }: InstallationAccount,
  { project, found: account }: { readonly project: string; readonly found: ServiceAccount | undefined },
): InstallationChange | undefined {
  const name = accountName(project, email);
  if (!account) return { kind: "account", action: "create", resource: name, differences: [`+ ${displayName}`] };
  refuseForeign(account, { project }, { name, method: "iam.projects.serviceAccounts.get" });
  return undefined;
}

async function ensureAccount(
  iam: IdentityClients["iam"],
  project: string,
  account: InstallationAccount,
): Promise<void> {
  const name = accountName(project, account.email);
  if (!accountChange(account, { project, found: await iam.getAccount(name) })) return;
  const displayName = account.displayName.slice(0, 100);
  await iam.createAccount(name, { displayName, description: installationMark(project) });
}

/** An account and all of which some may act as it. */
interface Actors {
  readonly project: string;
  readonly account: InstallationAccount;
  readonly accounts: readonly InstallationAccount[];
}

/** Lets those of our accounts act as this one that declare it, and no other of them. */
async function ensureActors(iam: IdentityClients["iam"], actors: Actors): Promise<void> {
  const name = accountName(actors.project, actors.account.email);
  const access = { get: () => iam.getAccountPolicy(name), set: (policy: Policy) => iam.setAccountPolicy(name, policy) };
  await persist(isYoung, () => editPolicy(access, actorsEdit(actors)));
}

function actorsEdit({ account, accounts }: Actors): (policy: Policy) => Policy {
  const actors = accounts.filter(({ actAs }) => actAs.some((name) => name === account.name));
  const grants = actors.map((actor) => ({ role: "roles/iam.serviceAccountUser", member: memberOf(actor) }));
  return (policy) => reconcile(policy, grants, accounts);
}

/** An account is read as absent for a moment after it was made. */
function isYoung(error: ApiError): boolean {
  return error.code === "NOT_FOUND" || error.code === "PERMISSION_DENIED" || isUnknownMember(error);
}

function projectEdit(target: Target, accounts: readonly InstallationAccount[]): (policy: Policy) => Policy {
  const grants = accounts.flatMap((account) => grantsOf(target, account));
  const members = new Set(accounts.map(memberOf));
  return (policy) => withGrants(withoutOutdated(policy, { project: target.project, grants, members }), grants);
}

interface Wanted {
  readonly project: string;
  readonly grants: readonly Grant[];
  /** Our accounts. */
  readonly members: ReadonlySet<string>;
}

/**
 * An earlier version may have bound our own roles under a condition that lets more through, an account of ours may hold
 * another's role, and one that was deleted by hand stays in its bindings under another name.
 */
function withoutOutdated(policy: Policy, { project, grants, members: ours }: Wanted): Policy {
  const bindings = policy.bindings?.flatMap((binding) => {
    if (!binding.role.startsWith(roleName(project, ""))) return [binding];
    const wanted = grants.filter((grant) => isOf(grant, binding)).map(({ member }) => member);
    if (wanted.length === 0) return [];
    const members = binding.members?.filter(
      (member) => wanted.includes(member) || !(ours.has(member) || member.startsWith("deleted:")),
    );
    if (members?.length === binding.members?.length) return [binding];
    return members && members.length > 0 ? [{ ...binding, members }] : [];
  });
  return { ...policy, bindings };
}

function isOf({ role, condition }: Grant, binding: Binding): boolean {
  return role === binding.role && condition?.expression === binding.condition?.expression;
}

/** Full name of an account. */
function accountName(project: string, email: string): string {
  return `projects/${project}/serviceAccounts/${email}`;
}
