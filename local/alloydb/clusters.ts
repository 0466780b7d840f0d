import type { Call, OperationResource, TypedHandlers } from "../api.ts";
import { ApiError } from "../error.ts";
import { demandRoom } from "../fault/room.ts";
import { applyMask } from "../field-mask.ts";
import { readListing } from "../list/listing.ts";
import type {
  AlloyDbMethods,
  Cluster,
  CreateClusterRequest,
  DeleteClusterRequest,
  ListClustersRequest,
  ListClustersResponse,
  UpdateClusterRequest,
} from "../model/generated/alloydb.ts";
import { scramVerifier } from "../postgres/scram.ts";
import { unserved } from "../unserved.ts";
import { checkCluster, networkOf, newCluster } from "./cluster-resource.ts";
import { born, type Context, checkEtag, checkIdle, startChange } from "./context.ts";
import { checkId, idOf, locationOf, notFound, parseName, unready } from "./names.ts";
import { checkPassword } from "./password.ts";
import { findNetwork } from "./private-services.ts";
import { type ClusterRecord, type InitialUser, withEtag } from "./records.ts";
import { shown } from "./settling.ts";

/** The methods on clusters. */
export function clusterMethods(context: Context) {
  return {
    "google.cloud.alloydb.v1.AlloyDBAdmin.ListClusters": (request) => list(context, request),
    "google.cloud.alloydb.v1.AlloyDBAdmin.GetCluster": ({ name = "" }) => shown(context, getCluster(context, name)),
    "google.cloud.alloydb.v1.AlloyDBAdmin.CreateCluster": (request, call) => create(context, request, call),
    "google.cloud.alloydb.v1.AlloyDBAdmin.UpdateCluster": (request, call) => update(context, request, call),
    "google.cloud.alloydb.v1.AlloyDBAdmin.DeleteCluster": (request, call) => remove(context, request, call),
  } satisfies TypedHandlers<AlloyDbMethods>;
}

/** `-` stands for any location. */
function list(context: Context, request: ListClustersRequest): ListClustersResponse {
  const listing = readListing<Cluster>("google.cloud.alloydb.v1.Cluster", request);
  const { parent = "" } = request;
  const { project, region } = parseName(parent);
  const found = context.records.clusters.list(`projects/${project}/locations/`);
  const all = found.map(([, record]) => shown(context, record));
  const wanted = all.filter(({ name = "" }) => region === "-" || locationOf(name) === parent);
  const page = listing.page(wanted, { usual: 100, most: 1000 });
  return { clusters: page.items, nextPageToken: page.nextPageToken };
}

async function create(context: Context, request: CreateClusterRequest, call: Call): Promise<OperationResource> {
  const { parent = "", clusterId = "", cluster = {}, requestId, validateOnly } = request;
  const { cloud, records, requests } = context;
  checkId("cluster_id", clusterId);
  const name = `${parent}/clusters/${clusterId}`;
  return await requests.once(requestId, `create ${name}`, async () => {
    if (records.clusters.get(name)) throw alreadyExists(name);
    checkCluster(request);
    if (cluster.pscConfig?.pscEnabled) throw withoutPrivateServiceConnect();
    const network = networkOf(cluster, parent.split("/")[1] ?? "");
    await findNetwork(cloud, network);
    const resource = newCluster(cluster, { name, ...born(context, name) }, cloud.projects);
    const initialUser = await toInitialUser(cluster);
    demandRoom(cloud.store, "ClustersPerProjectPerRegion", { name });
    const change = { verb: "create", target: name } as const;
    if (validateOnly) return startChange(context, call, { ...change, kind: "validate" });
    const { allocatedIpRange } = cluster.networkConfig ?? {};
    context.ids.draw(name);
    putCluster(context, name, { resource, network, allocatedIpRange, initialUser });
    return startChange(context, call, { ...change, kind: "clusters.create", latency: "alloydb.cluster.create" });
  });
}

