import type { protos } from "@google-cloud/alloydb";
import { AlloyDBAdminClient } from "@google-cloud/alloydb/build/src/v1/alloy_d_b_admin_client.js";
import type { Connect } from "../auth.ts";
import { callOfficial, officialCaller } from "../gax.ts";
import { idOf, parentOf } from "../name.ts";
import type { Operation } from "../operation.ts";
import { orAbsent } from "../rest.ts";

/** A cluster; enums by name. */
export type Cluster = protos.google.cloud.alloydb.v1.ICluster;
/** A primary instance or a read pool; enums by name. */
export type Instance = protos.google.cloud.alloydb.v1.IInstance;
/** A database user. */
export type User = protos.google.cloud.alloydb.v1.IUser;

/**
 * AlloyDB as alloyrun uses it. Names are full: `projects/{project}/locations/{location}/clusters/{cluster}` and
 * `…/instances/{instance}`, `…/users/{user}` below it. A `requestId` is a UUID that is the same for every repetition of a
 * call; AlloyDB ignores repetitions for an hour.
 *
 * @see https://cloud.google.com/alloydb/docs/reference/rest
 */
export interface AlloyDbClient {
  readonly getCluster: (name: string) => Promise<Cluster | undefined>;
  /** All clusters of a location, `projects/{project}/locations/{location}`. */
  readonly listClusters: (parent: string) => Promise<readonly Cluster[]>;
  readonly createCluster: (request: Creation & { readonly cluster: Cluster }) => Promise<Operation>;
  readonly patchCluster: (request: Patch & { readonly cluster: Cluster }) => Promise<Operation>;
  /** Deletes a cluster; with `force`, all instances in it too, whosever they are. Refused while it has any without. */
  readonly deleteCluster: (request: Deletion & { readonly force: boolean }) => Promise<Operation>;
  readonly getInstance: (name: string) => Promise<Instance | undefined>;
  /** All instances of a cluster. */
  readonly listInstances: (cluster: string) => Promise<readonly Instance[]>;
  /** Names of all databases of a cluster but templates; refused while it has no primary that is ready. */
  readonly listDatabases: (cluster: string) => Promise<readonly string[]>;
  readonly createInstance: (request: Creation & { readonly instance: Instance }) => Promise<Operation>;
  readonly patchInstance: (request: Patch & { readonly instance: Instance }) => Promise<Operation>;
  readonly deleteInstance: (request: Deletion) => Promise<Operation>;
  readonly getUser: (name: string) => Promise<User | undefined>;
  /** Creates a user or, when it exists, sets its password and roles. Takes effect at once. */
  readonly createUser: (name: string, user: User) => Promise<User>;
  readonly executeSql: (query: Query) => Promise<QueryOutcome>;
}

/** Where something is created; `name` is the full name that it will have. */
export interface Creation {
  readonly name: string;
  readonly requestId: string;
}

/** Which fields change, in lowerCamel paths. */
export interface Patch {
  readonly updateMask: readonly string[];
  readonly requestId: string;
}

/** What is deleted. */
export interface Deletion {
  readonly name: string;
  readonly requestId: string;
}

/** A statement to run in an instance's database. */
export interface Query {
  readonly instance: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly sqlStatement: string;
}

/** How a statement ended: its failure is an answer too, not an error of the call. */
export interface QueryOutcome {
  readonly isOk: boolean;
  /** PostgreSQL's or AlloyDB's words when not ok. */
  readonly message: string;
  /** The rows of the last result, each column as text; null where there is no value. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Reaches AlloyDB through the official client. */
export const connectAlloyDb: Connect<AlloyDbClient> = (auth) => {
  const client = new AlloyDBAdminClient({ auth });
  return (guard) => ({
    getCluster: (name) =>
      orAbsent(read("clusters.get", name, async (options) => (await client.getCluster({ name }, options))[0])),
    listClusters: (parent) =>
      read("clusters.list", parent, async (options) => (await client.listClusters({ parent }, options))[0]),
    createCluster: ({ name, requestId, cluster }) =>
      start({ method: "clusters.create", resource: name, guard }, (options) =>
        client.createCluster({ parent: parentOf(name), clusterId: idOf(name), requestId, cluster }, options),
      ),
    patchCluster: ({ updateMask, requestId, cluster }) =>
      start({ method: "clusters.patch", resource: cluster.name ?? "", guard }, (options) =>
        client.updateCluster({ cluster, updateMask: maskOf(updateMask), requestId }, options),
      ),
    deleteCluster: ({ name, requestId, force }) =>
      start({ method: "clusters.delete", resource: name, guard }, (options) =>
        client.deleteCluster({ name, requestId, force }, options),
      ),
    getInstance: (name) =>
      orAbsent(read("instances.get", name, async (options) => (await client.getInstance({ name }, options))[0])),
    listInstances: (cluster) =>
      read("instances.list", cluster, async (options) => (await client.listInstances({ parent: cluster }, options))[0]),
    listDatabases: async (cluster) => {
      const [all] = await read("databases.list", cluster, (options) =>
        client.listDatabases({ parent: cluster }, options),
      );
      return all.flatMap(({ name, isTemplateDatabase }) => (name && !isTemplateDatabase ? [idOf(name)] : []));
    },
    createInstance: ({ name, requestId, instance }) =>
      start({ method: "instances.create", resource: name, guard }, (options) =>
        client.createInstance({ parent: parentOf(name), instanceId: idOf(name), requestId, instance }, options),
      ),
    patchInstance: ({ updateMask, requestId, instance }) =>
      start({ method: "instances.patch", resource: instance.name ?? "", guard }, (options) =>
        client.updateInstance({ instance, updateMask: maskOf(updateMask), requestId }, options),
      ),
    deleteInstance: ({ name, requestId }) =>
      start({ method: "instances.delete", resource: name, guard }, (options) =>
        client.deleteInstance({ name, requestId }, options),
      ),
    getUser: (name) =>
      orAbsent(read("users.get", name, async (options) => (await client.getUser({ name }, options))[0])),
    createUser: (name, user) =>
      callOfficial({
        site: site("users.create", name),
        guard,
        send: async (options) =>
          (await client.createUser({ parent: parentOf(name), userId: idOf(name), user }, options))[0],
      }),
    executeSql: (query) => executeSql(client, query),
  });
};

const version = "https://alloydb.googleapis.com/v1";

const { site, read, start } = officialCaller("alloydb", version);

/** The statement and its password are in the request only; neither is in the outcome. */
async function executeSql(client: AlloyDBAdminClient, query: Query): Promise<QueryOutcome> {
  const [response] = await read("instances.executeSql", query.instance, (options) => client.executeSql(query, options));
  const rows = response.sqlResults?.at(-1)?.rows ?? [];
  return {
    isOk: response.metadata?.status === "OK",
    message: response.metadata?.message ?? "",
    rows: rows.map(({ values }) => (values ?? []).map(({ value, nullValue }) => (nullValue ? null : (value ?? null)))),
  };
}

/** Paths of a field mask are in snake case on the wire of gRPC. */
function maskOf(paths: readonly string[]): { readonly paths: string[] } {
  return { paths: paths.map((path) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) };
}
