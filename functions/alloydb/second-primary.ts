import type { AlloyDbClient } from "../../google/clients/alloydb.ts";
import { idOf } from "../../spec/names.ts";
import { StepError } from "../error.ts";
import { unlessDisabled, unlessFailed } from "../waiting.ts";

/**
 * Lets pass a primary that is to be made in a cluster without one. An instance keeps its name for life, so one that is named
 * anew in the spec would be a second one, which AlloyDB refuses after everything else has been changed by then.
 *
 * @throws StepError FAILED_PRECONDITION, reason `IMMUTABLE_FIELD`, naming the one that is there
 */
export async function refuseSecondPrimary(
  { cluster, instance }: { readonly cluster: string; readonly instance: string },
  alloydb: Pick<AlloyDbClient, "listInstances">,
): Promise<void> {
  const present = (await unlessFailed(["NOT_FOUND"], unlessDisabled(alloydb.listInstances(cluster)))) ?? [];
  const primary = present.find(
    ({ name, instanceType, state }) =>
      instanceType === "PRIMARY" && state !== "DELETING" && idOf(name ?? "") !== idOf(instance),
  );
  if (!primary) return;
  const id = idOf(primary.name ?? "");
  throw new StepError({
    code: "FAILED_PRECONDITION",
    reason: "IMMUTABLE_FIELD",
    resource: instance,
    message:
      `${cluster} has the primary ${id}, and AlloyDB lets no cluster have a second one: ` +
      `keep spec.database.instance.name ${id}; or give spec.database.cluster another name as well, for a new cluster beside it ` +
      "with the seed alone; or take the environment down and up again",
  });
}
