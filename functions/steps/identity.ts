import { connectIam } from "../../google/clients/iam.ts";
import { connectResourceManager } from "../../google/clients/resource-manager.ts";
import { connectSecretManager } from "../../google/clients/secret-manager.ts";
import { ApiError } from "../../google/error.ts";
import type { Change } from "../../plan/change.ts";
import { type AccountInput, type IdentityInput, type IdentityOutput, identityStep } from "../../plan/steps/identity.ts";
import { done, leave, leftAlone, notYet } from "../answer.ts";
import { creation, deletion } from "../changes.ts";
import type { Pending } from "../contract.ts";
import {
  accountsOf,
  createAccounts,
  lookForAccounts,
  type ObservedAccount,
  readAccounts,
  refuseForeignAccounts,
} from "../identity/account.ts";
import {
  addAllGrants,
  allGrants,
  type GrantClients,
  ownSecretsOf,
  planGrants,
  projectGrants,
  removeGrants,
  secretGrants,
} from "../identity/grants.ts";
import {
  ensureSecrets,
  type ObservedSecret,
  observeSecrets,
  readSecrets,
  secretCostPerDay,
  toSecretChanges,
} from "../identity/secret.ts";
import { isOwn, type Owned } from "../ownership.ts";
import { implementStep } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

/**
 * Makes the two runtime accounts, the empty secrets, and grants: roles on the project, access to just these secrets, and
 * acting as just these accounts.
 *
 * Takes about 45 seconds, because a new account is visible everywhere only some time after it was created. Policies are
 * read, edited and written back under their etag, and only where something is missing, or somebody has let everybody or
 * another of the installation's accounts at what is the environment's own.
 * @see https://cloud.google.com/iam/docs/allow-policies
 */
export const identity = implementStep(
  identityStep,
  { iam: connectIam, resourceManager: connectResourceManager, secretManager: connectSecretManager },
  {
    async plan(input, clients) {
      const accounts = await unlessDisabled(readAccounts(input, clients.iam));
      refuseForeignAccounts(input, accounts ?? []);
      const secrets = await unlessDisabled(observeSecrets(input, clients.secretManager));
      const made = [
        ...toAccountChanges(accounts ?? accountsOf(input).map((wanted) => ({ wanted }))),
        ...toSecretChanges(input, secrets ?? ownSecretsOf(input).map((wanted) => ({ wanted }))),
      ];
      const created = new Set(made.filter(({ action }) => action === "create").map(({ resource }) => resource));
      const granted = await Promise.all(allGrants(input, clients).map((on) => planGrants(on, created)));
      return [...made, ...granted.flat()];
    },

    async ensure(input, clients) {
      const { iam, secretManager } = clients;
      const accounts = await lookForAccounts(input, iam);
      refuseForeignAccounts(input, accounts);
      const secrets = await observeSecrets(input, secretManager);
      await ensureSecrets(input, secrets, secretManager);
      const { created, isVisible } = await createAccounts(input, accounts, iam);
      // What is there and not seen yet was told when it was created.
      const changes = [...created.map(accountCreation), ...toSecretChanges(input, secrets)];
      if (!isVisible) return notVisible(changes);
      try {
        return done(toOutput(input), [...changes, ...(await addAllGrants(allGrants(input, clients)))]);
      } catch (caught) {
        if (saysNotVisible(input, caught)) return notVisible(changes);
        throw caught;
      }
    },

    async planRemoval(input, { iam, secretManager }) {
      const accounts = await readAccounts(input, iam);
      const secrets = await readSecrets(input, secretManager);
      const isOurs = ({ found }: Observed) => found !== undefined && isOwn(found, input.ownership);
      return [...secrets.filter(isOurs).map(secretDeletion), ...accounts.filter(isOurs).map(accountDeletion)];
    },

    async remove(input, clients, { log }) {
      const isOurs = ({ found }: Observed) => !found || isOwn(found, input.ownership);
      const accounts = await readAccounts(input, clients.iam);
      const secrets = await readSecrets(input, clients.secretManager);
      const ours = { accounts: accounts.filter(isOurs), secrets: secrets.filter(isOurs) };
      const members = ours.accounts.map(({ wanted }) => wanted);
      await removeGrants(projectGrants(input, members, clients));
      await Promise.all(grantsOnForeign(input, members, clients).map(removeGrants));
      const foreign = [...secrets, ...accounts].filter((each) => !isOurs(each));
      const left = foreign.map(({ wanted }) => leftAlone(wanted.name, input.ownership));
      return leave(left, log, await deleteAll(ours, clients));
    },
  },
);

/** A secret or an account as it is. */
interface Observed {
  readonly wanted: { readonly name: string };
  readonly found?: Owned;
}

/** What our accounts were granted on the user's secrets; an account of somebody else's keeps what it has. */
function grantsOnForeign(input: IdentityInput, ours: readonly AccountInput[], clients: GrantClients) {
  const members = new Set(ours.map(({ email }) => `serviceAccount:${email}`));
  return input.foreignSecrets.map((secret) => {
    const on = secretGrants(secret, clients);
    return { ...on, grants: on.grants.filter(({ member }) => members.has(member)) };
  });
}

/** Secrets first, so that no policy names an account that is gone. */
async function deleteAll(
  { accounts, secrets }: { readonly accounts: readonly ObservedAccount[]; readonly secrets: readonly ObservedSecret[] },
  { iam, secretManager }: GrantClients,
): Promise<readonly Change[]> {
  const presentSecrets = secrets.filter(({ found }) => found);
  const presentAccounts = accounts.filter(({ found }) => found);
  await Promise.all(presentSecrets.map(({ wanted }) => secretManager.deleteSecret(wanted.name)));
  await Promise.all(presentAccounts.map(({ wanted }) => iam.deleteAccount(wanted.name)));
  return [...presentSecrets.map(secretDeletion), ...presentAccounts.map(accountDeletion)];
}

function secretDeletion({ wanted: { name } }: Observed): Change {
  return deletion(name, { expectedSeconds: 1, costPerDay: -secretCostPerDay });
}

function accountDeletion({ wanted: { name } }: Observed): Change {
  return deletion(name, { expectedSeconds: 1 });
}

function notVisible(changes: readonly Change[]): Pending {
  return notYet({ reason: "the new accounts are not visible everywhere yet", retryAfterSeconds: 10, changes });
}

/**
 * Whether a policy was refused because an account that was just created is not known there yet. The refusal is an
 * INVALID_ARGUMENT without a reason of its own; it names the account.
 */
function saysNotVisible(input: IdentityInput, caught: unknown): boolean {
  if (!(caught instanceof ApiError)) return false;
  if (caught.code !== "INVALID_ARGUMENT" && caught.code !== "NOT_FOUND") return false;
  return accountsOf(input).some(({ email }) => caught.message.includes(email));
}

function toAccountChanges(accounts: readonly ObservedAccount[]): readonly Change[] {
  return accounts.flatMap(({ wanted, found }) => (found ? [] : [accountCreation(wanted)]));
}

function accountCreation({ name }: AccountInput): Change {
  return creation(name, { expectedSeconds: 10 });
}

function toOutput({ serviceAccount, seedAccount, adminSecret, applicationSecret }: IdentityInput): IdentityOutput {
  return {
    serviceAccount: serviceAccount.email,
    seedAccount: seedAccount.email,
    adminSecret: adminSecret.name,
    applicationSecret: applicationSecret?.name,
  };
}
