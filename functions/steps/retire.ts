import { type AlloyDbClient, type Cluster, connectAlloyDb } from "../../google/clients/alloydb.ts";
import { connectRunServices, type RunServicesClient } from "../../google/clients/run.ts";
import { connectSecretManager, type SecretManagerClient } from "../../google/clients/secret-manager.ts";
import { parentOf } from "../../google/name.ts";
import type { Change } from "../../plan/change.ts";
import { generationNumber } from "../../plan/generation.ts";
import { isKept, reasonsKept } from "../../plan/kept.ts";
import { rowLossField } from "../../plan/loss.ts";
import { instanceStep } from "../../plan/steps/instance.ts";
import { type RetireInput, type RetireOutput, retireStep } from "../../plan/steps/retire.ts";
import { seedStep } from "../../plan/steps/seed.ts";
import { expectedSeconds, removalSeconds } from "../../spec/expected.ts";
import { databaseName, idOf } from "../../spec/names.ts";
import { adminVersionOf } from "../alloydb/admin-version.ts";
import { clusterCostPerDay } from "../alloydb/cost.ts";
import { type DatabaseServer, dropDatabase, listGenerations } from "../alloydb/databases.ts";
import { staying } from "../alloydb/foreign.ts";
import { inGeneration, nameOfCluster, ownClusters } from "../alloydb/generation.ts";
import { whyClusterStays } from "../alloydb/guests.ts";
import { done, expecting, notYet, pending } from "../answer.ts";
import { deletion } from "../changes.ts";
import { findReach, type Reach, whyInUse } from "../cloud-run/own-services.ts";
import type { Run, StepResponse } from "../contract.ts";
import { once } from "../once.ts";
import { requestIdOf } from "../request-id.ts";
import { implementStep, outputOf, type StepContext } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

interface Clients {
  readonly alloydb: AlloyDbClient;
  readonly services: RunServicesClient;
  readonly secretManager: SecretManagerClient;
}

/** What is left of other generations. */
interface Leftovers {
  readonly clusters: readonly { readonly cluster: Cluster; readonly change: Change }[];
  /** Clusters that stay, and why. */
  readonly kept: readonly Change[];
  /** By name. */
  readonly databases: readonly string[];
  /** Where the databases are; absent when it cannot be asked. */
  readonly server?: DatabaseServer;
}

/**
 * Ensures that nothing is left of what served before. Takes no time when there is nothing, else as long as a request may
 * take, then some seconds for a database and minutes for a cluster.
 */
export const retire = implementStep(
  retireStep,
  { alloydb: connectAlloyDb, services: connectRunServices, secretManager: connectSecretManager },
  {
    async plan(input, clients, { run }) {
      const target = inGeneration(input, run);
      const judge = judgeOf(input, run, clients);
      const own = (await unlessDisabled(ownClusters(input, clients.alloydb))) ?? [];
      const kept = own.find((cluster) => nameOfCluster(input.cluster, cluster) === target.cluster);
      const server = kept && (await serverOf(target, kept, clients));
      const present = server ? await ownGenerations(server, judge, clients) : [];
      const wanted = databaseName(input.database, run.databaseGeneration);
      // The database that a rebuild makes beside them is not there yet; until it is, one of them serves.
      const databases = present.filter((name) => name !== wanted);
      const clusters = own.filter((cluster) => cluster !== kept);
      const named = databases.map((name) => ({ cluster: target.cluster, name }));
      const ofDatabases = await Promise.all(named.map((each) => databaseDeletion(each, judge, expectedSeconds.retire)));
      const ofClusters = await Promise.all(clusters.map((each) => clusterChange(each, judge, clients)));
      return [...ofDatabases, ...ofClusters].map((change) => afterGrace(input, change));
    },

    async ensure(input, clients, context) {
      const leftovers = await findLeftovers(input, clients, context);
      if (leftovers.clusters.length + leftovers.databases.length === 0) return done({}, leftovers.kept);
      return (
        (await waitForGrace(input, leftovers, { clients, context })) ?? remove(input, leftovers, { clients, context })
      );
    },

    /** Databases go with their cluster, and clusters of every generation with their own step. */
    remove: async () => done({}),
  },
);

