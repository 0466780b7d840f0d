import type { IamClient } from "../../google/clients/iam.ts";
import type { LabelledClient } from "../../google/clients/labelled.ts";
import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import { idOf } from "../../google/name.ts";
import { everybody, type Grant, type Policy, surplusGrants } from "../../google/policy.ts";
import { installationMembers } from "../../plan/members.ts";
import { actorGrants, passwordGrants, runtimeRoles, seedsCondition } from "../../plan/steps/identity.ts";
import { environmentLabel, installationLabel, installationName, secretId, seedAccountId } from "../../spec/names.ts";
import { present } from "../change.ts";
import type { Finding, Note } from "./finding.ts";

/** What is read of environments. */
export interface EnvironmentClients {
  readonly iam: Pick<IamClient, "listAccounts" | "getAccountPolicy">;
  readonly labelled: Pick<LabelledClient, "list">;
  readonly resourceManager: Pick<ResourceManagerClient, "getProjectPolicy">;
  readonly secrets: Pick<SecretManagerClient, "getSecretPolicy">;
}

/** Something that was granted beyond what environments need. */
interface Excess {
  readonly grant: Grant;
  /** Full name of what it was granted on. */
  readonly on: string;
  readonly problem: string;
  /** Beginning of the command that takes it back. */
  readonly remove: string;
  /** Whether people may have meant it. */
  readonly isMeant: boolean;
}

/**
 * Looks for what was granted, beyond what environments need, to their accounts, on those, and on their passwords. What everybody
 * or an account of alloyrun's can do by it, and roles that rule over the project, are found wrong; the rest is noted, for people
 * may have their reasons.
 */
export async function examineEnvironments(
  clients: EnvironmentClients,
  project: string,
): Promise<{ readonly findings: readonly Finding[]; readonly notes: readonly Note[] }> {
  const accounts = await readAccounts(clients.iam, project);
  const excesses = await Promise.all([
    ofProject(clients, project, accounts),
    ...accounts.map((account) => ofAccount(clients, project, account)),
    ofPasswords(clients, project, accounts),
  ]);
  const all = excesses.flat();
  const check = "environments" as const;
  return {
    findings: all
      .filter(({ isMeant }) => !isMeant)
      .map((excess) => ({ check, resource: excess.on, problem: excess.problem, command: commandOf(excess) })),
    notes: all
      .filter(({ isMeant }) => isMeant)
      .map((excess) => ({ check, text: `${excess.on}: ${excess.problem}`, way: commandOf(excess) })),
  };
}

/** A runtime account of an environment. */
interface RuntimeAccount {
  readonly environment: string;
  readonly name: string;
  readonly email: string;
  readonly id: string;
  /** Whether the seed runs as it, and not the service. */
  readonly isSeed: boolean;
}

async function readAccounts(iam: EnvironmentClients["iam"], project: string): Promise<readonly RuntimeAccount[]> {
  const mark = `alloyrun:${installationName(project)}/`;
  const all = (await present(iam.listAccounts(`projects/${project}`))) ?? [];
  const own = all.flatMap(({ name = "", email = "", description = "" }) =>
    description.startsWith(mark)
      ? [{ environment: description.slice(mark.length), name, email, id: email.replace(/@.*/, "") }]
      : [],
  );
  const seeds = new Set(own.map(({ environment, id }) => `${environment}/${seedAccountId(id)}`));
  return own.map((account) => ({ ...account, isSeed: seeds.has(`${account.environment}/${account.id}`) }));
}

/** What the accounts may do in the project. */
async function ofProject(
  { resourceManager }: EnvironmentClients,
  project: string,
  accounts: readonly RuntimeAccount[],
): Promise<readonly Excess[]> {
  if (accounts.length === 0) return [];
  const members = new Map(accounts.map((account) => [memberOf(account), account.environment]));
  const policy = await resourceManager.getProjectPolicy(project);
  const surplus = surplusGrants(policy, [], (member) => members.has(member)).filter((grant) => !isRuntimeGrant(grant));
  return surplus.map((grant) => ({
    grant,
    on: `projects/${project}`,
    problem: `${text(grant)}, which ${members.get(grant.member)} does not need`,
    remove: `gcloud projects remove-iam-policy-binding ${project}`,
    isMeant: !ruling.test(grant.role),
  }));
}

