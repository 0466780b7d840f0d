import type { StorageClient } from "../../google/clients/storage.ts";
import { makesCluster } from "../../plan/generation.ts";
import { inputOf } from "../../plan/step-input.ts";
import type { UnfinishedRebuild } from "../../plan/unfinished.ts";
import type { StoredEnvironment } from "../entry/stored.ts";
import { readPlan } from "../entry/stored-plan.ts";

/**
 * The rebuild of an environment that has not come to its end, and what it may cost beside what serves. None is told where a
 * removal has begun: that takes down what it has made, and tells itself what is left.
 */
export async function viewUnfinished(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  ledger: Pick<StoredEnvironment, "target" | "plans" | "readyPlan" | "removedBy"> | undefined,
): Promise<UnfinishedRebuild | undefined> {
  if (!ledger?.target || ledger.removedBy !== undefined) return undefined;
  const { level, overtaken } = ledger.target;
  const known = { level, ...(overtaken && { overtaken }) };
  const hash = ledger.readyPlan ?? ledger.plans[0];
  if (!makesCluster(level) || hash === undefined) return known;
  const plan = await readPlan(storage, bucket, hash);
  const { clusterCostPerDay = 0 } = inputOf(plan, "retire");
  const costPerDay = Math.round(clusterCostPerDay * 100) / 100;
  return { ...known, ...(costPerDay > 0 && { costPerDay }) };
}
