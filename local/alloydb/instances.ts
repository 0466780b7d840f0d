import type { Call, OperationResource, TypedHandlers } from "../api.ts";
import { ApiError } from "../error.ts";
import { demandRoom } from "../fault/room.ts";
import { applyMask } from "../field-mask.ts";
import type { LatencyKind } from "../latency.ts";
import { readListing } from "../list/listing.ts";
import type {
  AlloyDbMethods,
  CreateInstanceRequest,
  DeleteInstanceRequest,
  Instance,
  ListInstancesRequest,
  ListInstancesResponse,
  RestartInstanceRequest,
  UpdateInstanceRequest,
} from "../model/generated/alloydb.ts";
import { checkReady, getCluster } from "./clusters.ts";
import { born, type Change, type Context, checkEtag, checkIdle, startChange } from "./context.ts";
import { holdConnection } from "./holds.ts";
import { changedInstance, mutable, newInstance } from "./instance-resource.ts";
import { checkId, clusterOf, idOf, invalid, notFound, parseName, unready } from "./names.ts";
import { reservedRanges } from "./private-services.ts";
import { type InstanceRecord, withEtag } from "./records.ts";
import { shown } from "./settling.ts";

/** The methods on instances. */
export function instanceMethods(context: Context) {
  const rerun = (kind: string, verb: Change["verb"]) => (request: RestartInstanceRequest, call: Call) =>
    disturb(context, request, { call, kind, verb });
  return {
    "google.cloud.alloydb.v1.AlloyDBAdmin.ListInstances": (request) => list(context, request),
    "google.cloud.alloydb.v1.AlloyDBAdmin.GetInstance": ({ name = "" }) => shown(context, getInstance(context, name)),
    "google.cloud.alloydb.v1.AlloyDBAdmin.CreateInstance": (request, call) => create(context, request, call),
    "google.cloud.alloydb.v1.AlloyDBAdmin.UpdateInstance": (request, call) => update(context, request, call),
    "google.cloud.alloydb.v1.AlloyDBAdmin.DeleteInstance": (request, call) => remove(context, request, call),
    "google.cloud.alloydb.v1.AlloyDBAdmin.RestartInstance": rerun("instances.restart", "restart"),
    "google.cloud.alloydb.v1.AlloyDBAdmin.FailoverInstance": rerun("instances.restart", "failover"),
    "google.cloud.alloydb.v1.AlloyDBAdmin.InjectFault": rerun("instances.injectFault", "injectFault"),
  } satisfies TypedHandlers<AlloyDbMethods>;
}

/** `-` stands for any location or cluster. */
function list(context: Context, request: ListInstancesRequest): ListInstancesResponse {
  const listing = readListing<Instance>("google.cloud.alloydb.v1.Instance", request);
  const { parent = "" } = request;
  const { project, region, cluster } = parseName(parent);
  const isWanted = ({ name = "" }: Instance) => {
    const found = parseName(name);
    return (region === "-" || found.region === region) && (cluster === "-" || found.cluster === cluster);
  };
  const all = context.records.instances.list(`projects/${project}/`).map(([, record]) => shown(context, record));
  const page = listing.page(all.filter(isWanted), { usual: 100, most: 1000 });
  return { instances: page.items, nextPageToken: page.nextPageToken };
}

async function create(context: Context, request: CreateInstanceRequest, call: Call): Promise<OperationResource> {
  const { parent = "", instanceId = "", instance: sent = {}, requestId, validateOnly } = request;
  const { cloud, records, requests } = context;
  checkId("instance_id", instanceId);
  const name = `${parent}/instances/${instanceId}`;
  return await requests.once(requestId, `create ${name}`, async () => {
    const cluster = getCluster(context, parent);
    if (records.instances.get(name)) {
      throw new ApiError({ code: "ALREADY_EXISTS", message: `Resource '${name}' already exists` });
    }
    const resource = newInstance(sent, { name, ...born(context, name) });
    checkReady(cluster);
    checkPlace(context, parent, resource);
    checkIdle(context, name);
    await reservedRanges(cloud, cluster.network, cluster.allocatedIpRange);
    demandCpus(context, resource);
    const change = { verb: "create", target: name } as const;
    if (validateOnly) return startChange(context, call, { ...change, kind: "validate" });
    context.ids.draw(name);
    putInstance(context, name, { resource });
    holdConnection(records, { network: cluster.network, cluster: parent });
    return startChange(context, call, { ...change, kind: "instances.create", latency: creationLatency(resource) });
  });
}

