import type { IamClient } from "../../google/clients/iam.ts";
import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import {
  editPolicy,
  type Grant,
  missingGrants,
  type PolicyAccess,
  withGrants,
  withoutGrants,
} from "../../google/policy.ts";
import { orAbsent } from "../../google/rest.ts";
import type { Change } from "../../plan/change.ts";
import type { AccountInput, IdentityInput, SecretInput } from "../../plan/steps/identity.ts";
import { update } from "../changes.ts";
import { unlessDisabled } from "../waiting.ts";
import { accountsOf } from "./account.ts";

/** A resource, its policy, and what is to be granted on it. */
export interface GrantsOn {
  /** Full name. */
  readonly resource: string;
  readonly policy: PolicyAccess;
  readonly grants: readonly Grant[];
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

/** Who may act as an account. */
function actorGrants({ name, actors }: AccountInput, { iam }: GrantClients): GrantsOn {
  return {
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

/** Everything that the input wants granted. */
export function allGrants(input: IdentityInput, clients: GrantClients): readonly GrantsOn[] {
  const secrets = [...ownSecretsOf(input), ...input.foreignSecrets];
  return [
    projectGrants(input, accountsOf(input), clients),
    ...accountsOf(input).map((account) => actorGrants(account, clients)),
    ...secrets.map((secret) => secretGrants(secret, clients)),
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
  return toChanges(on.resource, missingGrants(policy ?? {}, on.grants));
}

/** Grants what is missing everywhere and tells it; throws the first refusal when all have been tried. */
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

async function addGrants({ resource, policy, grants }: GrantsOn): Promise<readonly Change[]> {
  let missing: readonly Grant[] = [];
  await editPolicy(policy, (read) => {
    missing = missingGrants(read, grants);
    return missing.length > 0 ? withGrants(read, missing) : read;
  });
  return toChanges(resource, missing);
}

function toChanges(resource: string, missing: readonly Grant[]): readonly Change[] {
  if (missing.length === 0) return [];
  const fields = missing.map(({ role, member }) => ({ path: `iamPolicy.${role}`, from: undefined, to: member }));
  return [update(resource, fields, { expectedSeconds: 30 })];
}
