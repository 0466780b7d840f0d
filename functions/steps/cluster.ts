import { type AlloyDbClient, type Cluster, connectAlloyDb } from "../../google/clients/alloydb.ts";
import { type ComputeClient, connectCompute } from "../../google/clients/compute.ts";
import { connectSecretManager, type SecretManagerClient } from "../../google/clients/secret-manager.ts";
import { ApiError } from "../../google/error.ts";
import type { Change } from "../../plan/change.ts";
import { pricesOf } from "../../plan/prices.ts";
import { type ClusterInput, type ClusterOutput, clusterStep } from "../../plan/steps/cluster.ts";
import { removalSeconds } from "../../spec/expected.ts";
import { idOf } from "../../spec/names.ts";
import { adminVersionOf, versionAnnotation } from "../alloydb/admin-version.ts";
import { inmatesOf, staying } from "../alloydb/foreign.ts";
import { inGeneration, nameOfCluster, ownClusters } from "../alloydb/generation.ts";
import { whyClusterStays } from "../alloydb/guests.ts";
import { keepPassword } from "../alloydb/password.ts";
import { untilReady } from "../alloydb/settling.ts";
import { done, expecting, held, leave, leftAlone, notYet, pending, together } from "../answer.ts";
import {
  creation,
  deletion,
  differences,
  type MutableField,
  type SomeEffects,
  sameLabels,
  update,
} from "../changes.ts";
import type { Pending, StepResponse } from "../contract.ts";
import { StepError } from "../error.ts";
import { codeOfFailure } from "../failure.ts";
import { peeringName } from "../network/peering.ts";
import { refuseForeign } from "../ownership.ts";
import { requestIdOf } from "../request-id.ts";
import { implementStep, type StepContext } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

interface Clients {
  readonly alloydb: AlloyDbClient;
  readonly secretManager: SecretManagerClient;
  readonly compute: ComputeClient;
}

// biome-ignore format: a table
const mutableFields: readonly MutableField<ClusterInput, Cluster>[] = [
  { path: "labels", wanted: (w) => w.ownership.labels, observed: (o, w) => sameLabels(w.ownership.labels, o.labels) },
];

/**
 * Ensures the AlloyDB cluster. Takes about 20 seconds.
 *
 * @see https://cloud.google.com/alloydb/docs/reference/rest/v1/projects.locations.clusters
 */
export const cluster = implementStep(
  clusterStep,
  { alloydb: connectAlloyDb, secretManager: connectSecretManager, compute: connectCompute },
  {
    async plan(first, { alloydb }, { run }) {
      const input = inGeneration(first, run);
      const observed = await unlessDisabled(alloydb.getCluster(input.cluster));
      if (!observed || observed.state === "FAILED") return [creation(input.cluster, creationEffects(input))];
      refuseUnfit(input, observed);
      const fields = differences(mutableFields, input, observed);
      return fields.length > 0 ? [update(input.cluster, fields, { expectedSeconds: 20 })] : [];
    },

    async ensure(first, clients, context) {
      const input = inGeneration(first, context.run);
      const observed = await clients.alloydb.getCluster(input.cluster);
      if (!observed) return (await awaitPeering(input, clients, context)) ?? create(input, clients, context);
      refuseUnfit(input, observed);
      if (observed.state === "FAILED") return discard(input.cluster, input, { clients, context });
      return untilReady(input.cluster, observed) ?? settle(input, observed, { clients, context });
    },

    async planRemoval(input, { alloydb }, { run }) {
      const own = await ownClusters(input, alloydb);
      const names = own.filter(isThere).map((cluster) => nameOfCluster(input.cluster, cluster));
      const planned = names.map(async (name) => {
        const instances = await alloydb.listInstances(name);
        const kept = await whyClusterStays(name, { ownership: input.ownership, run, instances }, alloydb);
        return kept === undefined ? clusterDeletion(name, input) : staying(name, kept);
      });
      return Promise.all(planned);
    },

    /** Clusters of every generation go: an unfinished rebuild leaves two. */
    async remove(input, clients, context) {
      const own = await ownClusters(input, clients.alloydb);
      const [cluster] = own;
      if (!cluster) {
        const foreign = await clients.alloydb.getCluster(input.cluster);
        return leave(foreign ? [leftAlone(input.cluster, input.ownership)] : [], context.log);
      }
      const there = own.filter(isThere);
      if (there.length > 0) return discardAll(input, there, { clients, context });
      return notYet({ reason: `${nameOfCluster(input.cluster, cluster)} is being deleted`, retryAfterSeconds: 10 });
    },

    /** Without the peering a cluster may be refused by the call or, a moment later, by its operation. */
    mends: (failure, action) => action === "ensure" && codeOfFailure(failure) === "FAILED_PRECONDITION",
  },
);

