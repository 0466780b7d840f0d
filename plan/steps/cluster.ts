import { expectedSeconds } from "../../spec/expected.ts";
import { type Ownership, ownershipOf, secretId } from "../../spec/names.ts";
import { storageCostPerDay } from "../prices.ts";
import type { StepDeclaration } from "../step.ts";

/** What `cluster` is told. */
export interface ClusterInput {
  /** `projects/{project}/locations/{region}/clusters/{cluster}` */
  readonly cluster: string;
  /** For example `POSTGRES_16`. */
  readonly version: string;
  /** `projects/{project}/global/networks/{network}` */
  readonly network: string;
  /** Id of the reserved range to take addresses from; absent when any will do. */
  readonly allocatedIpRange?: string;
  /** `projects/{project}/secrets/{secret}`, which takes the generated password of `postgres`. */
  readonly adminSecret: string;
  readonly ownership: Ownership;
}

/** What `cluster` gives to later steps. */
export interface ClusterOutput {
  /** `projects/{project}/locations/{region}/clusters/{cluster}` */
  readonly cluster: string;
  /** `projects/{project}/secrets/{secret}/versions/{version}`: the password of `postgres`. */
  readonly adminVersion: string;
}

/**
 * Ensures the AlloyDB cluster, with the password of `postgres` generated here into its secret. A retry reuses the
 * version that is there.
 *
 * Created beside the peering; should Google answer FAILED_PRECONDITION, the network is looked at, and until it shows the
 * peering the creation waits.
 * @see https://cloud.google.com/alloydb/docs/reference/rest/v1/projects.locations.clusters
 */
export const clusterStep: StepDeclaration<ClusterInput, ClusterOutput> = {
  name: "cluster",
  title: "AlloyDB cluster",
  input: (spec, context) => ({
    cluster: `projects/${spec.project}/locations/${spec.region}/clusters/${spec.database.cluster}`,
    version: spec.database.version,
    network: `projects/${spec.network.project}/global/networks/${spec.network.name}`,
    allocatedIpRange: spec.network.serviceRange?.name,
    adminSecret: `projects/${spec.project}/secrets/${secretId(spec.name, "admin-password")}`,
    ownership: ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels }),
  }),
  needs: ["network", "identity"],
  permissions: {
    project: [
      "alloydb.clusters.create",
      "alloydb.clusters.delete",
      "alloydb.clusters.get",
      "alloydb.clusters.list",
      "alloydb.clusters.update",
      "alloydb.databases.list",
      "alloydb.instances.list",
      "compute.networks.get",
    ],
    secrets: { admin: ["roles/secretmanager.secretAccessor", "roles/secretmanager.secretVersionManager"] },
    operations: ["alloydb.operations.get"],
    bucket: ["locks/"],
  },
  removes: ({ cluster }) => [cluster],
  expectedSeconds: () => expectedSeconds.cluster,
  costPerDay: (_input, prices) => storageCostPerDay(prices),
};
