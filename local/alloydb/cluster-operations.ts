import type { RunningOperation, RunOperation } from "../api.ts";
import type { JsonObject } from "../json.ts";
import type { Cluster } from "../model/generated/alloydb.ts";
import { getCluster, putCluster } from "./clusters.ts";
import { type Context, emptyResponse, timed, toResponse } from "./context.ts";
import { releaseConnection } from "./holds.ts";
import { stateOf } from "./instance-operations.ts";
import { host } from "./names.ts";
import type { ClusterRecord } from "./records.ts";
import { drawSettled, shown } from "./settling.ts";

/** The work behind changes of clusters. */
export function clusterOperations(context: Context): Readonly<Record<string, RunOperation>> {
  const { cloud } = context;
  return {
    "clusters.create": timed(cloud, (operation) => create(context, operation)),
    "clusters.update": timed(cloud, (operation) => update(context, operation)),
    "clusters.delete": timed(cloud, (operation) => remove(context, operation)),
  };
}

async function create(context: Context, { input, latency }: RunningOperation): Promise<JsonObject> {
  const name = String(input.name);
  const record = getCluster(context, name);
  try {
    await context.fleet.prepareCluster(name, record);
    await latency();
    return toResponse("Cluster", input, settle(context, name, { ...record.resource, state: "READY" }));
  } catch (caught) {
    putCluster(context, name, { ...record, resource: { ...record.resource, state: "FAILED" } });
    throw caught;
  }
}

async function update(context: Context, { input, latency }: RunningOperation): Promise<JsonObject> {
  const name = String(input.name);
  await latency().catch((caught: unknown) => {
    const record = getCluster(context, name);
    putCluster(context, name, { ...record, resource: { ...record.resource, reconciling: false } });
    throw caught;
  });
  await context.fleet.ensureInitialUser(name);
  const updateTime = context.cloud.clock.timestamp();
  const resource: Cluster = { ...(input.resource as Cluster), reconciling: false, updateTime };
  return toResponse("Cluster", input, settle(context, name, resource));
}

/** What a change leaves; it goes on reconciling for a while. */
function settle(context: Context, name: string, resource: Cluster): Cluster {
  putCluster(context, name, { ...getCluster(context, name), settledAt: drawSettled(context, name), resource });
  return shown(context, getCluster(context, name));
}

async function remove(context: Context, { input, latency }: RunningOperation): Promise<JsonObject> {
  const { cloud, records, fleet } = context;
  const name = String(input.name);
  const record = records.clusters.get(name);
  if (!record) return emptyResponse;
  await latency().catch((caught: unknown) => {
    restore(context, name, record);
    throw caught;
  });
  for (const [instance] of records.instances.list(`${name}/instances/`)) {
    await fleet.removeInstance(instance);
    records.instances.delete(instance);
  }
  await fleet.removeCluster(record);
  records.clusters.delete(name);
  records.authorities.delete(name);
  cloud.access.deletePolicies(`//${host}/${name}`);
  releaseConnection(context, { network: record.network, cluster: name });
  return emptyResponse;
}

/** A cluster whose deletion failed is there as before, with its instances. */
function restore(context: Context, name: string, record: ClusterRecord): void {
  putCluster(context, name, { ...record, resource: { ...record.resource, state: "READY" } });
  for (const [instance, kept] of context.records.instances.list(`${name}/instances/`)) {
    context.records.instances.put(instance, { ...kept, resource: { ...kept.resource, state: stateOf(kept.resource) } });
  }
}
