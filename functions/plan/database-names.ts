import type { StorageClient } from "../../google/clients/storage.ts";
import type { SeedInput } from "../../plan/steps/seed.ts";
import type { StoredEnvironment, StoredPlan } from "../entry/stored.ts";
import { readPlan } from "../entry/stored-plan.ts";
import { inParts } from "../in-parts.ts";

/**
 * The names that the plans of an environment give to the first database: whatever has another was made by somebody else.
 * Undefined where it is not known what has been made: nothing is taken for somebody else's then.
 */
export async function databaseNames(
  storage: Pick<StorageClient, "readText">,
  {
    bucket,
    plan,
    ledger,
  }: { readonly bucket: string; readonly plan: StoredPlan; readonly ledger: StoredEnvironment | undefined },
): Promise<readonly string[] | undefined> {
  if (!ledger?.made) return undefined;
  const older = ledger.plans.filter((hash) => hash !== plan.hash);
  const names = new Set(nameIn(plan));
  for await (const each of inParts(older, (hash) => readPlan(storage, bucket, hash))) {
    if (!each) return undefined;
    for (const name of nameIn(each)) names.add(name);
  }
  return [...names];
}

function nameIn({ steps }: StoredPlan): readonly string[] {
  const { database } = (steps.find(({ name }) => name === "seed")?.input ?? {}) as Partial<SeedInput>;
  return database === undefined ? [] : [database];
}
