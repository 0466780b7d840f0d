import type { Call, RunOperation, TypedHandlers } from "../api.ts";
import { ApiError } from "../error.ts";
import { applyMask } from "../field-mask.ts";
import type { AlloyDbMethods, Cluster, CreateClusterRequest } from "../model/generated/alloydb.ts";
import { paginate } from "../page.ts";
import { scramVerifier } from "../postgres/scram.ts";
import { regions } from "../regions.ts";
import { checkCluster, networkOf, newCluster } from "./cluster-resource.ts";
import { born, type Context, checkEtag, checkIdle, emptyResponse, startChange, timed, toResponse } from "./context.ts";
import { releaseConnection } from "./holds.ts";
import { checkId, idOf, invalid, locationOf, notFound, parseName, unready } from "./names.ts";
import { checkPassword } from "./password.ts";
import { findNetwork } from "./private-services.ts";
import { type ClusterRecord, type InitialUser, withEtag } from "./records.ts";

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

/** The methods on clusters. */
export function clusterMethods(context: Context) {
  const { cloud, records, requests } = context;

  async function create(request: CreateClusterRequest, call: Call) {
    const { parent = "", clusterId = "", cluster = {}, requestId, validateOnly } = request;
    checkId("cluster_id", clusterId);
    checkLocation(parent);
    const name = `${parent}/clusters/${clusterId}`;
    return await requests.once(requestId, `create ${name}`, async () => {
      if (records.clusters.get(name)) throw alreadyExists(name);
      checkCluster(request);
      if (cluster.pscConfig?.pscEnabled) throw withoutPrivateServiceConnect();
      const network = networkOf(cluster);
      await findNetwork(cloud, network);
      const resource = newCluster(cluster, { name, ...born(context) }, cloud.projects);
      const change = { verb: "create", target: name } as const;
      if (validateOnly) return startChange(context, call, { ...change, kind: "validate", input: { ...resource } });
      const initialUser = await toInitialUser(cluster);
      const { allocatedIpRange } = cluster.networkConfig ?? {};
      put(context, name, { resource, network, allocatedIpRange, initialUser });
      return startChange(context, call, { ...change, kind: "clusters.create", latency: "alloydb.cluster.create" });
    });
  }

  return {
    "google.cloud.alloydb.v1.AlloyDBAdmin.ListClusters": ({ parent = "", pageSize, pageToken }) => {
      const { project, region } = parseName(parent);
      const all = records.clusters.list(`projects/${project}/locations/`).map(([, { resource }]) => resource);
      const wanted = all.filter(({ name = "" }) => region === "-" || locationOf(name) === parent);
      const key = ({ name = "" }: Cluster) => name;
      const page = paginate(wanted, { key, size: pageSize, token: pageToken, limits: { usual: 100, most: 1000 } });
      return { clusters: page.items, nextPageToken: page.nextPageToken };
    },
    "google.cloud.alloydb.v1.AlloyDBAdmin.GetCluster": ({ name = "" }) => getCluster(context, name).resource,
    "google.cloud.alloydb.v1.AlloyDBAdmin.CreateCluster": create,
    "google.cloud.alloydb.v1.AlloyDBAdmin.UpdateCluster": async (request, call) => {
      const { cluster: sent = {}, updateMask, allowMissing, requestId, validateOnly } = request;
      const name = sent.name ?? "";
      if (allowMissing && !records.clusters.get(name)) {
        return await create({ ...request, parent: locationOf(name), clusterId: idOf(name) }, call);
      }
      return await requests.once(requestId, `update ${name}`, async () => {
        const record = getCluster(context, name);
        checkEtag(name, record.resource.etag, sent.etag);
        checkReady(record);
        checkIdle(context, name);
        const { initialUser: _, ...changed } = applyMask<Cluster>(record.resource, { sent, mask: updateMask, mutable });
        const change = { verb: "update", target: name } as const;
        if (validateOnly) return startChange(context, call, { ...change, kind: "validate", input: { ...changed } });
        const initialUser = sent.initialUser ? await toInitialUser(sent) : record.initialUser;
        put(context, name, { ...record, initialUser, resource: { ...record.resource, reconciling: true } });
        const input = { resource: { ...changed } };
        return startChange(context, call, {
          ...change,
          kind: "clusters.update",
          latency: "alloydb.cluster.update",
          input,
        });
      });
    },
    "google.cloud.alloydb.v1.AlloyDBAdmin.DeleteCluster": async (request, call) => {
      const { name = "", etag, force, requestId, validateOnly } = request;
      return await requests.once(requestId, `delete ${name}`, () => {
        const record = getCluster(context, name);
        checkEtag(name, record.resource.etag, etag);
        const instances = records.instances.list(`${name}/instances/`);
        if (instances.length > 0 && !force) {
          const names = instances.map(([instance]) => idOf(instance)).join(", ");
          throw unready(
            `cluster ${name} cannot be deleted while it has instances (${names}); delete them or set force`,
          );
        }
        checkIdle(context, name);
        const change = { verb: "delete", target: name } as const;
        if (validateOnly) return startChange(context, call, { ...change, kind: "validate" });
        put(context, name, { ...record, resource: { ...record.resource, state: "DELETING" } });
        for (const [instance, present] of instances) {
          records.instances.put(instance, { ...present, resource: { ...present.resource, state: "DELETING" } });
        }
        return startChange(context, call, { ...change, kind: "clusters.delete", latency: "alloydb.cluster.delete" });
      });
    },
  } satisfies TypedHandlers<AlloyDbMethods>;
}

