import { expectedSeconds } from "../../spec/expected.ts";
import { type Ownership, ownershipOf } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import type { StepDeclaration } from "../step.ts";

/** What `peering` is told. */
export interface PeeringInput {
  readonly project: string;
  /** `projects/{project}/global/networks/{network}`; Service Networking wants the project's number instead of its id. */
  readonly network: string;
  /** Whether range and connection are only checked, never changed or removed. */
  readonly existing: boolean;
  /** Absent in an existing network when any of its ranges may be used. */
  readonly range?: {
    /** `projects/{project}/global/addresses/{address}` */
    readonly name: string;
    /** First address and length; absent when an existing range is named only. */
    readonly address?: string;
    readonly prefixLength?: number;
  };
  readonly ownership: Ownership;
}

/** What `peering` gives to later steps. */
export interface PeeringOutput {
  /** Name of the peering on the network, `servicenetworking-googleapis-com`. */
  readonly peering: string;
  /** Ids of the ranges that the connection may use. */
  readonly ranges: readonly string[];
}

/**
 * Ensures private services access: the reserved range, the connection, and its peering seen ACTIVE on the network.
 *
 * @see https://cloud.google.com/vpc/docs/configure-private-services-access
 */
export const peeringStep: StepDeclaration<PeeringInput, PeeringOutput> = {
  name: "peering",
  title: "Private services access",
  input: (spec, context) => ({
    project: spec.project,
    network: `projects/${spec.network.project}/global/networks/${spec.network.name}`,
    existing: spec.network.existing,
    range: rangeOf(spec),
    ownership: ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels }),
  }),
  needs: ["services", "network"],
  permissions: {
    project: [
      "alloydb.clusters.list",
      "compute.globalAddresses.createInternal",
      "compute.globalAddresses.deleteInternal",
      "compute.globalAddresses.get",
      "compute.networks.get",
      "compute.networks.removePeering",
      "compute.networks.use",
      "resourcemanager.projects.get",
      "servicenetworking.services.addPeering",
      "servicenetworking.services.deleteConnection",
      "servicenetworking.services.get",
    ],
    operations: ["compute.globalOperations.get", "servicenetworking.operations.get"],
    bucket: ["locks/"],
  },
  removes: ({ existing, network, range }) => (existing ? [] : [network, ...(range ? [range.name] : [])]),
  expectedSeconds: (input) => (input.existing ? expectedSeconds.look : expectedSeconds.peering),
};

function rangeOf(spec: Spec): PeeringInput["range"] {
  const { serviceRange, project } = spec.network;
  if (!serviceRange) return undefined;
  const name = `projects/${project}/global/addresses/${serviceRange.name}`;
  const [address, prefix] = serviceRange.range?.split("/") ?? [];
  return { name, address, prefixLength: prefix === undefined ? undefined : Number(prefix) };
}
