import { createCompute } from "../../../local/compute/compute.ts";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createServiceNetworking } from "../../../local/servicenetworking/service-networking.ts";
import { createVpcAccess } from "../../../local/vpcaccess/vpc-access.ts";
import { startTestCloud, testProject } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";

/** Base of the tests' project in Compute Engine. */
export const base = `compute.googleapis.com/compute/v1/projects/${testProject}`;

/** Path of the tests' network. */
export const networkPath = `projects/${testProject}/global/networks/my-vpc`;

export const region = "asia-northeast1";

/** Path of a subnetwork of the tests' region. */
export const subnetworkPath = (name: string) => `projects/${testProject}/regions/${region}/subnetworks/${name}`;

/** Starts the APIs that make and hold networks. */
export function startNetworks(): Promise<LocalCloud> {
  return startTestCloud({ apis: [createCompute, createServiceNetworking, createVpcAccess] });
}

/** Makes the network. */
export function insertNetwork(local: LocalCloud, fields: JsonObject = {}): Promise<JsonObject> {
  const body = { name: "my-vpc", autoCreateSubnetworks: false, ...fields };
  return operate(local, `POST ${base}/global/networks`, { body });
}

/** Makes a subnetwork in it. */
export function insertSubnetwork(local: LocalCloud, name: string, ipCidrRange: string): Promise<JsonObject> {
  const body = { name, network: networkPath, ipCidrRange, privateIpGoogleAccess: true };
  return operate(local, `POST ${base}/regions/${region}/subnetworks`, { body });
}

/** Reserves a range in it. */
export function insertRange(local: LocalCloud, fields: JsonObject = {}): Promise<JsonObject> {
  const range = { name: "my-range", purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 20 };
  return operate(local, `POST ${base}/global/addresses`, { body: { ...range, network: networkPath, ...fields } });
}
