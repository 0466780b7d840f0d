import type { AlloyDbClient, Instance } from "../../google/clients/alloydb.ts";
import { parentOf } from "../../google/name.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import { removalSeconds } from "../../spec/expected.ts";
import type { Ownership } from "../../spec/names.ts";
import { expecting, held, leave, leftAlone, notYet, pending, together } from "../answer.ts";
import {
  creation,
  deletion,
  differences,
  type MutableField,
  type SomeEffects,
  sameLabels,
  update,
} from "../changes.ts";
import type { Done, Pending, Removed, Run } from "../contract.ts";
import { isOwn, refuseForeign } from "../ownership.ts";
import { requestIdOf } from "../request-id.ts";
import type { StepContext } from "../step.ts";
import { type InstanceSize, instanceCostPerDay, primaryNodes, sizeOf } from "./cost.ts";
import { inmatesOf, keptFor, staying } from "./foreign.ts";
import { inCluster, nameOfCluster, ownClusters } from "./generation.ts";
import { type Host, whyDatabasesStay } from "./guests.ts";
import { untilReady } from "./settling.ts";

/** An instance as it should be: a primary or a read pool. */
export interface WantedInstance {
  /** `projects/{project}/locations/{location}/clusters/{cluster}/instances/{instance}` */
  readonly name: string;
  readonly cpuCount: number;
  readonly machineType?: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly kind:
    | { readonly type: "PRIMARY"; readonly availability: "ZONAL" | "REGIONAL"; readonly zone?: string }
    | { readonly type: "READ_POOL"; readonly nodeCount: number };
  readonly ownership: Ownership;
  /** Seconds from creation to ready. */
  readonly expectedSeconds: number;
}

/** What a step works with. */
export interface InstanceTools {
  readonly alloydb: AlloyDbClient;
  readonly context: StepContext;
}

/** Seconds that a change of a running instance takes, its restart included. */
const patchSeconds = 180;

const deletionSeconds = removalSeconds.instance;

// biome-ignore format: a table
const mutableFields: readonly MutableField<WantedInstance, Instance>[] = [
  { path: "labels",                    wanted: (w) => w.ownership.labels, observed: (o, w) => sameLabels(w.ownership.labels, o.labels) },
  { path: "databaseFlags",             wanted: (w) => w.flags,            observed: (o) => ({ ...o.databaseFlags }) },
  { path: "machineConfig.cpuCount",    wanted: (w) => w.cpuCount,         observed: (o) => o.machineConfig?.cpuCount },
  { path: "machineConfig.machineType", wanted: (w) => w.machineType,      observed: (o) => o.machineConfig?.machineType },
  { path: "availabilityType",          wanted: (w) => availabilityOf(w),  observed: (o) => o.availabilityType },
  { path: "readPoolConfig.nodeCount",  wanted: (w) => nodeCountOf(w),     observed: (o) => o.readPoolConfig?.nodeCount },
];

/** What would be done to an instance. */
export function planInstance(wanted: WantedInstance, observed: Instance | undefined): readonly Change[] {
  if (!observed || observed.state === "FAILED") return [creation(wanted.name, creationEffects(wanted))];
  refuseForeign(observed, wanted.name, wanted.ownership);
  const fields = differences(mutableFields, wanted, observed);
  return fields.length > 0 ? [update(wanted.name, fields, patchEffects(wanted, observed))] : [];
}

/** Makes an instance as it should be: gives it when it is ready and as wanted, else what to wait for. */
export async function ensureInstance(wanted: WantedInstance, tools: InstanceTools): Promise<Ensured> {
  const { name, ownership } = wanted;
  const observed = await tools.alloydb.getInstance(name);
  if (!observed) return { waiting: await create(wanted, tools) };
  refuseForeign(observed, name, ownership);
  if (observed.state === "FAILED") return { waiting: await discard(name, observed, tools) };
  if (observed.state === "STOPPED") return { waiting: await patch(wanted, observed, { tools, fields: [awake] }) };
  const waiting = untilReady(name, observed);
  if (waiting) return { waiting };
  const fields = differences(mutableFields, wanted, observed);
  return fields.length > 0 ? { waiting: await patch(wanted, observed, { tools, fields }) } : { ready: observed };
}

