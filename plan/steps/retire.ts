import { expectedSeconds } from "../../spec/expected.ts";
import { type Ownership, ownershipOf, secretId } from "../../spec/names.ts";
import { nodeCostPerDay, pricesOf, storageCostPerDay } from "../prices.ts";
import type { StepDeclaration } from "../step.ts";

/** What `retire` is told. */
export interface RetireInput {
  /** `projects/{project}/locations/{region}/services/{service}`, which tells since when the new revision serves. */
  readonly service: string;
  /** `projects/{project}/locations/{region}/clusters/{cluster}`, the first of them. */
  readonly cluster: string;
  /** `{cluster}/instances/{instance}`, in the first cluster. */
  readonly instance: string;
  /** Name of the first database. */
  readonly database: string;
  /** `projects/{project}/secrets/{secret}`, which holds the password of `postgres`. */
  readonly adminSecret: string;
  /** Seconds that what served before is kept, for requests that it is still answering. */
  readonly graceSeconds: number;
  /** USD a day, by list price, of a cluster with its instances as the spec has them; one that goes is counted as it is. */
  readonly clusterCostPerDay: number;
  readonly ownership: Ownership;
}

/** What `retire` gives: nothing that another step needs. */
export type RetireOutput = Readonly<Record<string, never>>;

/**
 * Ensures that nothing is left of what served before: databases and clusters of other generations, after a time in which
 * the requests that they were answering have ended.
 */
export const retireStep: StepDeclaration<RetireInput, RetireOutput> = {
  name: "retire",
  title: "What served before is gone",
  input: (spec, context) => {
    const { database, project, region, service } = spec;
    const { prices } = pricesOf(region);
    const cluster = `projects/${project}/locations/${region}/clusters/${database.cluster}`;
    const { cpuCount, availability, name } = database.instance;
    const primary = (availability === "REGIONAL" ? 2 : 1) * nodeCostPerDay(cpuCount, prices);
    const { nodeCount, cpuCount: poolCpus } = database.readPool ?? { nodeCount: 0, cpuCount: 0 };
    return {
      service: `projects/${project}/locations/${region}/services/${service.name}`,
      cluster,
      instance: `${cluster}/instances/${name}`,
      database: database.name,
      adminSecret: `projects/${project}/secrets/${secretId(spec.name, "admin-password")}`,
      graceSeconds: service.timeoutSeconds,
      clusterCostPerDay: storageCostPerDay(prices) + primary + nodeCount * nodeCostPerDay(poolCpus, prices),
      ownership: ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels }),
    };
  },
  needs: ["traffic"],
  permissions: {
    project: [
      "alloydb.clusters.delete",
      "alloydb.clusters.list",
      "alloydb.databases.list",
      "alloydb.instances.executeSql",
      "alloydb.instances.get",
      "alloydb.instances.list",
      "run.revisions.get",
      "run.services.get",
      "run.services.list",
    ],
    secrets: { admin: ["roles/secretmanager.secretAccessor"] },
    operations: ["alloydb.operations.get"],
    bucket: ["locks/"],
  },
  expectedSeconds: () => expectedSeconds.retire,
};
