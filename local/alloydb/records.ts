import { createHash } from "node:crypto";
import type { KeyPair } from "../certificate.ts";
import type { Cluster, Instance } from "../model/generated/alloydb.ts";
import type { Collection, Store } from "../store.ts";

/** A cluster with what the API does not show. */
export interface ClusterRecord {
  readonly resource: Cluster;
  /** `projects/{project}/global/networks/{network}` by project id. */
  readonly network: string;
  /** The reserved range that instances must take their addresses from, if one is pinned. */
  readonly allocatedIpRange?: string;
  readonly initialUser: InitialUser;
  /** Clock time until which it goes on reconciling after its operation. */
  readonly settledAt?: number;
}

/** The user that a cluster is created with. */
export interface InitialUser {
  readonly name: string;
  /** What PostgreSQL keeps of its password; absent: nobody can log in as it. */
  readonly verifier?: string;
}

/** An instance with what the API does not show. */
export interface InstanceRecord {
  readonly resource: Instance;
  /** Its private address, once it has one. */
  readonly privateAddress?: string;
  /** Its loopback address below the cloud's block, as `placeOf` gives it; it is taken again after a restart. */
  readonly place?: string;
  /** Clock time until which it goes on reconciling after its operation. */
  readonly settledAt?: number;
}

/** The keys of a cluster's authorities, which clients go on trusting after a restart. */
interface AuthorityKeys {
  readonly root: KeyPair;
  readonly clients: KeyPair;
}

/** A subnet that a region of AlloyDB took from a network's reserved range. */
interface RegionBlock {
  /** First address of a /24. */
  readonly block: string;
}

/** What keeps a private services connection from being deleted. */
interface ProducerHold {
  /** `projects/{project}/global/networks/{network}` */
  readonly network: string;
  /** Clock time when it ends; absent while the cluster exists. */
  readonly releaseTime?: number;
}

/** All state of the API. */
export interface Records {
  readonly clusters: Collection<ClusterRecord>;
  readonly instances: Collection<InstanceRecord>;
  readonly authorities: Collection<AuthorityKeys>;
  /** By `{network}/{region}`. */
  readonly blocks: Collection<RegionBlock>;
  /** By `{network}/{cluster}`; the Service Networking API reads them. */
  readonly holds: Collection<ProducerHold>;
}

/** The collections of the API in the cloud's store. */
export function openRecords(store: Store): Records {
  return {
    clusters: store.collection("alloydb.clusters"),
    instances: store.collection("alloydb.instances"),
    authorities: store.collection("alloydb.authorities"),
    blocks: store.collection("alloydb.blocks"),
    holds: store.collection("servicenetworking.holds"),
  };
}

/** The resource with the etag of its content. */
export function withEtag<T extends Cluster | Instance>(resource: T): T {
  const { etag: _, ...content } = resource;
  const digest = createHash("sha256").update(JSON.stringify(content)).digest("base64url");
  return { ...resource, etag: `"${digest.slice(0, 22)}"` };
}