/** By what it is decided what goes, and whether rows go with it. */
interface Judge {
  readonly input: RetireInput;
  readonly run: Run;
  /** What requests reach; looked for only when something is about to go. */
  readonly reach: () => Promise<readonly Reach[]>;
}

function judgeOf(input: RetireInput, run: Run, { services }: Clients): Judge {
  return { input, run, reach: once(() => findReach(input, services)) };
}

/** Generations that runs have begun to make: what has a higher number was made by somebody else. */
async function ownGenerations(server: DatabaseServer, { input, run }: Omit<Judge, "reach">, clients: Clients) {
  const present = await listGenerations(server, input.database, clients);
  const highest = run.begun?.database ?? run.databaseGeneration;
  const numberOf = (name: string) => generationNumber("database", input.database, name) ?? Number.POSITIVE_INFINITY;
  return present.filter((name) => numberOf(name) <= highest);
}

/** What is done to a cluster that does not serve: it stays while it holds an instance or a database of somebody else's. */
async function clusterChange(cluster: Cluster, judge: Judge, { alloydb }: Clients): Promise<Change> {
  const { input, run } = judge;
  const name = nameOfCluster(input.cluster, cluster);
  const instances = await alloydb.listInstances(name);
  const host = { ownership: input.ownership, run, instances };
  const kept = cluster.state === "DELETING" ? undefined : await whyClusterStays(name, host, alloydb);
  if (kept !== undefined) return staying(name, kept);
  const number = generationNumber("cluster", idOf(input.cluster), idOf(name));
  const isSpent = run.begun?.spent.some((each) => each.cluster === number && each.database === undefined);
  const costPerDay = -clusterCostPerDay(name, instances);
  const effects = { costPerDay, expectedSeconds: removalSeconds.cluster };
  return losing(deletion(name, effects), judge, { cluster: name, isSpent });
}

async function databaseDeletion(
  { cluster, name }: { readonly cluster: string; readonly name: string },
  judge: Judge,
  expectedSeconds: number,
): Promise<Change> {
  const { input, run } = judge;
  const database = generationNumber("database", input.database, name);
  const inCluster = generationNumber("cluster", idOf(input.cluster), idOf(cluster));
  const isSpent = run.begun?.spent.some((each) => each.cluster === inCluster && each.database === database);
  return losing(deletion(`${cluster}/databases/${name}`, { expectedSeconds }), judge, {
    cluster,
    database: name,
    isSpent,
  });
}

/** What goes, and whether it is known to be spent. */
interface Leftover {
  readonly cluster: string;
  /** The whole cluster when absent. */
  readonly database?: string;
  readonly isSpent: boolean | undefined;
}

/**
 * A rebuild says itself what it replaces; anything else has nobody asked yet about what is not known to be spent, or is reached
 * all the same: what is known was noted before whatever has moved traffic since, by hand or in a run that was cancelled.
 */
async function losing(change: Change, { run, reach }: Judge, leftover: Leftover): Promise<Change> {
  const effects = { ...change.effects, dataLoss: true };
  if (run.action === "rebuild") return { ...change, effects };
  const inUse = whyInUse(await reach(), leftover);
  if (leftover.isSpent && inUse === undefined) return change;
  const why =
    inUse === undefined ? ": it does not serve, and no rebuild is known to have replaced it" : `, though ${inUse}`;
  return { ...change, fields: [rowLossField(`${change.resource} and all rows in it go${why}`)], effects };
}

