import { rm } from "node:fs/promises";
import path from "node:path";
import type { KeyPair } from "../certificate.ts";
import type { Cloud } from "../cloud.ts";
import { placeOf } from "../fabric.ts";
import type { Instance } from "../model/generated/alloydb.ts";
import { createIssuer, type Issuer, openIssuer } from "../postgres/authority.ts";
import { makePassable } from "../postgres/ownership.ts";
import { createDataDirectory, type Installation, installPostgres } from "../postgres/postgres.ts";
import { withSession } from "../postgres/session.ts";
import { createStandby, dropSlot, followPrimary } from "../postgres/standby.ts";
import { admitConnector, admitToken } from "./connector-admission.ts";
import { DatabaseNode } from "./database-node.ts";
import { ensureRole } from "./database-roles.ts";
import { clusterOf, idOf, parseName, unready } from "./names.ts";
import { toNodeSettings } from "./node-settings.ts";
import type { ClusterRecord, InstanceRecord, Records } from "./records.ts";

/** The authorities of one cluster. */
export interface ClusterAuthorities {
  /** Issues the certificates of instances, and stands behind those of clients. */
  readonly root: Issuer;
  /** Issues the certificates of clients. */
  readonly clients: Issuer;
}

interface Member {
  readonly node: DatabaseNode;
  readonly network: string;
  readonly privateAddress: string;
  /** What the primary keeps its changes in for this node, if it is a read pool's. */
  readonly slot?: string;
}

/**
 * All that really runs behind the API's resources: authorities, data directories and servers, none of which is in the
 * store. A cluster's data belongs to the cluster: it outlives its primary instance.
 */
export class Fleet {
  readonly #cloud: Cloud;
  readonly #records: Records;
  #installation: Promise<Installation> | undefined;
  readonly #authorities = new Map<string, Promise<ClusterAuthorities>>();
  readonly #members = new Map<string, Member>();

  constructor(cloud: Cloud, records: Records) {
    this.#cloud = cloud;
    this.#records = records;
  }

  /** The authorities of a cluster, made when first asked for. */
  authorities(cluster: string): Promise<ClusterAuthorities> {
    const found = this.#authorities.get(cluster) ?? this.#openAuthorities(cluster);
    this.#authorities.set(cluster, found);
    return found;
  }

