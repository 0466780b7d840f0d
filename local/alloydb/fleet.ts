import { rm } from "node:fs/promises";
import path from "node:path";
import type { Cloud } from "../cloud.ts";
import { createIssuer, type Issuer } from "../postgres/authority.ts";
import { makePassable } from "../postgres/ownership.ts";
import { createDataDirectory, type Installation, installPostgres } from "../postgres/postgres.ts";
import { withSession } from "../postgres/session.ts";
import { createStandby, dropSlot } from "../postgres/standby.ts";
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
  /** What only this node's server is started with. */
  readonly parameters: Readonly<Record<string, string>>;
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
    const found = this.#authorities.get(cluster) ?? createAuthorities(idOf(cluster));
    this.#authorities.set(cluster, found);
    return found;
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
    await makePassable(path.join(installation.directory, "clusters"));
    await makePassable(this.#clusterDirectory(installation, resource.uid));
    await createDataDirectory(installation, this.#primaryData(installation, resource.uid));
  }

  /** Starts the first server of an instance, and makes it reachable in its network. */
  async startInstance(instance: string, { resource, privateAddress = "" }: InstanceRecord): Promise<void> {
    const cluster = this.#cluster(instance);
    const installation = await this.#install();
    const isPrimary = resource.instanceType !== "READ_POOL";
    const dataDirectory = isPrimary
      ? this.#primaryData(installation, cluster.resource.uid)
      : path.join(this.#clusterDirectory(installation, cluster.resource.uid), `pool-${resource.uid}`);
    const parameters = isPrimary ? {} : await this.#follow(instance, { dataDirectory, uid: resource.uid });
    const node = new DatabaseNode({
      processes: this.#cloud.processes,
      installation,
      issuer: (await this.authorities(clusterOf(instance))).root,
      loopback: this.#cloud.fabric.allocate(instance),
      privateAddress,
      dataDirectory,
      admit: admitConnector(this.#cloud, this.#records, instance),
      admitToken: admitToken(this.#cloud, instance),
      onLine: this.#logger(instance),
    });
    this.#members.set(instance, { node, network: cluster.network, privateAddress, parameters });
    await node.start(toNodeSettings(resource, parameters));
    if (isPrimary) await this.ensureInitialUser(clusterOf(instance));
  }

  /** Gives the initial user of a cluster its password and rights; does nothing while no primary runs. */
  async ensureInitialUser(cluster: string): Promise<void> {
    const primary = this.#primaryOf(cluster);
    const wanted = this.#records.clusters.get(cluster)?.initialUser;
    if (!primary || !wanted) return;
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
    await member.node.start(toNodeSettings(record.resource, member.parameters));
  }

  /** Stops an instance's server; its address and data stay. */
  async stop(instance: string): Promise<void> {
    await this.#members.get(instance)?.node.stop();
  }

  /** Ends an instance's server for good and gives its addresses back. The data of a primary stays with its cluster. */
  async removeInstance(instance: string): Promise<void> {
    const member = this.#members.get(instance);
    if (!member) return;
    const { node, network, privateAddress, parameters } = member;
    this.#members.delete(instance);
    this.#cloud.fabric.detach(network, privateAddress);
    await node.stop();
    this.#cloud.fabric.release(node.loopback);
    const slot = parameters.primary_slot_name;
    if (slot === undefined) return;
    await rm(node.dataDirectory, { recursive: true, force: true });
    const primary = this.#primaryOf(clusterOf(instance));
    if (primary) await dropSlot(primary.adminLogin, slot);
  }

  /** Removes what is left of a cluster whose instances are gone. */
  async removeCluster(cluster: string, { resource }: ClusterRecord): Promise<void> {
    this.#authorities.delete(cluster);
    if (!this.#installation) return;
    const installation = await this.#installation;
    await rm(this.#clusterDirectory(installation, resource.uid), { recursive: true, force: true });
  }

  /** Ends every server. */
  async close(): Promise<void> {
    const members = [...this.#members.values()];
    this.#members.clear();
    await Promise.all(members.map(({ node }) => node.stop()));
  }

  /** A failed preparation is tried again by the next that needs it. */
  #install(): Promise<Installation> {
    this.#installation ??= installPostgres(this.#cloud).catch((caught: unknown) => {
      this.#installation = undefined;
      throw caught;
    });
    return this.#installation;
  }

  #cluster(instance: string): ClusterRecord {
    const record = this.#records.clusters.get(clusterOf(instance));
    if (!record) throw unready(`the cluster of ${instance} is gone`);
    return record;
  }

  #clusterDirectory({ directory }: Installation, uid = ""): string {
    return path.join(directory, "clusters", uid);
  }

  #primaryData(installation: Installation, uid: string | undefined): string {
    return path.join(this.#clusterDirectory(installation, uid), "primary");
  }

  #primaryOf(cluster: string): DatabaseNode | undefined {
    const found = this.#records.instances
      .list(`${cluster}/instances/`)
      .find(([, { resource }]) => resource.instanceType === "PRIMARY");
    const node = found && this.#members.get(found[0])?.node;
    return node?.isRunning ? node : undefined;
  }

  async #follow(instance: string, target: { readonly dataDirectory: string; readonly uid: string | undefined }) {
    const primary = this.#primaryOf(clusterOf(instance));
    if (!primary) throw unready(`the primary instance of ${clusterOf(instance)} is not running`);
    const slot = `pool_${target.uid?.replace(/[^a-z0-9]/g, "_")}`;
    const source = { login: primary.adminLogin, dataDirectory: primary.dataDirectory, slot };
    return await createStandby(source, target.dataDirectory, await this.#install());
  }

  #logger(instance: string): (text: string) => void {
    const { project, region, cluster, instance: instanceId } = parseName(instance);
    const labels = { resource_container: project, location: region, cluster_id: cluster, instance_id: instanceId };
    const resource = { type: "alloydb.googleapis.com/Instance", labels };
    const log = "alloydb.googleapis.com/postgres.log";
    return (text) => this.#cloud.logs.write({ project, log, resource, text });
  }
}

async function createAuthorities(cluster: string): Promise<ClusterAuthorities> {
  const root = await createIssuer(`AlloyDB ${cluster}`);
  return { root, clients: await root.issueAuthority(`AlloyDB clients ${cluster}`) };
}
