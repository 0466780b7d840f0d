import type { AlloyDbClient, Instance } from "../../google/clients/alloydb.ts";
import { generationNumber } from "../../plan/generation.ts";
import { pricesOf } from "../../plan/prices.ts";
import { idOf, type Ownership } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import { StepError } from "../error.ts";
import { unlessFailed } from "../waiting.ts";
import { instanceCostPerDay, sizeOf } from "./cost.ts";
import { refuseUntilReady } from "./databases.ts";
import { flagsOf, inmatesOf, keptFor } from "./foreign.ts";

/** Whose a cluster is, and what runs have begun to make in it. */
export interface Host {
  readonly ownership: Ownership;
  readonly run: Pick<Run, "begun">;
}

/** A host with the instances of its cluster as they are now: a deletion lists them itself, once for all that it asks of them. */
interface ListedHost extends Host {
  readonly instances: readonly Instance[];
}

type Tools = Pick<AlloyDbClient, "listDatabases">;

/** Why a cluster stays: somebody else has an instance or a database in it. Undefined when nothing keeps it. */
export async function whyClusterStays(cluster: string, host: ListedHost, alloydb: Tools): Promise<string | undefined> {
  const { ownership, instances } = host;
  const { foreign } = inmatesOf(instances, { ownership });
  if (foreign.length > 0) return keptFor(cluster, { cluster, foreign, ownership });
  return whyDatabasesStay(cluster, { ...host, cluster }, alloydb);
}

/**
 * Why a cluster, or its primary, stays: somebody else has made databases in it, whose rows would not outlive it. Only a primary
 * that is ready tells its databases: one that is stopped stays until it is started, one that Google maintains or repairs is
 * asked again, and one that never became ready or goes anyway keeps nothing, nor does a cluster without any.
 *
 * @throws StepError UNAVAILABLE, retryable, while its databases cannot be told for a reason that passes
 */
export async function whyDatabasesStay(
  resource: string,
  { cluster, ownership, run, instances }: ListedHost & { readonly cluster: string },
  alloydb: Tools,
): Promise<string | undefined> {
  const { names, database: highest } = run.begun ?? {};
  if (!names || highest === undefined) return undefined;
  const observed = instances.find(({ instanceType }) => instanceType === "PRIMARY");
  if (!observed || statesWithoutRows.has(observed.state)) return undefined;
  const name = `${cluster}/instances/${idOf(observed.name ?? "")}`;
  const primary = { name, state: observed.state, costPerDay: instanceCostPerDay(name, sizeOf(observed)).toFixed(2) };
  const host = { cluster, primary, ownership };
  if (primary.state === "STOPPED") return keptUntilStarted(resource, host);
  const present = await databasesOf(cluster, primary, alloydb);
  const foreign = present.filter((each) => !isSystems(each) && !isMadeBy(names, highest, each));
  return foreign.length === 0 ? undefined : keptForDatabases(resource, foreign, host);
}

/** Of a primary that never became ready, or goes already. */
const statesWithoutRows: ReadonlySet<unknown> = new Set(["CREATING", "BOOTSTRAPPING", "FAILED", "DELETING"]);

interface Primary {
  readonly name: string;
  readonly state: unknown;
  /** USD, as people read it. */
  readonly costPerDay: string;
}

interface Kept {
  readonly cluster: string;
  readonly primary: Primary;
  readonly ownership: Ownership;
}

/** The databases of a cluster, by id. A refusal is no answer: rows of somebody else's may be there all the same. */
async function databasesOf(cluster: string, { name, state }: Primary, alloydb: Tools): Promise<readonly string[]> {
  if (state === "READY")
    return (await unlessFailed(["NOT_FOUND"], alloydb.listDatabases(cluster).catch(refuseUntilReady))) ?? [];
  throw new StepError({
    code: "UNAVAILABLE",
    reason: "INSTANCE_NOT_READY",
    resource: name,
    message: `${name} is ${String(state)}: until it is READY, nobody can tell whether somebody else's databases are in it`,
  });
}

/** Stopped, it is paid for by its storage alone, but stays so until a person starts it. */
function keptUntilStarted(resource: string, { cluster, primary, ownership }: Kept): string {
  const { name, costPerDay } = primary;
  const gbMonth = pricesOf(cluster.split("/")[3] ?? "").prices.alloydbStorageGbMonth.toFixed(2);
  const command = `gcloud alloydb instances update ${idOf(name)} ${flagsOf(cluster)} --activation-policy=ALWAYS`;
  return (
    `${resource} stays: ${name} is STOPPED, so nobody can tell whether databases are in it that are not of ` +
    `${ownership.mark} and would not outlive it. Meanwhile its storage goes on costing about ${gbMonth} USD a GB and month. ` +
    `Start it, so that its databases can be told (\`${command}\`, about ${costPerDay} USD a day while it runs), and the next ` +
    "sweep goes on"
  );
}

function keptForDatabases(resource: string, foreign: readonly string[], { cluster, primary, ownership }: Kept): string {
  const all = foreign.map((name) => `${cluster}/databases/${name}`).join(", ");
  const statements = foreign.map((name) => `\`DROP DATABASE "${name.replaceAll('"', '""')}"\``);
  const [is, them] = foreign.length === 1 ? ["is", "it"] : ["are", "them"];
  return (
    `${resource} stays: ${all} ${is} not of ${ownership.mark}, and would not outlive it. ` +
    `Meanwhile the primary goes on costing about ${primary.costPerDay} USD a day. ` +
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
