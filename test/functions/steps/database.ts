import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import type { Api } from "../../../local/api.ts";
import type { Cloud } from "../../../local/cloud.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { createServiceNetworking } from "../../../local/servicenetworking/service-networking.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import type { StepName } from "../../../plan/step.ts";
import type { ClusterInput } from "../../../plan/steps/cluster.ts";
import type { InstanceInput } from "../../../plan/steps/instance.ts";
import type { ReadPoolInput } from "../../../plan/steps/read-pool.ts";
import { ownershipOf } from "../../../spec/names.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { type Steps, startSteps } from "../../support/steps.ts";

/** Whom the tests' resources belong to. */
export const ownership = ownershipOf({ installation: `${testProject}-alloyrun`, environment: "staging", labels: {} });

const network = `projects/${testProject}/global/networks/my-vpc`;
const parent = `projects/${testProject}/locations/asia-northeast1`;

/** Input of `cluster` for a cluster of that id. */
export function clusterInput(id: string): ClusterInput {
  return {
    cluster: `${parent}/clusters/${id}`,
    version: "POSTGRES_16",
    network,
    allocatedIpRange: "my-iprange",
    adminSecret: `projects/${testProject}/secrets/admin`,
    ownership,
  };
}

/** Input of `instance` for the primary of that cluster. */
export function instanceInput(id: string): InstanceInput {
  const cluster = `${parent}/clusters/${id}`;
  return {
    cluster,
    instance: `${cluster}/instances/primary`,
    cpuCount: 2,
    availability: "ZONAL",
    flags: {},
    login: { user: "app", auth: "password" },
    applicationSecret: `projects/${testProject}/secrets/application`,
    ownership,
  };
}

/** Input of `readPool` for that cluster. */
export function poolInput(id: string): ReadPoolInput {
  const cluster = `${parent}/clusters/${id}`;
  return { cluster, instance: `${cluster}/instances/pool`, nodeCount: 1, cpuCount: 2, flags: {}, ownership };
}

/** A local cloud with a network, its reserved range and two empty secrets, and the database's steps in front of it. */
export interface Database {
  readonly local: LocalCloud;
  readonly steps: Steps;
  /** Connects the network to AlloyDB's and waits until the peering is active. */
  connect(): Promise<void>;
  stop(): Promise<void>;
}

/** What else a test needs. */
export interface DatabaseOptions {
  /** Stands in for AlloyDB's own behaviour here and there. */
  readonly alloydb?: (cloud: Cloud) => Api;
  readonly apis?: readonly ((cloud: Cloud) => Api)[];
  readonly steps?: readonly StepName[];
}

/** Starts it. */
export async function startDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const { alloydb = createAlloyDb, apis = [], steps: more = [] } = options;
  const own = [createCompute, createServiceNetworking, createSecretManager, createStorage, alloydb];
  const local = await startTestCloud({ apis: [...own, ...apis] });
  const steps = await startSteps(local, testProject, ["cluster", "instance", "readPool", ...more]);
  const compute = `compute.googleapis.com/compute/v1/projects/${testProject}/global`;
  await operate(local, `POST ${compute}/networks`, { name: "my-vpc", autoCreateSubnetworks: false });
  const range = { name: "my-iprange", purpose: "VPC_PEERING", addressType: "INTERNAL", network };
  await operate(local, `POST ${compute}/addresses`, { ...range, address: "192.168.200.0", prefixLength: 24 });
  for (const id of ["admin", "application"]) {
    const secrets = `secretmanager.googleapis.com/v1/projects/${testProject}/secrets?secretId=${id}`;
    await rest(local, `POST ${secrets}`, { body: { replication: { automatic: {} } } });
  }
  return {
    local,
    steps,
    connect: () => connect(local),
    async stop() {
      await steps.stop();
      await local.stop();
    },
  };
}

async function connect(local: LocalCloud): Promise<void> {
  const number = local.cloud.projects.find(testProject)?.projectNumber;
  const connections = "servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com/connections";
  const body = { network: `projects/${number}/global/networks/my-vpc`, reservedPeeringRanges: ["my-iprange"] };
  await operate(local, `POST ${connections}`, body);
  await local.cloud.clock.advance(120_000);
}

/** Calls and waits for the operation. */
export async function operate(local: LocalCloud, target: string, body: object): Promise<void> {
  const started = await rest(local, target, { body });
  if (started.status !== 200) throw new Error(started.text);
  const { selfLink, name } = started.body;
  const host = target.split(" ")[1]?.split("/")[0];
  const link = typeof selfLink === "string" ? selfLink : `https://${host}/v1/${name}`;
  const url = link.replace("https://www.googleapis.com/compute", "https://compute.googleapis.com/compute");
  for (;;) {
    const { body: operation, text } = await rest(local, `GET ${url.replace("https://", "")}`);
    if (operation.error) throw new Error(text);
    if (operation.done === true || operation.status === "DONE") return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