async function update(context: Context, request: UpdateInstanceRequest, call: Call): Promise<OperationResource> {
  const { instance: sent = {}, updateMask: mask, allowMissing, requestId, validateOnly } = request;
  const name = sent.name ?? "";
  if (allowMissing && !context.records.instances.get(name)) {
    return await create(context, { ...request, parent: clusterOf(name), instanceId: idOf(name) }, call);
  }
  return await context.requests.once(requestId, `update ${name}`, () => {
    const record = getInstance(context, name);
    checkEtag(name, record.resource.etag, sent.etag);
    checkSettled(record);
    checkIdle(context, name);
    const changed = changedInstance(applyMask<Instance>(record.resource, { sent, mask, mutable }));
    demandCpus(context, changed);
    const change = { verb: "update", target: name } as const;
    if (validateOnly) return startChange(context, call, { ...change, kind: "validate" });
    putInstance(context, name, { ...record, resource: { ...record.resource, reconciling: true } });
    const input = { resource: { ...changed } };
    return startChange(context, call, {
      ...change,
      kind: "instances.update",
      latency: "alloydb.instance.update",
      input,
    });
  });
}

async function remove(context: Context, request: DeleteInstanceRequest, call: Call): Promise<OperationResource> {
  const { name = "", etag, requestId, validateOnly } = request;
  return await context.requests.once(requestId, `delete ${name}`, () => {
    const record = getInstance(context, name);
    checkEtag(name, record.resource.etag, etag);
    checkIdle(context, name);
    checkNotFollowed(context, record.resource);
    const change = { verb: "delete", target: name } as const;
    if (validateOnly) return startChange(context, call, { ...change, kind: "validate" });
    putInstance(context, name, { ...record, resource: { ...record.resource, state: "DELETING" } });
    return startChange(context, call, { ...change, kind: "instances.delete", latency: "alloydb.instance.delete" });
  });
}

interface Disturbance {
  readonly call: Call;
  readonly kind: string;
  readonly verb: Change["verb"];
}

/** Changes that need nothing but the instance: restart, failover, a fault on purpose. */
async function disturb(
  context: Context,
  { name = "", requestId, validateOnly }: RestartInstanceRequest,
  { call, kind, verb }: Disturbance,
): Promise<OperationResource> {
  return await context.requests.once(requestId, `${verb} ${name}`, () => {
    const record = getInstance(context, name);
    checkSettled(record);
    if (verb === "failover" && record.resource.availabilityType !== "REGIONAL") {
      throw unready(`instance ${name} has no standby to fail over to: its availability type is ZONAL`);
    }
    checkIdle(context, name);
    if (validateOnly) return startChange(context, call, { verb, target: name, kind: "validate" });
    putInstance(context, name, { ...record, resource: { ...record.resource, reconciling: true } });
    return startChange(context, call, { verb, target: name, kind, latency: "alloydb.instance.update" });
  });
}

/** @throws ApiError NOT_FOUND */
export function getInstance({ records }: Pick<Context, "records">, name: string): InstanceRecord {
  const record = records.instances.get(name);
  if (!record) throw notFound(name);
  return record;
}

/** Keeps an instance under a fresh etag, and gives it as the API shows it. */
export function putInstance({ records }: Context, name: string, record: InstanceRecord): Instance {
  return records.instances.put(name, { ...record, resource: withEtag(record.resource) }).resource;
}

/** The primary instance of a cluster. @throws ApiError FAILED_PRECONDITION when none is READY */
export function readyPrimary({ records }: Pick<Context, "records">, cluster: string): string {
  const found = records.instances
    .list(`${cluster}/instances/`)
    .find(([, { resource }]) => resource.instanceType === "PRIMARY" && resource.state === "READY");
  if (!found) throw unready(`cluster ${cluster} has no primary instance that is READY`);
  return found[0];
}

function checkPlace(context: Context, cluster: string, { instanceType }: Instance): void {
  if (instanceType === "READ_POOL") {
    readyPrimary(context, cluster);
    return;
  }
  if (instanceType !== "PRIMARY") throw invalid(`instance_type ${instanceType} cannot be created in a primary cluster`);
  const present = context.records.instances
    .list(`${cluster}/instances/`)
    .find(([, { resource }]) => resource.instanceType === "PRIMARY");
  if (present) throw unready(`cluster ${cluster} has a primary instance already: ${idOf(present[0])}`);
}

function demandCpus({ cloud }: Context, resource: Instance): void {
  const { name = "" } = resource;
  demandRoom(cloud.store, "CPUsPerProjectPerRegion", { name, resource: { resource: { ...resource } } });
}

function checkSettled({ resource: { name, state } }: InstanceRecord): void {
  if (state !== "READY" && state !== "STOPPED") throw unready(`instance ${name} is not READY: its state is ${state}`);
}

function checkNotFollowed({ records }: Context, { name = "", instanceType }: Instance): void {
  if (instanceType !== "PRIMARY") return;
  const pools = records.instances
    .list(`${clusterOf(name)}/instances/`)
    .filter(([, { resource }]) => resource.instanceType === "READ_POOL");
  if (pools.length === 0) return;
  const names = pools.map(([pool]) => idOf(pool)).join(", ");
  throw unready(`primary instance ${name} cannot be deleted while its cluster has read pools (${names})`);
}

function creationLatency({ instanceType, availabilityType }: Instance): LatencyKind {
  if (instanceType === "READ_POOL") return "alloydb.instance.create.readPool";
  return availabilityType === "ZONAL" ? "alloydb.instance.create.zonal" : "alloydb.instance.create.regional";
}