/** A resource that is ready, or what to wait for until it is. */
export type Ensured = { readonly ready: Instance } | { readonly waiting: Pending };

/** An instance of an environment, by its name in the first cluster. */
interface InstanceInClusters {
  readonly cluster: string;
  readonly instance: string;
  readonly ownership: Ownership;
}

/** What `removeInstances` would do. */
export async function planRemovals(
  input: InstanceInClusters,
  { alloydb, run }: { readonly alloydb: AlloyDbClient; readonly run: Run },
): Promise<readonly Change[]> {
  const names = await namesInClusters(input, alloydb);
  const all = await Promise.all(names.map(async (name) => ({ name, observed: await alloydb.getInstance(name) })));
  const planned = all.map(async ({ name, observed }) => {
    if (!observed || !isOwn(observed, input.ownership) || observed.state === "DELETING") return [];
    const kept = await whyKept(name, observed, { ownership: input.ownership, run, alloydb });
    return [kept === undefined ? instanceDeletion(name, observed) : staying(name, kept)];
  });
  return (await Promise.all(planned)).flat();
}

/**
 * Google deletes no primary while its cluster has read pools, and without it nobody reads the databases any more, nor saves
 * theirs; undefined where none of these is somebody else's.
 */
async function whyKept(
  name: string,
  { instanceType }: Instance,
  { ownership, run, alloydb }: Host & { readonly alloydb: AlloyDbClient },
): Promise<string | undefined> {
  if (instanceType !== "PRIMARY") return undefined;
  const cluster = parentOf(name);
  const instances = await alloydb.listInstances(cluster);
  const { foreign } = inmatesOf(instances, { ownership, type: "READ_POOL" });
  if (foreign.length > 0) return keptFor(name, { cluster, foreign, ownership });
  return whyDatabasesStay(name, { cluster, ownership, run, instances }, alloydb);
}

/** Removes an instance from every cluster of the environment's own. */
export async function removeInstances(
  input: InstanceInClusters,
  tools: InstanceTools,
): Promise<Done<Removed> | Pending> {
  const names = await namesInClusters(input, tools.alloydb);
  const { ownership } = input;
  const all = await Promise.all(names.map((name) => removeInstance({ name, ownership }, tools)));
  const waiting = all.filter((each) => typeof each === "object");
  if (waiting.length === 0) {
    return leave(
      all.filter((each) => typeof each === "string"),
      tools.context.log,
    );
  }
  return together(waiting);
}

/** Where the instance may be: in each cluster of the environment's own; without any, where the first one would be. */
async function namesInClusters(input: InstanceInClusters, alloydb: AlloyDbClient): Promise<readonly string[]> {
  const clusters = await ownClusters(input, alloydb);
  const names = clusters.map((cluster) => inCluster(input, nameOfCluster(input.cluster, cluster)).instance);
  return names.length > 0 ? names : [input.instance];
}

/**
 * Removes an instance if it is the environment's own. Gives nothing when there is nothing left to wait for, and of one of
 * somebody else's what is to be said.
 */
async function removeInstance(
  { name, ownership }: Pick<WantedInstance, "name" | "ownership">,
  tools: InstanceTools,
): Promise<Pending | string | undefined> {
  const observed = await tools.alloydb.getInstance(name);
  if (!observed) return undefined;
  if (!isOwn(observed, ownership)) return leftAlone(name, ownership);
  if (observed.state === "DELETING") return notYet({ reason: `${name} is being deleted`, retryAfterSeconds: 10 });
  const { alloydb, context } = tools;
  const kept = await whyKept(name, observed, { ownership, run: context.run, alloydb });
  return kept === undefined ? discard(name, observed, tools) : held(kept);
}

