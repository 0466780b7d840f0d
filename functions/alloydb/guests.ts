import type { AlloyDbClient } from "../../google/clients/alloydb.ts";
import { generationNumber } from "../../plan/generation.ts";
import { idOf, type Ownership } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import { unlessFailed } from "../waiting.ts";
import { instanceCostPerDay, sizeOf } from "./cost.ts";
import { inmatesOf, keptFor } from "./foreign.ts";

/** Whose a cluster is, and what runs have begun to make in it. */
export interface Host {
  readonly ownership: Ownership;
  readonly run: Pick<Run, "begun">;
}

type Tools = Pick<AlloyDbClient, "listInstances" | "listDatabases">;

/** Why a cluster stays: somebody else has an instance or a database in it. Undefined when nothing keeps it. */
export async function whyClusterStays(cluster: string, host: Host, alloydb: Tools): Promise<string | undefined> {
  const { ownership } = host;
  const { foreign } = await inmatesOf(cluster, { ownership }, alloydb);
  if (foreign.length > 0) return keptFor(cluster, { cluster, foreign, ownership });
  return whyDatabasesStay(cluster, { ...host, cluster }, alloydb);
}

/**
 * Why a cluster, or its primary, stays: somebody else has made databases in it, whose rows would not outlive it. Only a primary
 * that is ready tells its databases; one that never became ready has none, and nothing that cannot be asked is kept.
 */
export async function whyDatabasesStay(
  resource: string,
  { cluster, ownership, run }: Host & { readonly cluster: string },
  alloydb: Tools,
): Promise<string | undefined> {
  const { names, database: highest } = run.begun ?? {};
  if (!names || highest === undefined) return undefined;
  const primary = (await alloydb.listInstances(cluster)).find(({ instanceType }) => instanceType === "PRIMARY");
  if (primary?.state !== "READY") return undefined;
  const present = (await unlessFailed(["FAILED_PRECONDITION", "NOT_FOUND"], alloydb.listDatabases(cluster))) ?? [];
  const foreign = present.filter((name) => !isSystems(name) && !isMadeBy(names, highest, name));
  if (foreign.length === 0) return undefined;
  const costPerDay = instanceCostPerDay(`${cluster}/instances/${idOf(primary.name ?? "")}`, sizeOf(primary)).toFixed(2);
  const all = foreign.map((name) => `${cluster}/databases/${name}`).join(", ");
  const statements = foreign.map((name) => `\`DROP DATABASE "${name.replaceAll('"', '""')}"\``);
  const [is, them] = foreign.length === 1 ? ["is", "it"] : ["are", "them"];
  return (
    `${resource} stays: ${all} ${is} not of ${ownership.mark}, and would not outlive it. ` +
    `Meanwhile the primary goes on costing about ${costPerDay} USD a day. ` +
    `Whoever made ${them} saves and drops ${them} (${statements.join(", ")}), and the next sweep goes on`
  );
}

/** Whether a database is a generation of one that a plan names, as far as runs have come: a higher number is somebody else's. */
function isMadeBy(names: readonly string[], highest: number, name: string): boolean {
  return names.some((first) => (generationNumber("database", first, name) ?? Number.POSITIVE_INFINITY) <= highest);
}

/** The database that every cluster has, and AlloyDB's own. */
function isSystems(name: string): boolean {
  return name === "postgres" || /^alloydb[a-z]*$/.test(name);
}
