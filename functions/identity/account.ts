import type { IamClient, ServiceAccount } from "../../google/clients/iam.ts";
import type { AccountInput, IdentityInput } from "../../plan/steps/identity.ts";
import { refuseForeign } from "../ownership.ts";
import { unlessFailed } from "../waiting.ts";

/** An account as one reading saw it. Accounts of IAM are read from replicas: a new one is seen here and not there. */
export interface ObservedAccount {
  readonly wanted: AccountInput;
  readonly found?: ServiceAccount;
}

/** Both accounts of the input. */
export function accountsOf(input: IdentityInput): readonly AccountInput[] {
  return [input.serviceAccount, input.seedAccount];
}

/** Reads the accounts, whoever they belong to. */
export function readAccounts(input: IdentityInput, iam: IamClient): Promise<readonly ObservedAccount[]> {
  return Promise.all(accountsOf(input).map(async (wanted) => ({ wanted, found: await iam.getAccount(wanted.name) })));
}

/** The same, taking an account that may not be read as one that is not seen yet: a new one answers so here and there. */
export function lookForAccounts(input: IdentityInput, iam: IamClient): Promise<readonly ObservedAccount[]> {
  return Promise.all(accountsOf(input).map(async (wanted) => ({ wanted, found: await findAccount(wanted, iam) })));
}

/** @throws StepError FAILED_PRECONDITION when one of the accounts belongs to others */
export function refuseForeignAccounts(input: IdentityInput, observed: readonly ObservedAccount[]): void {
  for (const { wanted, found } of observed) if (found) refuseForeign(found, wanted.name, input.ownership);
}

/**
 * Creates what was not seen. An account that is there, yet not visible everywhere, answers PERMISSION_DENIED or nothing
 * when read and ALREADY_EXISTS when created.
 *
 * @returns which were created, and whether all were seen, so that policies may name them
 */
export async function createAccounts(
  input: IdentityInput,
  observed: readonly ObservedAccount[],
  iam: IamClient,
): Promise<{ readonly created: readonly AccountInput[]; readonly isVisible: boolean }> {
  const unseen = observed.filter(({ found }) => !found).map(({ wanted }) => wanted);
  const made = await Promise.all(
    unseen.map(({ name, displayName }) =>
      unlessFailed(["ALREADY_EXISTS"], iam.createAccount(name, { displayName, description: input.ownership.mark })),
    ),
  );
  const created = unseen.filter((_, index) => made[index] !== undefined);
  return { created, isVisible: unseen.length === 0 && (await isSeenAgain(input, iam)) };
}

/** Whether two more readings in a row see both accounts, which is taken as being visible everywhere. */
async function isSeenAgain(input: IdentityInput, iam: IamClient): Promise<boolean> {
  for (const account of [...accountsOf(input), ...accountsOf(input)]) {
    if (!(await findAccount(account, iam))) return false;
  }
  return true;
}

function findAccount({ name }: AccountInput, iam: IamClient): Promise<ServiceAccount | undefined> {
  return unlessFailed(["PERMISSION_DENIED"], iam.getAccount(name));
}
