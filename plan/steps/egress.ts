import type { StepDeclaration } from "../step.ts";

/** What `egress` is told. */
export type EgressInput = ConnectorInput | DirectEgressInput;

/** A Serverless VPC Access connector. It takes neither labels nor a description: its own subnetwork tells whose it is. */
export interface ConnectorInput {
  readonly kind: "connector";
  /** `projects/{project}/locations/{region}/connectors/{connector}` */
  readonly connector: string;
  /** `projects/{project}/regions/{region}/subnetworks/{subnetwork}`, used by nothing else. */
  readonly subnetwork: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly machineType: string;
}

/** Direct VPC egress: only preconditions to check. */
interface DirectEgressInput {
  readonly kind: "direct";
  /** `projects/{project}/global/networks/{network}` */
  readonly network: string;
  /** `projects/{project}/regions/{region}/subnetworks/{subnetwork}` */
  readonly subnetwork: string;
}

/** What `egress` gives to later steps: how Cloud Run reaches the VPC, full names. */
export interface EgressOutput {
  readonly vpcAccess: { readonly connector: string } | { readonly network: string; readonly subnetwork: string };
}

/**
 * Ensures the way from Cloud Run into the VPC.
 *
 * @see https://cloud.google.com/vpc/docs/configure-serverless-vpc-access
 * @see https://cloud.google.com/run/docs/configuring/vpc-direct-vpc
 */
export const egressStep: StepDeclaration<EgressInput, EgressOutput> = {
  name: "egress",
  title: "Way from Cloud Run into the VPC",
  input: ({ project, region, network, egress }) => {
    const subnetwork = `projects/${network.project}/regions/${region}/subnetworks/${egress.subnet}`;
    if (egress.kind === "direct") {
      return { kind: "direct", network: `projects/${network.project}/global/networks/${network.name}`, subnetwork };
    }
    const { name, minInstances, maxInstances, machineType } = egress;
    const connector = `projects/${project}/locations/${region}/connectors/${name}`;
    return { kind: "connector", connector, subnetwork, minInstances, maxInstances, machineType };
  },
  needs: ["services", "network"],
  permissions: {
    project: [
      "compute.addresses.list",
      "compute.subnetworks.get",
      "compute.subnetworks.use",
      "vpcaccess.connectors.create",
      "vpcaccess.connectors.delete",
      "vpcaccess.connectors.get",
      "vpcaccess.connectors.update",
    ],
    operations: ["vpcaccess.operations.get"],
    bucket: ["locks/"],
  },
  expectedSeconds: (input) => (input.kind === "connector" ? 150 : 2),
  costPerDay: (input, { connectorHour }) =>
    input.kind === "connector" ? input.minInstances * (connectorHour[input.machineType] ?? 0) * 24 : 0,
};
