import type { Secret, SecretManagerClient } from "../../google/clients/secret-manager.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import { pricesOf } from "../../plan/prices.ts";
import type { ForeignSecretInput, IdentityInput, SecretInput } from "../../plan/steps/identity.ts";
import { creation, differences, sameLabels, update } from "../changes.ts";
import { StepError } from "../error.ts";
import { refuseForeign } from "../ownership.ts";
import { ownSecretsOf } from "./grants.ts";

/** USD a day: a secret is billed by its versions, of which there is one as a rule, and costs the same in every region. */
export const secretCostPerDay = pricesOf("").prices.secretVersionMonth / 30.4;

/** A secret of the environment's own as it is. */
export interface ObservedSecret {
  readonly wanted: SecretInput;
  readonly found?: Secret;
}

/** Reads the secrets, whoever they belong to. */
export function readSecrets(
  input: IdentityInput,
  secretManager: SecretManagerClient,
): Promise<readonly ObservedSecret[]> {
  return Promise.all(
    ownSecretsOf(input).map(async (wanted) => ({ wanted, found: await secretManager.getSecret(wanted.name) })),
  );
}

/**
 * Reads the secrets.
 *
 * @throws StepError FAILED_PRECONDITION when one belongs to others, or one of the user's that the service reads, or the
 * version of it that the spec names, is missing
 */
export async function observeSecrets(
  input: IdentityInput,
  secretManager: SecretManagerClient,
): Promise<readonly ObservedSecret[]> {
  const [observed] = await Promise.all([
    readSecrets(input, secretManager),
    Promise.all(input.foreignSecrets.map((secret) => requireSecret(secret, secretManager))),
  ]);
  for (const { wanted, found } of observed) if (found) refuseForeign(found, wanted.name, input.ownership);
  return observed;
}

/** Creates the secrets that are missing, empty, and labels those that are there. */
export async function ensureSecrets(
  { ownership }: IdentityInput,
  observed: readonly ObservedSecret[],
  secretManager: SecretManagerClient,
): Promise<void> {
  await Promise.all(
    observed.map(async ({ wanted: { name }, found }) => {
      if (!found) return secretManager.createSecret(name, ownership.labels);
      if (labelChanges(ownership.labels, found).length === 0) return found;
      return secretManager.patchLabels(name, { ...found.labels, ...ownership.labels });
    }),
  );
}

/** What `ensureSecrets` would do. */
export function toSecretChanges(input: IdentityInput, observed: readonly ObservedSecret[]): readonly Change[] {
  return observed.flatMap(({ wanted: { name }, found }) => {
    if (!found) return [creation(name, { expectedSeconds: 1, costPerDay: secretCostPerDay })];
    const fields = labelChanges(input.ownership.labels, found);
    return fields.length > 0 ? [update(name, fields, { expectedSeconds: 1 })] : [];
  });
}

function labelChanges(labels: Readonly<Record<string, string>>, found: Secret): readonly FieldChange[] {
  const field = { path: "labels", wanted: () => labels, observed: () => sameLabels(labels, found.labels) };
  return differences([field], labels, found);
}

/** A revision that cannot read its secret would be refused only when all it stands on has been built. */
async function requireSecret(
  { name, uses = [] }: ForeignSecretInput,
  secretManager: SecretManagerClient,
): Promise<void> {
  if (!(await secretManager.getSecret(name))) {
    const fields = uses.map(({ variable }) => `service.secrets.${variable}`).join(" and ") || "service.secrets";
    const message = `${fields} in the spec: ${name} does not exist; create it with a version first, or name another`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "MISSING_SECRET", resource: name, message });
  }
  await Promise.all(uses.map((use) => requireVersion(name, use, secretManager)));
}

async function requireVersion(
  secret: string,
  { variable, version }: NonNullable<ForeignSecretInput["uses"]>[number],
  secretManager: SecretManagerClient,
): Promise<void> {
  const name = `${secret}/versions/${version}`;
  const state = (await secretManager.getVersion(name))?.state;
  if (state === "ENABLED") return;
  const is = state === undefined ? "does not exist" : `is ${state.toLowerCase()}`;
  const fix = state === "DISABLED" ? "enable it" : "add a version to the secret";
  const message = `service.secrets.${variable} in the spec: ${name} ${is}; ${fix}, or name another version`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "MISSING_SECRET", resource: name, message });
}