async function findLeftovers(input: RetireInput, clients: Clients, context: StepContext): Promise<Leftovers> {
  const { outputs, run } = context;
  const { instance } = outputOf(instanceStep, outputs);
  const { database } = outputOf(seedStep, outputs);
  const own = await ownClusters(input, clients.alloydb);
  const isServing = (cluster: Cluster) => instance.startsWith(`${nameOfCluster(input.cluster, cluster)}/`);
  const serving = own.find(isServing);
  const server = serving && (await serverOf({ ...input, instance }, serving, clients));
  const databases = server ? await ownGenerations(server, { input, run }, clients) : [];
  const judge = judgeOf(input, run, clients);
  const changes = await Promise.all(
    own
      .filter((cluster) => !isServing(cluster))
      .map(async (cluster) => ({ cluster, change: await clusterChange(cluster, judge, clients) })),
  );
  const kept = changes.map(({ change }) => change).filter(isKept);
  for (const says of reasonsKept(kept)) context.log("WARNING", says);
  return {
    clusters: changes.filter(({ change }) => !isKept(change)),
    kept,
    databases: databases.filter((name) => name !== database),
    server,
  };
}

/** The database server, if it can be asked. */
async function serverOf(
  { instance, adminSecret }: Pick<RetireInput, "instance" | "adminSecret">,
  cluster: Cluster,
  { alloydb }: Clients,
): Promise<DatabaseServer | undefined> {
  const adminVersion = adminVersionOf(adminSecret, cluster);
  const found = adminVersion === undefined ? undefined : await alloydb.getInstance(instance);
  return found?.state === "READY" && adminVersion !== undefined ? { instance, adminVersion } : undefined;
}

interface Work {
  readonly clients: Clients;
  readonly context: StepContext;
}

/** What served before may still be answering; the service says since when it does not get new requests. */
async function waitForGrace(
  { service, graceSeconds }: RetireInput,
  { clusters, databases }: Leftovers,
  { clients, context }: Work,
): Promise<StepResponse<RetireOutput> | undefined> {
  const { updateTime, terminalCondition } = (await clients.services.getService(service)) ?? {};
  // A change of traffic is written first, and has moved everything only when the service is ready again.
  const times = [updateTime, terminalCondition?.lastTransitionTime];
  const movedAt = Math.max(...times.map((time) => Number(time?.seconds ?? 0)));
  const left = Math.ceil(movedAt + graceSeconds - context.run.now);
  if (left <= 0) return undefined;
  const names = [...databases, ...clusters.map(({ cluster }) => idOf(cluster.name ?? ""))].join(", ");
  return notYet({ reason: `${names} may still be answering requests`, retryAfterSeconds: left });
}

async function remove(input: RetireInput, leftovers: Leftovers, work: Work): Promise<StepResponse<RetireOutput>> {
  const { clients, context } = work;
  const { clusters, databases, server, kept } = leftovers;
  for (const name of databases) {
    await context.guard();
    if (server) await dropDatabase(server, name, clients);
  }
  const { instance } = outputOf(instanceStep, context.outputs);
  const judge = judgeOf(input, context.run, clients);
  const cluster = parentOf(instance);
  const dropped = await Promise.all(databases.map((name) => databaseDeletion({ cluster, name }, judge, 0)));
  const going = clusters.filter(({ cluster }) => cluster.state !== "DELETING");
  if (clusters.length === 0) return done({}, [...dropped, ...kept]);
  if (going.length === 0)
    return notYet({ reason: "a cluster is being deleted", retryAfterSeconds: 10, changes: dropped });
  const names = going.map(({ change }) => change.resource);
  // Its instances are all of our own, and nothing but the cluster's end removes them.
  const operations = await Promise.all(
    names.map((name) =>
      clients.alloydb.deleteCluster({
        name,
        requestId: requestIdOf(context.run, "deleteCluster", name),
        force: true,
      }),
    ),
  );
  return pending({
    operations: operations.map((operation) => expecting(removalSeconds.cluster, operation)),
    reason: `${names.join(", ")} is being deleted`,
    changes: [...dropped, ...going.map(({ change }) => change)],
  });
}

/** A deletion as it is planned: what served before is kept for a while. */
function afterGrace({ graceSeconds }: RetireInput, change: Change): Change {
  if (isKept(change)) return change;
  return { ...change, effects: { ...change.effects, expectedSeconds: graceSeconds + change.effects.expectedSeconds } };
}