/** Roles by which whoever takes over the application takes over more than its environment. */
const ruling = /^roles\/(owner|editor)$|^roles\/(iam|resourcemanager|secretmanager)\.|admin$/i;

function isRuntimeGrant({ role, condition }: Grant): boolean {
  if (!runtimeRoles.includes(role)) return false;
  return role !== "roles/storage.objectViewer" || condition?.title === seedsCondition;
}

/** Who may act as an account. */
async function ofAccount(
  { iam }: EnvironmentClients,
  project: string,
  account: RuntimeAccount,
): Promise<readonly Excess[]> {
  const policy = (await present(iam.getAccountPolicy(account.name))) ?? {};
  const grants = actorGrants(project, account.isSeed ? "seed" : "service");
  const remove = `gcloud iam service-accounts remove-iam-policy-binding ${account.email} --project=${project}`;
  return excessesOn(policy, grants, { on: account.name, of: account.environment, remove, project, runtime: [] });
}

/** Who may read and change the passwords of environments. */
async function ofPasswords(
  { labelled, secrets }: EnvironmentClients,
  project: string,
  accounts: readonly RuntimeAccount[],
): Promise<readonly Excess[]> {
  const all = (await present(labelled.list(`projects/${project}`, "secrets"))) ?? [];
  const own = all.filter(({ labels }) => labels?.[installationLabel] === installationName(project));
  const excesses = own.map(async ({ name = "", labels }) => {
    const [environment, id] = [labels?.[environmentLabel] ?? "", idOf(name)];
    const holds = passwords.find((each) => secretId(environment, each) === id);
    if (!holds) return [];
    const on = `projects/${project}/secrets/${id}`;
    const its = accounts.filter((account) => account.environment === environment);
    const service = its.find(({ isSeed }) => !isSeed)?.id ?? "";
    const ids = { project, serviceAccount: service, seedAccount: seedAccountId(service) };
    const grants = passwordGrants(ids, holds).flatMap(({ role, members }) =>
      members.map((member) => ({ role, member })),
    );
    const remove = `gcloud secrets remove-iam-policy-binding ${id} --project=${project}`;
    const policy = (await present(secrets.getSecretPolicy(on))) ?? {};
    return excessesOn(policy, grants, { on, of: environment, remove, project, runtime: its.map(memberOf) });
  });
  return (await Promise.all(excesses)).flat();
}

const passwords = ["admin-password", "application-password"] as const;

/** Where a policy is, and whose accounts have no more in it than what they need. */
interface Place extends Pick<Excess, "on" | "remove"> {
  readonly of: string;
  readonly project: string;
  readonly runtime: readonly string[];
}

function excessesOn(
  policy: Policy,
  grants: readonly Grant[],
  { on, of, remove, project, runtime }: Place,
): readonly Excess[] {
  const decided = new Set<string>([...everybody, ...installationMembers(project), ...runtime]);
  // Members that were deleted can do nothing.
  const surplus = surplusGrants(policy, grants, (member) => !member.startsWith("deleted:"));
  return surplus.map((grant) => ({
    ...{ grant, on, remove },
    problem: `${text(grant)}, which ${of} does not need`,
    isMeant: !decided.has(grant.member),
  }));
}

function text({ member, role }: Grant): string {
  return `${member.replace("serviceAccount:", "")} has ${role}`;
}

function commandOf({ grant, remove }: Excess): string {
  const which = grant.condition ? "--all" : "--condition=None";
  return `${remove} --member=${grant.member} --role=${grant.role} ${which}`;
}

function memberOf({ email }: Pick<RuntimeAccount, "email">): string {
  return `serviceAccount:${email}`;
}