/** The password is in the secret before the cluster needs it, so that no failure in between loses it. */
async function create(input: ClusterInput, clients: Clients, context: StepContext): Promise<Pending> {
  const { version, value } = await keepPassword(clients.secretManager, input.adminSecret);
  const operation = await clients.alloydb
    .createCluster({
      name: input.cluster,
      requestId: requestIdOf(context.run, "createCluster", input.cluster),
      cluster: {
        ...toCluster(input),
        annotations: { [versionAnnotation]: idOf(version) },
        initialUser: { user: "postgres", password: value },
      },
    })
    .catch((caught: unknown) => waitOrRefuse(input, clients, caught));
  if ("state" in operation) return operation;
  return pending({
    operations: [expecting(20, operation)],
    reason: `${input.cluster} is being created`,
    changes: [creation(input.cluster, creationEffects(input))],
  });
}

function creationEffects(input: ClusterInput): SomeEffects {
  return { expectedSeconds: 20, costPerDay: costOf(input) };
}

function isThere({ state }: Cluster): boolean {
  return state !== "DELETING";
}

function clusterDeletion(name: string, input: ClusterInput): Change {
  return deletion(name, {
    dataLoss: true,
    downtime: true,
    expectedSeconds: removalSeconds.cluster,
    costPerDay: -costOf(input),
  });
}

function costOf(input: ClusterInput): number {
  return clusterStep.costPerDay?.(input, pricesOf(input.cluster.split("/")[3] ?? "").prices) ?? 0;
}

/** Backups outlive their cluster and go on being billed, and both kinds are on unless refused. */
function toCluster({ version, network, allocatedIpRange, ownership }: ClusterInput): Cluster {
  return {
    databaseVersion: toDatabaseVersion(version),
    networkConfig: { network, ...(allocatedIpRange !== undefined && { allocatedIpRange }) },
    automatedBackupPolicy: { enabled: false },
    continuousBackupConfig: { enabled: false },
    labels: { ...ownership.labels },
  };
}

function toDatabaseVersion(version: string) {
  const known = databaseVersions.find((candidate) => candidate === version);
  if (known) return known;
  throw new StepError({
    code: "INVALID_ARGUMENT",
    reason: "BAD_REQUEST",
    message: `AlloyDB has no version ${version}`,
  });
}

const databaseVersions = ["POSTGRES_14", "POSTGRES_15", "POSTGRES_16", "POSTGRES_17", "POSTGRES_18"] as const;

async function settle(
  input: ClusterInput,
  observed: Cluster,
  { clients, context }: { readonly clients: Clients; readonly context: StepContext },
): Promise<StepResponse<ClusterOutput>> {
  const fields = differences(mutableFields, input, observed);
  if (fields.length === 0)
    return done({ cluster: input.cluster, adminVersion: await keptVersionOf(input, observed, clients) });
  const operation = await clients.alloydb.patchCluster({
    cluster: { name: input.cluster, labels: { ...observed.labels, ...input.ownership.labels } },
    updateMask: fields.map(({ path }) => path),
    requestId: requestIdOf(context.run, "patchCluster", input.cluster),
  });
  return pending({
    operations: [expecting(20, operation)],
    reason: `${input.cluster} is being changed`,
    changes: [update(input.cluster, fields, { expectedSeconds: 20 })],
  });
}