/** The work behind changes of clusters. */
export function clusterOperations(context: Context): Readonly<Record<string, RunOperation>> {
  const { cloud, records, fleet } = context;
  return {
    "clusters.create": timed(cloud, async ({ input, latency }) => {
      const name = String(input.name);
      const record = getCluster(context, name);
      try {
        await fleet.prepareCluster(name, record);
        await latency();
      } catch (caught) {
        put(context, name, { ...record, resource: { ...record.resource, state: "FAILED" } });
        throw caught;
      }
      return toResponse(
        "Cluster",
        input,
        put(context, name, { ...record, resource: { ...record.resource, state: "READY" } }),
      );
    }),
    "clusters.update": timed(cloud, async ({ input, latency }) => {
      const name = String(input.name);
      await latency();
      const record = getCluster(context, name);
      await fleet.ensureInitialUser(name);
      const updateTime = cloud.clock.timestamp();
      const resource: Cluster = { ...(input.resource as Cluster), reconciling: false, updateTime };
      return toResponse("Cluster", input, put(context, name, { ...record, resource }));
    }),
    "clusters.delete": timed(cloud, async ({ input, latency }) => {
      const name = String(input.name);
      const record = getCluster(context, name);
      await latency();
      const instances = records.instances.list(`${name}/instances/`).map(([instance]) => instance);
      for (const instance of instances) {
        await fleet.removeInstance(instance);
        records.instances.delete(instance);
      }
      await fleet.removeCluster(name, record);
      records.clusters.delete(name);
      cloud.access.deletePolicies(`//alloydb.googleapis.com/${name}`);
      releaseConnection(context, { network: record.network, cluster: name });
      return emptyResponse;
    }),
  };
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

function put({ records }: Context, name: string, record: ClusterRecord): Cluster {
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
  return new ApiError({
    code: "UNIMPLEMENTED",
    message: "psc_config: instances behind Private Service Connect are not served here; use a network",
  });
}

/** @throws ApiError INVALID_ARGUMENT */
function checkLocation(parent: string): void {
  const { region } = parseName(parent);
  if (!Object.hasOwn(regions, region)) throw invalid(`location "${region}" is not a region of AlloyDB`);
}
