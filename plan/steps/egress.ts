import { expectedSeconds } from "../../spec/expected.ts";
import { connectorId, type Ownership, ownershipOf } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import type { StepDeclaration } from "../step.ts";

/** What `egress` is told. */
export type EgressInput = ConnectorInput | DirectEgressInput;

/** A Serverless VPC Access connector. It takes neither labels nor a description, so `provenBy` says what tells whose it is. */
export interface ConnectorInput {
  readonly kind: "connector";
  /** `projects/{project}/locations/{region}/connectors/{connector}` */
  readonly connector: string;
  /** `projects/{project}/regions/{region}/subnetworks/{subnetwork}`, used by nothing else. */
  readonly subnetwork: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly machineType: string;
  /**
   * What proves that a connector which is there is the environment's own: the mark of its subnetwork, or in an existing
   * network the name that alloyrun gives by itself. `nothing`: it is somebody else's, only checked and used, never made,
   * changed or removed.
   */
  readonly provenBy: "subnetwork" | "name" | "nothing";
  readonly ownership: Ownership;
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
  input: (spec, { installation }) => {
    const { project, region, network, egress, labels } = spec;
    const subnetwork = `projects/${network.project}/regions/${region}/subnetworks/${egress.subnet}`;
    if (egress.kind === "direct") {
      return { kind: "direct", network: `projects/${network.project}/global/networks/${network.name}`, subnetwork };
    }
    const { name, minInstances, maxInstances, machineType } = egress;
    const connector = `projects/${project}/locations/${region}/connectors/${name}`;
    const ownership = ownershipOf({ installation, environment: spec.name, labels });
    const size = { minInstances, maxInstances, machineType };
    return { kind: "connector", connector, subnetwork, ...size, provenBy: proofOf(spec), ownership };
  },
  needs: ["services", "network"],
  permissions: {
    project: [
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
  // A connector may be there and not be ours: what proves that it is belongs to it.
  removes: (input) => {
    if (input.kind === "direct" || input.provenBy === "nothing") return [];
    return [[input.connector, input.provenBy, input.subnetwork].join(" ")];
  },
  expectedSeconds: (input) => (makesConnector(input) ? expectedSeconds.connector : expectedSeconds.look),
  costPerDay: (input, { connectorHour }) =>
    makesConnector(input) ? input.minInstances * (connectorHour[input.machineType] ?? 0) * 24 : 0,
};

function makesConnector(input: EgressInput): input is ConnectorInput {
  return input.kind === "connector" && input.provenBy !== "nothing";
}

/** A connector that the spec names in an existing network may serve others too, whoever made it. */
function proofOf({ name, network, egress }: Spec): ConnectorInput["provenBy"] {
  if (!network.existing) return "subnetwork";
  return egress.kind === "connector" && egress.name === connectorId(name) ? "name" : "nothing";
}
