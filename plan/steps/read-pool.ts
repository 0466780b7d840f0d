import { expectedSeconds } from "../../spec/expected.ts";
import { type Ownership, ownershipOf } from "../../spec/names.ts";
import { nodeCostPerDay } from "../prices.ts";
import type { StepDeclaration } from "../step.ts";

/** What `readPool` is told. */
export interface ReadPoolInput {
  /** `projects/{project}/locations/{region}/clusters/{cluster}` */
  readonly cluster: string;
  /** `{cluster}/instances/{instance}` */
  readonly instance: string;
  readonly nodeCount: number;
  readonly cpuCount: number;
  readonly machineType?: string;
  /** Complete, `alloydb.iam_authentication: on` included where the login needs it. */
  readonly flags: Readonly<Record<string, string>>;
  readonly ownership: Ownership;
}

/** What `readPool` gives to later steps. */
export interface ReadPoolOutput {
  /** `{cluster}/instances/{instance}` */
  readonly instance: string;
  /** Private address inside the reserved range. */
  readonly ipAddress: string;
}

/**
 * Ensures the read pool beside the primary instance, where one is wanted.
 *
 * @see https://cloud.google.com/alloydb/docs/instance-read-pool-create
 */
export const readPoolStep: StepDeclaration<ReadPoolInput, ReadPoolOutput> = {
  name: "readPool",
  title: "AlloyDB read pool",
  input: (spec, context) => {
    const { database, project, region } = spec;
    if (!database.readPool) return undefined;
    const { name, nodeCount, cpuCount, machineType, flags } = database.readPool;
    const cluster = `projects/${project}/locations/${region}/clusters/${database.cluster}`;
    return {
      cluster,
      instance: `${cluster}/instances/${name}`,
      nodeCount,
      cpuCount,
      machineType,
      flags: database.login.auth === "iam" ? { ...flags, "alloydb.iam_authentication": "on" } : flags,
      ownership: ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels }),
    };
  },
  needs: ["instance"],
  permissions: {
    project: [
      "alloydb.clusters.list",
      "alloydb.instances.create",
      "alloydb.instances.delete",
      "alloydb.instances.get",
      "alloydb.instances.update",
    ],
    operations: ["alloydb.operations.get"],
    bucket: ["locks/"],
  },
  removes: ({ instance }) => [instance],
  expectedSeconds: () => expectedSeconds.readPool,
  costPerDay: ({ cpuCount, nodeCount }, prices) => nodeCount * nodeCostPerDay(cpuCount, prices),
};
