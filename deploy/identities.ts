import type { IamClient, ServiceAccount } from "../google/clients/iam.ts";
import type { ResourceManagerClient } from "../google/clients/resource-manager.ts";
import type { ApiError } from "../google/error.ts";
import { type Binding, editPolicy, everybody, type Grant, type Policy, withGrants } from "../google/policy.ts";
import { isUnknownMember } from "./bucket.ts";
import { found, type InstallationChange, policyChange, present } from "./change.ts";
import { ensureRole, listOwnRoles, planRole, type RoleClient } from "./custom-role.ts";
import { persist } from "./eventually.ts";
import type { InstallationAccount, Target } from "./installation.ts";
import { installationMark, refuseForeign } from "./ownership.ts";
import { memberOf, reconcile } from "./reconcile.ts";
import { grantsOf, installationRoles, type RoleNames, underNames } from "./roles.ts";

/** What making identities works with. */
export interface IdentityClients {
  readonly iam: Pick<
    IamClient,
    "getAccount" | "createAccount" | "enableAccount" | "getAccountPolicy" | "setAccountPolicy"
  >;
  readonly roles: RoleClient;
  readonly resourceManager: Pick<ResourceManagerClient, "getProjectPolicy" | "setProjectPolicy">;
}

/**
 * Ensures every account with a custom role of exactly its permissions, bound in one write of the project's policy, and the
 * roles that are bound in the bucket.
 *
 * @returns what each role is called, by its usual name
 * @throws ApiError ALREADY_EXISTS, before anything is granted, for an account of that name that is somebody else's
 */
export async function ensureIdentities(
  clients: IdentityClients,
  target: Target,
  accounts: readonly InstallationAccount[],
): Promise<RoleNames> {
  const { project } = target;
  await Promise.all(accounts.map((account) => ensureAccount(clients.iam, project, account)));
  const wanted = installationRoles(project, accounts);
  const names = new Map(
    await Promise.all(wanted.map(async (role) => [role.name, await ensureRole(clients.roles, role)] as const)),
  );
  const access = {
    get: () => clients.resourceManager.getProjectPolicy(project),
    set: (policy: Policy) => clients.resourceManager.setProjectPolicy(project, policy),
  };
  const own = await listOwnRoles(clients.roles, project);
  await persist(isUnknownMember, () => editPolicy(access, projectEdit(target, accounts, { names, own })));
  await Promise.all(accounts.map((account) => ensureActors(clients.iam, { project, account, accounts })));
  return names;
}

/** What `ensureIdentities` would make and change, and what it would call the roles. */
export async function planIdentities(
  { iam, roles, resourceManager }: IdentityClients,
  target: Target,
  accounts: readonly InstallationAccount[],
): Promise<{ readonly changes: readonly InstallationChange[]; readonly names: RoleNames }> {
  const { project } = target;
  const wantedRoles = installationRoles(project, accounts);
  const [ofAccounts, ofRoles, own, policy] = await Promise.all([
    Promise.all(accounts.map((account) => planAccount(iam, { project, account, accounts }))),
    Promise.all(wantedRoles.map(async (role) => ({ usual: role.name, ...(await planRole(roles, role)) }))),
    listOwnRoles(roles, project),
    present(resourceManager.getProjectPolicy(project)),
  ]);
  const names = new Map(ofRoles.map(({ usual, name }) => [usual, name]));
  const edit = projectEdit(target, accounts, { names, own });
  const roleChanges = ofRoles.map(({ change }) => change);
  const changes = found(ofAccounts.flat(), ...roleChanges, policyChange(`projects/${project}`, policy ?? {}, edit));
  return { changes, names };
}

async function planAccount(iam: IdentityClients["iam"], actors: Actors): Promise<readonly InstallationChange[]> {
  const { project, account } = actors;
  const name = accountName(project, account.email);
  const change = accountChange(account, { project, found: await present(iam.getAccount(name)) });
  const policy = change?.action === "create" ? {} : ((await present(iam.getAccountPolicy(name))) ?? {});
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
  return account.disabled
    ? { kind: "account", action: "update", resource: name, differences: ["+ enabled"] }
    : undefined;
}

async function ensureAccount(
  iam: IdentityClients["iam"],
  project: string,
  account: InstallationAccount,
): Promise<void> {
  const name = accountName(project, account.email);
  const change = accountChange(account, { project, found: await iam.getAccount(name) });
  if (!change) return;
  if (change.action === "update") return await iam.enableAccount(name);
  const displayName = account.displayName.slice(0, 100);
  await iam.createAccount(name, { displayName, description: installationMark(project) });
}

/** An account and all of which some may act as it. */
interface Actors {
  readonly project: string;
  readonly account: InstallationAccount;
  readonly accounts: readonly InstallationAccount[];
}

/** Lets those of our accounts act as this one that declare it, no other of them, and never everybody. */
async function ensureActors(iam: IdentityClients["iam"], actors: Actors): Promise<void> {
  const name = accountName(actors.project, actors.account.email);
  const access = { get: () => iam.getAccountPolicy(name), set: (policy: Policy) => iam.setAccountPolicy(name, policy) };
  await persist(isYoung, () => editPolicy(access, actorsEdit(actors)));
}

function actorsEdit({ account, accounts }: Actors): (policy: Policy) => Policy {
  const actors = accounts.filter(({ actAs }) => actAs.some((name) => name === account.name));
  const grants = actors.map((actor) => ({ role: "roles/iam.serviceAccountUser", member: memberOf(actor) }));
  return (policy) => reconcile(policy, grants, [...accounts.map(memberOf), ...everybody]);
}

/** An account is read as absent for a moment after it was made. */
function isYoung(error: ApiError): boolean {
  return error.code === "NOT_FOUND" || error.code === "PERMISSION_DENIED" || isUnknownMember(error);
}

/** The installation's roles as they are in the project. */
interface Roles {
  /** What each is called, by its usual name. */
  readonly names: RoleNames;
  /** Names of all that bear the installation's mark, whichever version made them. */
  readonly own: readonly string[];
}

function projectEdit(
  target: Target,
  accounts: readonly InstallationAccount[],
  { names, own }: Roles,
): (policy: Policy) => Policy {
  const usual = accounts.flatMap((account) => grantsOf(target, account));
  const grants = underNames(usual, names);
  // A role that was made a moment ago is not listed everywhere yet.
  const roles = new Set([...own, ...names.values()]);
  const members = new Set(accounts.map(memberOf));
  return (policy) => withGrants(withoutOutdated(policy, { roles, grants, members }), grants);
}

interface Wanted {
  /** Our roles. */
  readonly roles: ReadonlySet<string>;
  readonly grants: readonly Grant[];
  /** Our accounts. */
  readonly members: ReadonlySet<string>;
}

/**
 * Our accounts hold our grants and nothing else on the project: an earlier version may have bound our roles under a condition
 * that lets more through, one of our accounts may hold another's role, and somebody may have given one a role of Google's or
 * their own. An account that was deleted by hand stays in its bindings under another name. What anybody else holds by roles
 * that are not ours is left alone.
 */
function withoutOutdated(policy: Policy, { roles, grants, members: ours }: Wanted): Policy {
  const bindings = policy.bindings?.flatMap((binding) => {
    const isOwnRole = roles.has(binding.role);
    const wanted = grants.filter((grant) => isOf(grant, binding)).map(({ member }) => member);
    if (isOwnRole && wanted.length === 0) return [];
    const isOutdated = (member: string) => ours.has(member) || (isOwnRole && member.startsWith("deleted:"));
    const members = binding.members?.filter((member) => wanted.includes(member) || !isOutdated(member));
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
