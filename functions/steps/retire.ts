import { type AlloyDbClient, type Cluster, connectAlloyDb } from "../../google/clients/alloydb.ts";
import { connectRunServices, type RunServicesClient } from "../../google/clients/run.ts";
import { connectSecretManager, type SecretManagerClient } from "../../google/clients/secret-manager.ts";
import type { Change } from "../../plan/change.ts";
import { instanceStep } from "../../plan/steps/instance.ts";
import { type RetireInput, type RetireOutput, retireStep } from "../../plan/steps/retire.ts";
import { seedStep } from "../../plan/steps/seed.ts";
import { expectedSeconds, removalSeconds } from "../../spec/expected.ts";
import { databaseName, idOf } from "../../spec/names.ts";
import { adminVersionOf } from "../alloydb/admin-version.ts";
import { type DatabaseServer, dropDatabase, listGenerations } from "../alloydb/databases.ts";
import { inCluster, inGeneration, nameOfCluster, ownClusters } from "../alloydb/generation.ts";
import { done, expecting, notYet, pending } from "../answer.ts";
import { deletion } from "../changes.ts";
import type { StepResponse } from "../contract.ts";
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
  readonly clusters: readonly Cluster[];
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
      const own = (await unlessDisabled(ownClusters(input, clients.alloydb))) ?? [];
      const kept = own.find((cluster) => nameOfCluster(input.cluster, cluster) === target.cluster);
      const server = kept && (await serverOf(target, kept, clients));
      const present = server ? await listGenerations(server, input.database, clients) : [];
      const wanted = databaseName(input.database, run.databaseGeneration);
      // The database that a rebuild makes beside them is not there yet; until it is, one of them serves.
      const databases = present.filter((name) => name !== wanted);
      const losesData = run.action === "rebuild";
      return [
        ...databases.map((name) =>
          deletion(databaseResource(target, name), { dataLoss: losesData, expectedSeconds: expectedSeconds.retire }),
        ),
        ...own.filter((cluster) => cluster !== kept).map((cluster) => clusterDeletion(input, cluster, losesData)),
      ].map((change) => afterGrace(input, change));
    },

    async ensure(input, clients, context) {
      const leftovers = await findLeftovers(input, clients, context);
      if (leftovers.clusters.length + leftovers.databases.length === 0) return done({});
      return (
        (await waitForGrace(input, leftovers, { clients, context })) ?? remove(input, leftovers, { clients, context })
      );
    },

    /** Databases go with their cluster, and clusters of every generation with their own step. */
    remove: async () => done({}),
  },
);

async function findLeftovers(input: RetireInput, clients: Clients, { outputs }: StepContext): Promise<Leftovers> {
  const { instance } = outputOf(instanceStep, outputs);
  const { database } = outputOf(seedStep, outputs);
  const own = await ownClusters(input, clients.alloydb);
  const isServing = (cluster: Cluster) => instance.startsWith(`${nameOfCluster(input.cluster, cluster)}/`);
  const serving = own.find(isServing);
  const server = serving && (await serverOf({ ...input, instance }, serving, clients));
  const databases = server ? await listGenerations(server, input.database, clients) : [];
  return {
    clusters: own.filter((cluster) => !isServing(cluster)),
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
  const names = [...databases, ...clusters.map(({ name }) => idOf(name ?? ""))].join(", ");
  return notYet({ reason: `${names} may still be answering requests`, retryAfterSeconds: left });
}

async function remove(input: RetireInput, leftovers: Leftovers, work: Work): Promise<StepResponse<RetireOutput>> {
  const { clients, context } = work;
  const { clusters, databases, server } = leftovers;
  const losesData = context.run.action === "rebuild";
  for (const name of databases) {
    await context.guard();
    if (server) await dropDatabase(server, name, clients);
  }
  const { instance } = outputOf(instanceStep, context.outputs);
  const dropped = databases.map((name) =>
    deletion(databaseResource({ ...input, instance }, name), { dataLoss: losesData }),
  );
  const going = clusters.filter(({ state }) => state !== "DELETING");
  if (clusters.length === 0) return done({}, dropped);
  if (going.length === 0)
    return notYet({ reason: "a cluster is being deleted", retryAfterSeconds: 10, changes: dropped });
  const names = going.map((cluster) => nameOfCluster(input.cluster, cluster));
  const operations = await Promise.all(
    names.map((name) =>
      clients.alloydb.deleteCluster({ name, requestId: requestIdOf(context.run, "deleteCluster", name) }),
    ),
  );
  return pending({
    operations: operations.map((operation) => expecting(removalSeconds.cluster, operation)),
    reason: `${names.join(", ")} is being deleted`,
    changes: [...dropped, ...going.map((cluster) => clusterDeletion(input, cluster, losesData))],
  });
}

function clusterDeletion(input: RetireInput, cluster: Cluster, dataLoss: boolean): Change {
  const effects = { dataLoss, costPerDay: -input.clusterCostPerDay, expectedSeconds: removalSeconds.cluster };
  return deletion(nameOfCluster(input.cluster, cluster), effects);
}

/** A deletion as it is planned: what served before is kept for a while. */
function afterGrace({ graceSeconds }: RetireInput, change: Change): Change {
  return { ...change, effects: { ...change.effects, expectedSeconds: graceSeconds + change.effects.expectedSeconds } };
}

function databaseResource(input: Pick<RetireInput, "cluster" | "instance">, name: string): string {
  return `${inCluster(input, input.instance.split("/instances/")[0] ?? "").cluster}/databases/${name}`;
}