async function keptVersionOf(input: ClusterInput, observed: Cluster, { secretManager }: Clients): Promise<string> {
  const recorded = adminVersionOf(input.adminSecret, observed);
  return recorded ?? (await keepPassword(secretManager, input.adminSecret)).version;
}

/**
 * A failed creation leaves a cluster that keeps its name from being used again. Instances and databases of somebody else's
 * keep theirs, and force is used only where some instances of our own are left.
 */
async function discard(
  name: string,
  input: ClusterInput,
  { clients: { alloydb }, context }: { readonly clients: Clients; readonly context: StepContext },
): Promise<Pending> {
  const { ownership } = input;
  const instances = await alloydb.listInstances(name);
  const kept = await whyClusterStays(name, { ownership, run: context.run, instances }, alloydb);
  if (kept !== undefined) return held(kept);
  const { own } = inmatesOf(instances, { ownership });
  const requestId = requestIdOf(context.run, "deleteCluster", name);
  const operation = await alloydb.deleteCluster({ name, requestId, force: own.length > 0 });
  return pending({
    operations: [expecting(removalSeconds.cluster, operation)],
    reason: `${name} is being deleted`,
    changes: [clusterDeletion(name, input)],
  });
}

async function discardAll(
  input: ClusterInput,
  clusters: readonly Cluster[],
  work: { readonly clients: Clients; readonly context: StepContext },
): Promise<Pending> {
  const names = clusters.map((cluster) => nameOfCluster(input.cluster, cluster));
  return together(await Promise.all(names.map((name) => discard(name, input, work))));
}

/** After an operation that failed, nothing is created again before the network is connected. */
async function awaitPeering(
  input: ClusterInput,
  { compute }: Clients,
  { failures, failedOperations }: StepContext,
): Promise<Pending | undefined> {
  if (failedOperations === 0 || (await isConnected(input, compute))) return undefined;
  const [failure] = failures;
  return waitsForPeering(input, failure?.message ?? "an operation of this run failed without it");
}

/**
 * The answer to a creation that was refused: without the peering it waits. With it, Google's refusal stands, but it may be
 * asked again a few times, for the peering may have become active since.
 */
async function waitOrRefuse(input: ClusterInput, { compute }: Clients, caught: unknown): Promise<Pending> {
  if (!(caught instanceof ApiError) || caught.code !== "FAILED_PRECONDITION") throw caught;
  if (!(await isConnected(input, compute))) return waitsForPeering(input, caught.text);
  const { code, message, resource, details } = caught;
  throw new StepError({ code, message, resource, details, reason: "CREATION_REFUSED", retryable: true, cause: caught });
}

function waitsForPeering({ cluster: name }: ClusterInput, says: string): Pending {
  return notYet({ reason: `${name} waits for peering: ${says}`, retryAfterSeconds: 20 });
}

/** Whether the network shows its peering as active. A network of another project that cannot be read is taken to. */
async function isConnected({ network }: ClusterInput, compute: ComputeClient): Promise<boolean> {
  const observed = await compute.getNetwork(network).catch((caught: unknown) => {
    if (caught instanceof ApiError && caught.code === "PERMISSION_DENIED") return "hidden" as const;
    throw caught;
  });
  if (observed === "hidden") return true;
  return observed?.peerings?.some(({ name, state }) => name === peeringName && state === "ACTIVE") ?? false;
}

/** What a cluster was created with cannot be changed under its data. */
function refuseUnfit(input: ClusterInput, observed: Cluster): void {
  refuseForeign(observed, input.cluster, input.ownership);
  const network = idOf(observed.networkConfig?.network ?? observed.network ?? "");
  const unfit = [
    { field: "version", is: `${observed.databaseVersion ?? ""}`, wanted: input.version },
    { field: "network", is: network, wanted: idOf(input.network) },
  ].find(({ is, wanted }) => is !== wanted && is !== "");
  if (!unfit) return;
  throw new StepError({
    code: "FAILED_PRECONDITION",
    reason: "IMMUTABLE_FIELD",
    resource: input.cluster,
    message: `${input.cluster} has ${unfit.field} ${unfit.is} and cannot change to ${unfit.wanted}: keep it in the spec, or take the environment down and up again`,
  });
}
