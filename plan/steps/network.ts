import { expectedSeconds } from "../../spec/expected.ts";
import { type Ownership, ownershipOf } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import type { PlanContext, StepDeclaration } from "../step.ts";

/** What `network` is told. */
export interface NetworkInput {
  readonly project: string;
  readonly region: string;
  /** `projects/{project}/global/networks/{network}` */
  readonly network: string;
  /** Whether network and subnetworks are only checked, never changed or removed. */
  readonly existing: boolean;
  readonly subnetworks: readonly SubnetworkInput[];
  readonly ownership: Ownership;
}

/** One subnetwork; Private Google Access is always wanted. */
export interface SubnetworkInput {
  /** `projects/{project}/regions/{region}/subnetworks/{subnetwork}` */
  readonly name: string;
  /** Absent when an existing subnetwork is named without its range. */
  readonly range?: string;
  /** Prefix length that it must have: exactly 28 for a connector, at most 26 for direct egress. */
  readonly prefix: { readonly min: number; readonly max: number };
}

/** What `network` gives to later steps. */
export interface NetworkOutput {
  /** `projects/{project}/global/networks/{network}` */
  readonly network: string;
  /** `projects/{project}/regions/{region}/subnetworks/{subnetwork}`, in the order of the input. */
  readonly subnetworks: readonly string[];
}

/**
 * Ensures the VPC network and its subnetworks with Private Google Access, over which the Auth Proxy reaches Google.
 *
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/networks
 */
export const networkStep: StepDeclaration<NetworkInput, NetworkOutput> = {
  name: "network",
  title: "VPC network and subnets",
  input: (spec, context) => ({
    project: spec.project,
    region: spec.region,
    network: `projects/${spec.network.project}/global/networks/${spec.network.name}`,
    existing: spec.network.existing,
    subnetworks: subnetworks(spec),
    ownership: ownership(spec, context),
  }),
  needs: ["services"],
  permissions: {
    project: [
      "compute.networks.create",
      "compute.networks.delete",
      "compute.networks.get",
      "compute.networks.updatePolicy",
      "compute.subnetworks.create",
      "compute.subnetworks.delete",
      "compute.subnetworks.get",
      "compute.subnetworks.setPrivateIpGoogleAccess",
    ],
    operations: ["compute.globalOperations.get", "compute.regionOperations.get"],
    bucket: ["locks/"],
  },
  removes: ({ existing, network, subnetworks }) => (existing ? [] : [network, ...subnetworks.map(({ name }) => name)]),
  expectedSeconds: (input) => (input.existing ? expectedSeconds.look : expectedSeconds.network),
};

function subnetworks(spec: Spec): SubnetworkInput[] {
  return spec.network.subnets.map(({ name, range }) => ({
    name: `projects/${spec.network.project}/regions/${spec.region}/subnetworks/${name}`,
    range,
    prefix: prefixOf(spec, name),
  }));
}

function prefixOf(spec: Spec, subnet: string): SubnetworkInput["prefix"] {
  if (spec.egress.subnet !== subnet) return { min: 8, max: 29 };
  return spec.egress.kind === "connector" ? { min: 28, max: 28 } : { min: 8, max: 26 };
}

function ownership(spec: Spec, context: PlanContext): Ownership {
  return ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels });
}