async function create(wanted: WantedInstance, { alloydb, context }: InstanceTools): Promise<Pending> {
  const { name } = wanted;
  const requestId = requestIdOf(context.run, "createInstance", name);
  const operation = await alloydb.createInstance({ name, requestId, instance: toInstance(wanted) });
  return pending({
    operations: [expecting(wanted.expectedSeconds, operation)],
    reason: `${name} is being created`,
    changes: [creation(name, creationEffects(wanted))],
  });
}

async function patch(
  wanted: WantedInstance,
  observed: Instance,
  { fields, tools }: { readonly fields: readonly FieldChange[]; readonly tools: InstanceTools },
): Promise<Pending> {
  const { name } = wanted;
  const labels = { ...observed.labels, ...wanted.ownership.labels };
  const operation = await tools.alloydb.patchInstance({
    instance: { ...toInstance(wanted), name, labels, activationPolicy: "ALWAYS" },
    updateMask: fields.map(({ path }) => path),
    requestId: requestIdOf(tools.context.run, "patchInstance", name),
  });
  return pending({
    operations: [expecting(patchSeconds, operation)],
    reason: `${name} is being changed`,
    changes: [update(name, fields, patchEffects(wanted, observed))],
  });
}

/** A failed creation leaves an instance that keeps its name from being used again. */
async function discard(name: string, observed: Instance, { alloydb, context }: InstanceTools): Promise<Pending> {
  const operation = await alloydb.deleteInstance({ name, requestId: requestIdOf(context.run, "deleteInstance", name) });
  return pending({
    operations: [expecting(deletionSeconds, operation)],
    reason: `${name} is being deleted`,
    changes: [instanceDeletion(name, observed)],
  });
}

function instanceDeletion(name: string, observed: Instance): Change {
  const costPerDay = -instanceCostPerDay(name, sizeOf(observed));
  return deletion(name, { downtime: true, costPerDay, expectedSeconds: deletionSeconds });
}

/** The whole body, for creation and for patches alike: the mask says what of it counts. */
function toInstance(wanted: WantedInstance): Instance {
  const { kind } = wanted;
  const machineType = wanted.machineType === undefined ? {} : { machineType: wanted.machineType };
  return {
    instanceType: kind.type,
    labels: { ...wanted.ownership.labels },
    databaseFlags: { ...wanted.flags },
    machineConfig: { cpuCount: wanted.cpuCount, ...machineType },
    ...(kind.type === "PRIMARY" && { availabilityType: kind.availability }),
    ...(kind.type === "PRIMARY" && kind.zone !== undefined && { gceZone: kind.zone }),
    ...(kind.type === "READ_POOL" && { readPoolConfig: { nodeCount: kind.nodeCount } }),
  };
}

const awake: FieldChange = { path: "activationPolicy", from: "NEVER", to: "ALWAYS" };

function creationEffects(wanted: WantedInstance): SomeEffects {
  const { name, expectedSeconds } = wanted;
  return { expectedSeconds, costPerDay: instanceCostPerDay(name, wantedSize(wanted)) };
}

function patchEffects(wanted: WantedInstance, observed: Instance): SomeEffects {
  const { name } = wanted;
  const costPerDay = instanceCostPerDay(name, wantedSize(wanted)) - instanceCostPerDay(name, sizeOf(observed));
  return { downtime: true, costPerDay, expectedSeconds: patchSeconds };
}

function wantedSize({ cpuCount, kind }: WantedInstance): InstanceSize {
  return { cpuCount, nodeCount: kind.type === "PRIMARY" ? primaryNodes(kind.availability) : kind.nodeCount };
}

function availabilityOf({ kind }: WantedInstance): string | undefined {
  return kind.type === "PRIMARY" ? kind.availability : undefined;
}

function nodeCountOf({ kind }: WantedInstance): number | undefined {
  return kind.type === "READ_POOL" ? kind.nodeCount : undefined;
}
