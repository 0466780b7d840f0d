import type { IamClient } from "../../google/clients/iam.ts";
import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import {
  editPolicy,
  everybody,
  type Grant,
  missingGrants,
  type Policy,
  type PolicyAccess,
  surplusGrants,
  withGrants,
  withoutGrants,
} from "../../google/policy.ts";
import { orAbsent } from "../../google/rest.ts";
import type { Change } from "../../plan/change.ts";
import { installationMembers } from "../../plan/members.ts";
import type { LimitedPermissions } from "../../plan/step.ts";
import { type AccountInput, type IdentityInput, identityStep, type SecretInput } from "../../plan/steps/identity.ts";
import { update } from "../changes.ts";
import { unlessDisabled } from "../waiting.ts";
import { accountsOf } from "./account.ts";

/** A resource, its policy, and what is to be granted on it. */
export interface GrantsOn {
  /** Full name. */
  readonly resource: string;
  readonly policy: PolicyAccess;
  readonly grants: readonly Grant[];
  /** What else is taken; left out, nothing. */
  readonly decided?: Decided;
}

/** Members that hold exactly the grants, as far as roles go that this step may take. */
interface Decided {
  readonly members: readonly string[];
  readonly roles: readonly string[];
}

/** What is needed to grant. */
export interface GrantClients {
  readonly iam: IamClient;
  readonly resourceManager: ResourceManagerClient;
  readonly secretManager: SecretManagerClient;
}

/** What the accounts may do on the project; all in one policy, so that it is written once. */
export function projectGrants(
  { project }: IdentityInput,
  accounts: readonly AccountInput[],
  clients: GrantClients,
): GrantsOn {
  const { resourceManager } = clients;
  return {
    resource: `projects/${project}`,
    policy: {
      get: () => resourceManager.getProjectPolicy(project),
      set: (policy) => resourceManager.setProjectPolicy(project, policy),
    },
    grants: accounts.flatMap(({ email, projectRoles }) =>
      projectRoles.map(({ role, condition }) => ({ role, member: `serviceAccount:${email}`, condition })),
    ),
  };
}

/** Who may act as an account: of the installation's accounts these alone, and whom people added by name. */
function actorGrants({ project }: IdentityInput, { name, actors }: AccountInput, { iam }: GrantClients): GrantsOn {
  return {
    decided: { members: [...installationMembers(project), ...everybody], roles: rolesTakenFrom("actors") },
    resource: name,
    policy: { get: () => iam.getAccountPolicy(name), set: (policy) => iam.setAccountPolicy(name, policy) },
    grants: actors.map((member) => ({ role: "roles/iam.serviceAccountUser", member })),
  };
}

/** Who may read and write a secret. */
export function secretGrants({ name, grants }: SecretInput, { secretManager }: GrantClients): GrantsOn {
  return {
    resource: name,
    policy: {
      get: () => secretManager.getSecretPolicy(name),
      set: (policy) => secretManager.setSecretPolicy(name, policy),
    },
    grants: grants.flatMap(({ role, members }) => members.map((member) => ({ role, member }))),
  };
}

/** The same of a secret that the environment made, which our accounts read and write as declared, and everybody never. */
function ownSecretGrants(input: IdentityInput, secret: SecretInput, clients: GrantClients): GrantsOn {
  const runtime = accountsOf(input).map(({ email }) => `serviceAccount:${email}`);
  const members = [...installationMembers(input.project), ...runtime, ...everybody];
  return { ...secretGrants(secret, clients), decided: { members, roles: rolesTakenFrom("secrets") } };
}

/** The condition of the step's own rights lets it change grants of no other role; `doctor` tells of those. */
function rolesTakenFrom(of: LimitedPermissions["of"]): readonly string[] {
  return identityStep.permissions.limited?.find((limited) => limited.of === of)?.grants ?? [];
}

/** Everything that the input wants granted. */
export function allGrants(input: IdentityInput, clients: GrantClients): readonly GrantsOn[] {
  return [
    projectGrants(input, accountsOf(input), clients),
    ...accountsOf(input).map((account) => actorGrants(input, account, clients)),
    ...ownSecretsOf(input).map((secret) => ownSecretGrants(input, secret, clients)),
    ...input.foreignSecrets.map((secret) => secretGrants(secret, clients)),
  ];
}

/** The secrets that the environment makes. */
export function ownSecretsOf({ adminSecret, applicationSecret }: IdentityInput): readonly SecretInput[] {
  return applicationSecret ? [adminSecret, applicationSecret] : [adminSecret];
}

/**
 * What granting would change; nothing when all is granted.
 *
 * @param created resources that do not exist yet
 */
export async function planGrants(on: GrantsOn, created: ReadonlySet<string>): Promise<readonly Change[]> {
  const policy = created.has(on.resource) ? undefined : await unlessDisabled(on.policy.get());
  return toChanges(on.resource, differenceOf(policy ?? {}, on));
}

/** Grants what is missing everywhere, takes what is too much, and tells both; throws the first refusal when all have been tried. */
export async function addAllGrants(all: readonly GrantsOn[]): Promise<readonly Change[]> {
  const tried = await Promise.allSettled(all.map(addGrants));
  const refused = tried.find((one) => one.status === "rejected");
  if (refused) throw refused.reason;
  return tried.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}

/** Takes the grants back and leaves everybody else's; a resource that is gone has none. */
export async function removeGrants({ policy, grants }: GrantsOn): Promise<void> {
  await orAbsent(editPolicy(policy, (read) => withoutGrants(read, grants)));
}

async function addGrants(on: GrantsOn): Promise<readonly Change[]> {
  let difference: Difference = { missing: [], surplus: [] };
  await editPolicy(on.policy, (read) => {
    difference = differenceOf(read, on);
    const { missing, surplus } = difference;
    return missing.length + surplus.length > 0 ? withGrants(withoutGrants(read, surplus), missing) : read;
  });
  return toChanges(on.resource, difference);
}

interface Difference {
  readonly missing: readonly Grant[];
  readonly surplus: readonly Grant[];
}

function differenceOf(policy: Policy, { grants, decided }: GrantsOn): Difference {
  const surplus = surplusGrants(policy, grants, (member) => decided?.members.includes(member) ?? false);
  return {
    missing: missingGrants(policy, grants),
    surplus: surplus.filter(({ role }) => decided?.roles.includes(role)),
  };
}

function toChanges(resource: string, { missing, surplus }: Difference): readonly Change[] {
  const fields = [
    ...missing.map(({ role, member }) => ({ path: `iamPolicy.${role}`, from: undefined, to: member })),
    ...surplus.map(({ role, member }) => ({ path: `iamPolicy.${role}`, from: member, to: undefined })),
  ];
  return fields.length > 0 ? [update(resource, fields, { expectedSeconds: 30 })] : [];
}
