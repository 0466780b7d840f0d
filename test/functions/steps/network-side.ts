import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createServiceNetworking } from "../../../local/servicenetworking/service-networking.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { createVpcAccess } from "../../../local/vpcaccess/vpc-access.ts";
import type { StepName } from "../../../plan/step.ts";
import type { ConnectorInput } from "../../../plan/steps/egress.ts";
import type { NetworkInput } from "../../../plan/steps/network.ts";
import type { PeeringInput } from "../../../plan/steps/peering.ts";
import { ownershipOf } from "../../../spec/names.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { type Steps, startSteps } from "../../support/steps.ts";

/** Whom the tests' resources belong to. */
export const ownership = ownershipOf({ installation: `${testProject}-alloyrun`, environment: "staging", labels: {} });

/** Where Compute Engine is asked for a resource by its name. */
export const compute = "compute.googleapis.com/compute/v1";

/** A local cloud with the APIs of the network and the steps in front of it. */
export interface NetworkSide {
  readonly local: LocalCloud;
  readonly steps: Steps;
  /** Calls Compute Engine as the owner and lets its operation end: `insert` a body into a collection. */
  insert(collection: string, body: object): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startNetworkSide(names: readonly StepName[]): Promise<NetworkSide> {
  const apis = [
    createAlloyDb,
    createCompute,
    createResourceManager,
    createServiceNetworking,
    createStorage,
    createVpcAccess,
  ];
  const local = await startTestCloud({ apis });
  const steps = await startSteps(local, testProject, names);
  return {
    local,
    steps,
    async insert(collection, body) {
      const { status, text } = await rest(local, `POST ${compute}/projects/${testProject}/${collection}`, { body });
      if (status !== 200) throw new Error(text);
      await local.cloud.clock.advance(120_000);
    },
    async stop() {
      await steps.stop();
      await local.stop();
    },
  };
}

/** Names of an environment whose ids begin alike, so that tests do not meet. */
export function namesOf(id: string) {
  return {
    network: `projects/${testProject}/global/networks/${id}-vpc`,
    subnetwork: `projects/${testProject}/regions/asia-northeast1/subnetworks/${id}-subnet`,
    range: `projects/${testProject}/global/addresses/${id}-range`,
    connector: `projects/${testProject}/locations/asia-northeast1/connectors/${id}-connector`,
  };
}

/** Input of `network` with one connector subnetwork. */
export function networkInput(id: string, changes: Partial<NetworkInput> = {}): NetworkInput {
  const { network, subnetwork } = namesOf(id);
  return {
    project: testProject,
    region: "asia-northeast1",
    network,
    existing: false,
    subnetworks: [{ name: subnetwork, range: "192.168.100.0/28", prefix: { min: 28, max: 28 } }],
    ownership,
    ...changes,
  };
}

/** Input of `peering` for that network. */
export function peeringInput(id: string, changes: Partial<PeeringInput> = {}): PeeringInput {
  const { network, range: name } = namesOf(id);
  const range = { name, address: "192.168.200.0", prefixLength: 24 };
  return { project: testProject, network, existing: false, range, ownership, ...changes };
}

/** Input of `egress` with a connector on that subnetwork. */
export function connectorInput(id: string, changes: Partial<ConnectorInput> = {}): ConnectorInput {
  const { connector, subnetwork } = namesOf(id);
  const size = { minInstances: 2, maxInstances: 3, machineType: "f1-micro" };
  return { kind: "connector", connector, subnetwork, ...size, provenBy: "subnetwork", ownership, ...changes };
}