  async #openAuthorities(cluster: string): Promise<ClusterAuthorities> {
    const { authorities } = this.#records;
    const kept = authorities.get(cluster);
    if (kept) return { root: await openIssuer(kept.root), clients: await openIssuer(kept.clients) };
    const made = await createAuthorities(idOf(cluster));
    authorities.put(cluster, { root: made.root.keys, clients: made.clients.keys });
    return made;
  }

  /** Tells whether an instance has a server, running or not. */
  has(instance: string): boolean {
    return this.#members.has(instance);
  }

  /** The running node of an instance. @throws ApiError FAILED_PRECONDITION when there is none */
  node(instance: string): DatabaseNode {
    const node = this.#members.get(instance)?.node;
    if (!node?.isRunning) throw unready(`instance ${instance} is not running`);
    return node;
  }

  /** The loopback address of an instance, whether its server runs or not. */
  loopback(instance: string): string | undefined {
    return this.#members.get(instance)?.node.loopback;
  }

  /** Prepares what every server needs and gives a new cluster its authorities and data. */
  async prepareCluster(cluster: string, { resource }: ClusterRecord): Promise<void> {
    const installation = await this.#install();
    await this.authorities(cluster);
    await makePassable(this.#clusterDirectory());
    await makePassable(this.#clusterDirectory(resource.uid));
    await createDataDirectory(installation, this.#dataOf({ resource }, {}));
  }

  /** Starts the first server of an instance; nobody is led to it before `attach`. */
  async startInstance(instance: string): Promise<void> {
    const record = this.#instance(instance);
    const { node, slot } = await this.#join(instance, record);
    if (slot === undefined) {
      await this.restart(instance);
      return await this.ensureInitialUser(clusterOf(instance));
    }
    const { adminLogin: login, dataDirectory } = this.#runningPrimary(instance);
    await createStandby({ login, dataDirectory, slot }, node.dataDirectory, await this.#install());
    await this.restart(instance);
  }

  /** Brings back every server that was there when the cloud ended, on its data: primaries first, then who follows them. */
  async comeBack(): Promise<void> {
    const all = this.#records.instances.list().filter(([, { resource }]) => hasServer(resource));
    if (all.length === 0) return;
    await this.#install();
    for (const [instance, record] of all) await this.#join(instance, record);
    const byRank = Object.groupBy(all, ([, { resource }]) => (slotOf(resource) === undefined ? "primary" : "pool"));
    for (const group of [byRank.primary ?? [], byRank.pool ?? []]) {
      await Promise.all(group.map(([instance, { resource }]) => this.#bringBack(instance, resource)));
    }
  }

  /** A server that does not come back stays away as one does whose machine is broken: connections are refused. */
  async #bringBack(instance: string, { state }: Instance): Promise<void> {
    this.attach(instance);
    if (state === "STOPPED") return;
    await this.restart(instance).catch((caught: Error) =>
      this.#logger(instance)(`PostgreSQL did not come back: ${caught.message}`),
    );
  }

  /** Gives an instance its node, not started yet, at the address where it was before. */
  async #join(instance: string, record: InstanceRecord): Promise<Member> {
    const { resource, privateAddress = "", place } = record;
    const cluster = this.#cluster(instance);
    const installation = await this.#install();
    const loopback = this.#cloud.fabric.allocate(instance, place);
    const node = new DatabaseNode({
      processes: this.#cloud.processes,
      installation,
      issuer: (await this.authorities(clusterOf(instance))).root,
      loopback,
      privateAddress,
      dataDirectory: this.#dataOf(cluster, resource),
      admit: admitConnector(this.#cloud, this.#records, instance),
      admitToken: admitToken(this.#cloud, this.#records, instance),
      onLine: this.#logger(instance),
    });
    const member = { node, network: cluster.network, privateAddress, slot: slotOf(resource) };
    this.#members.set(instance, member);
    this.#records.instances.put(instance, { ...record, place: placeOf(loopback) });
    return member;
  }

  /** Gives the initial user of a cluster its password and rights; does nothing while no primary runs. */
  async ensureInitialUser(cluster: string): Promise<void> {
    const primary = this.#primaryOf(cluster);
    const wanted = this.#records.clusters.get(cluster)?.initialUser;
    if (!primary?.isRunning || !wanted) return;
    const role = { ...wanted, memberOf: ["alloydbsuperuser"], keepsOthers: true };
    await withSession(primary.adminLogin, (session) => ensureRole(session, role));
  }

  /** Lets workloads of the network reach an instance. */
  attach(instance: string): void {
    const member = this.#members.get(instance);
    if (!member) return;
    const { network, privateAddress, node } = member;
    this.#cloud.fabric.attach({ network, privateAddress, loopback: node.loopback });
  }

  /** Stops an instance's server and starts it again as its resource says by now. */
  async restart(instance: string): Promise<void> {
    const member = this.#members.get(instance);
    const record = this.#records.instances.get(instance);
    if (!member || !record) return;
    await member.node.stop();
    const more = member.slot === undefined ? {} : await this.#follow(instance, member.slot);
    await member.node.start(toNodeSettings(record.resource, more));
  }

  /** Stops an instance's server; its address and data stay. */
  async stop(instance: string): Promise<void> {
    await this.#members.get(instance)?.node.stop();
  }

  /** Ends an instance's server for good and gives its addresses back. The data of a primary stays with its cluster. */
  async removeInstance(instance: string): Promise<void> {
    const member = this.#members.get(instance);
    if (!member) return;
    const { node, network, privateAddress, slot } = member;
    this.#members.delete(instance);
    this.#cloud.fabric.detach(network, privateAddress);
    await node.stop();
    this.#cloud.fabric.release(node.loopback);
    if (slot === undefined) return;
    await rm(node.dataDirectory, { recursive: true, force: true });
    const primary = this.#primaryOf(clusterOf(instance));
    if (primary?.isRunning) await dropSlot(primary.adminLogin, slot);
  }

  /** Removes what is left of a cluster whose instances are gone. */
  async removeCluster({ resource }: ClusterRecord): Promise<void> {
    this.#authorities.delete(resource.name ?? "");
    await rm(this.#clusterDirectory(resource.uid), { recursive: true, force: true });
  }

  /** Ends every server. */
  async close(): Promise<void> {
    const members = [...this.#members.values()];
    this.#members.clear();
    await Promise.all(members.map(({ node }) => node.stop()));
  }

  /** A failed preparation is tried again by the next that needs it. */
  #install(): Promise<Installation> {
    this.#installation ??= this.#installAnew().catch((caught: unknown) => {
      this.#installation = undefined;
      throw caught;
    });
    return this.#installation;
  }

  async #installAnew(): Promise<Installation> {
    const keys = this.#cloud.store.collection<KeyPair>("local.keys");
    const kept = keys.get("postgres");
    const internal = kept ? await openIssuer(kept) : await createIssuer("local-internal");
    if (!kept) keys.put("postgres", internal.keys);
    return await installPostgres(this.#cloud, internal);
  }

  #instance(instance: string): InstanceRecord {
    const record = this.#records.instances.get(instance);
    if (!record) throw unready(`instance ${instance} is gone`);
    return record;
  }

  #cluster(instance: string): ClusterRecord {
    const record = this.#records.clusters.get(clusterOf(instance));
    if (!record) throw unready(`the cluster of ${instance} is gone`);
    return record;
  }

  #clusterDirectory(uid = ""): string {
    return path.join(this.#cloud.directory, "postgres", "clusters", uid);
  }

  #dataOf({ resource: cluster }: Pick<ClusterRecord, "resource">, { instanceType, uid }: Instance): string {
    return path.join(this.#clusterDirectory(cluster.uid), instanceType === "READ_POOL" ? `pool-${uid}` : "primary");
  }

  #primaryOf(cluster: string): DatabaseNode | undefined {
    const found = this.#records.instances
      .list(`${cluster}/instances/`)
      .find(([, { resource }]) => resource.instanceType === "PRIMARY");
    return found && this.#members.get(found[0])?.node;
  }

  #runningPrimary(instance: string): DatabaseNode {
    const primary = this.#primaryOf(clusterOf(instance));
    if (primary?.isRunning) return primary;
    throw unready(`the primary instance of ${clusterOf(instance)} is not running`);
  }

  /** The parameters by which a read pool's server follows the primary, wherever that is by now. */
  async #follow(instance: string, slot: string): Promise<Readonly<Record<string, string>>> {
    const primary = this.#primaryOf(clusterOf(instance));
    const node = this.#members.get(instance)?.node;
    if (!primary || !node) throw unready(`the primary instance of ${clusterOf(instance)} is gone`);
    return await followPrimary({ login: primary.adminLogin, slot }, node.dataDirectory, await this.#install());
  }

  #logger(instance: string): (text: string) => void {
    const { project, region, cluster, instance: instanceId } = parseName(instance);
    const labels = { resource_container: project, location: region, cluster_id: cluster, instance_id: instanceId };
    const resource = { type: "alloydb.googleapis.com/Instance", labels };
    const log = "alloydb.googleapis.com/postgres.log";
    return (text) => this.#cloud.logs.write({ project, log, resource, text });
  }
}

function slotOf({ instanceType, uid = "" }: Instance): string | undefined {
  return instanceType === "READ_POOL" ? `pool_${uid.replace(/[^a-z0-9]/g, "_")}` : undefined;
}

/** Whether an instance in this state has a server; one that is being created is started by its operation. */
function hasServer({ state }: Instance): boolean {
  return state !== "CREATING" && state !== "FAILED";
}

async function createAuthorities(cluster: string): Promise<ClusterAuthorities> {
  const root = await createIssuer(`AlloyDB ${cluster}`);
  return { root, clients: await root.issueAuthority(`AlloyDB clients ${cluster}`) };
}