/** Fields of a cluster that an update may name. */
const mutable = [
  "displayName",
  "labels",
  "annotations",
  "automatedBackupPolicy",
  "continuousBackupConfig",
  "maintenanceUpdatePolicy",
  "subscriptionType",
  "initialUser",
] as const;

async function update(context: Context, request: UpdateClusterRequest, call: Call): Promise<OperationResource> {
  const { cluster: sent = {}, updateMask: mask, allowMissing, requestId, validateOnly } = request;
  const name = sent.name ?? "";
  if (allowMissing && !context.records.clusters.get(name)) {
    return await create(context, { ...request, parent: locationOf(name), clusterId: idOf(name) }, call);
  }
  return await context.requests.once(requestId, `update ${name}`, async () => {
    const record = getCluster(context, name);
    checkEtag(name, record.resource.etag, sent.etag);
    checkReady(record);
    checkIdle(context, name);
    const { initialUser: _, ...changed } = applyMask<Cluster>(record.resource, { sent, mask, mutable });
    const change = { verb: "update", target: name } as const;
    if (validateOnly) return startChange(context, call, { ...change, kind: "validate" });
    const initialUser = sent.initialUser ? await toInitialUser(sent) : record.initialUser;
    putCluster(context, name, { ...record, initialUser, resource: { ...record.resource, reconciling: true } });
    const input = { resource: { ...changed } };
    return startChange(context, call, { ...change, kind: "clusters.update", latency: "alloydb.cluster.update", input });
  });
}

async function remove(context: Context, request: DeleteClusterRequest, call: Call): Promise<OperationResource> {
  const { name = "", etag, force, requestId, validateOnly } = request;
  const { records, requests } = context;
  return await requests.once(requestId, `delete ${name}`, () => {
    const record = getCluster(context, name);
    checkEtag(name, record.resource.etag, etag);
    const instances = records.instances.list(`${name}/instances/`);
    if (instances.length > 0 && !force) {
      const names = instances.map(([instance]) => idOf(instance)).join(", ");
      throw unready(`cluster ${name} cannot be deleted while it has instances (${names}); delete them or set force`);
    }
    checkIdle(context, name);
    const change = { verb: "delete", target: name } as const;
    if (validateOnly) return startChange(context, call, { ...change, kind: "validate" });
    putCluster(context, name, { ...record, resource: { ...record.resource, state: "DELETING" } });
    for (const [instance, present] of instances) {
      records.instances.put(instance, { ...present, resource: { ...present.resource, state: "DELETING" } });
    }
    return startChange(context, call, { ...change, kind: "clusters.delete", latency: "alloydb.cluster.delete" });
  });
}

/** @throws ApiError NOT_FOUND */
export function getCluster({ records }: Pick<Context, "records">, name: string): ClusterRecord {
  const record = records.clusters.get(name);
  if (!record) throw notFound(name);
  return record;
}

/** @throws ApiError FAILED_PRECONDITION */
export function checkReady({ resource: { name, state } }: ClusterRecord): void {
  if (state !== "READY") throw unready(`cluster ${name} is not READY: its state is ${state}`);
}

/** Keeps a cluster under a fresh etag, and gives it as the API shows it. */
export function putCluster({ records }: Context, name: string, record: ClusterRecord): Cluster {
  return records.clusters.put(name, { ...record, resource: withEtag(record.resource) }).resource;
}

async function toInitialUser({ initialUser = {} }: Cluster): Promise<InitialUser> {
  const { user, password } = initialUser;
  const name = user || "postgres";
  if (password === undefined) return { name };
  checkPassword(name, password);
  return { name, verifier: await scramVerifier(password) };
}

function alreadyExists(name: string): ApiError {
  return new ApiError({ code: "ALREADY_EXISTS", message: `Resource '${name}' already exists` });
}

function withoutPrivateServiceConnect(): ApiError {
  const message = "psc_config: instances behind Private Service Connect are not served here; use a network";
  return unserved("alloydb.privateServiceConnect", message);
}
