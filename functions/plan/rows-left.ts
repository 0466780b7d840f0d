import type { StorageClient } from "../../google/clients/storage.ts";
import type { FieldChange } from "../../plan/change.ts";
import { rowsLeftField } from "../../plan/loss.ts";
import { inputOf } from "../../plan/step-input.ts";
import { clusterGenerationId, databaseName, idOf } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import type { StoredEnvironment, StoredPlan } from "../entry/stored.ts";
import { readyPlanOf } from "./ready-plan.ts";

/** A run that may have the environment answer from another database than before. */
export interface Moving {
  readonly bucket: string;
  readonly run: Pick<Run, "action" | "level" | "environment" | "databaseGeneration" | "clusterGeneration">;
  readonly plan: Pick<StoredPlan, "steps">;
  readonly ledger: Pick<StoredEnvironment, "serves" | "readyPlan" | "readyRun"> | undefined;
}

/**
 * Which rows an environment would answer without: where its spec names another cluster, instance or database than the one
 * that it was ready with, that one keeps them, and the other holds the seed alone. Undefined when none are left behind.
 */
export async function rowsLeftBy(
  storage: Pick<StorageClient, "readText">,
  { bucket, run, plan, ledger }: Moving,
): Promise<FieldChange | undefined> {
  const isMade = run.action === "up" || (run.action === "rebuild" && run.level !== "app");
  if (!isMade || !ledger?.serves) return undefined;
  const ready = await readyPlanOf(storage, { bucket, ledger });
  const [before, after] = [ready && homeOf(ready), homeOf(plan)];
  if (!before || !after || (before.instance === after.instance && before.database === after.database)) return undefined;
  const { databaseGeneration: database, clusterGeneration: cluster } = run;
  return rowsLeftField(run.environment, {
    from: nameOf(before, ledger.serves),
    to: nameOf(after, { database, cluster }),
  });
}

/** The database that a plan names, before any rebuild. */
interface Home {
  readonly instance: string;
  readonly database: string;
}

function homeOf(plan: Pick<StoredPlan, "steps">): Home | undefined {
  const { instance } = inputOf(plan, "instance");
  const { database } = inputOf(plan, "seed");
  return instance === undefined || database === undefined ? undefined : { instance, database };
}

/** As people know it: `my-cluster/my-primary/mydb`. */
function nameOf({ instance, database }: Home, generations: NonNullable<StoredEnvironment["serves"]>): string {
  const [cluster = "", id = ""] = instance.split("/instances/");
  const names = [clusterGenerationId(idOf(cluster), generations.cluster), id];
  return [...names, databaseName(database, generations.database)].join("/");
}
