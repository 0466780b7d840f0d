import { expectedSeconds } from "../../spec/expected.ts";
import { type Ownership, ownershipOf, secretId } from "../../spec/names.ts";
import { nodeCostPerDay } from "../prices.ts";
import type { StepDeclaration } from "../step.ts";

/** What `instance` is told. */
export interface InstanceInput {
  /** `projects/{project}/locations/{region}/clusters/{cluster}` */
  readonly cluster: string;
  /** `{cluster}/instances/{instance}` */
  readonly instance: string;
  readonly cpuCount: number;
  readonly machineType?: string;
  readonly availability: "ZONAL" | "REGIONAL";
  readonly zone?: string;
  /** Complete, `alloydb.iam_authentication: on` included where the login needs it. */
  readonly flags: Readonly<Record<string, string>>;
  readonly login: { readonly user: string; readonly auth: "password" | "iam" };
  /** `projects/{project}/secrets/{secret}`, which takes the application's generated password; absent with IAM login. */
  readonly applicationSecret?: string;
  readonly ownership: Ownership;
}

/** What `instance` gives to later steps. */
export interface InstanceOutput {
  /** `{cluster}/instances/{instance}` */
  readonly instance: string;
  /** Private address inside the reserved range. */
  readonly ipAddress: string;
  /** Changes when the instance is made anew, and with it the data. */
  readonly uid: string;
  /** `projects/{project}/secrets/{secret}/versions/{version}`: the application's password; absent with IAM login. */
  readonly applicationVersion?: string;
}

/**
 * Ensures the primary instance and the application's login. Ready means that a query answered, not that the operation
 * is done.
 *
 * @see https://cloud.google.com/alloydb/docs/reference/rest/v1/projects.locations.clusters.instances
 */
export const instanceStep: StepDeclaration<InstanceInput, InstanceOutput> = {
  name: "instance",
  title: "AlloyDB primary instance and login",
  input: (spec, context) => {
    const { database, project, region } = spec;
    const { name, cpuCount, machineType, availability, zone, flags } = database.instance;
    const cluster = `projects/${project}/locations/${region}/clusters/${database.cluster}`;
    const isIam = database.login.auth === "iam";
    return {
      cluster,
      instance: `${cluster}/instances/${name}`,
      cpuCount,
      machineType,
      availability,
      zone,
      flags: isIam ? { ...flags, "alloydb.iam_authentication": "on" } : flags,
      login: database.login,
      applicationSecret: isIam
        ? undefined
        : `projects/${project}/secrets/${secretId(spec.name, "application-password")}`,
      ownership: ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels }),
    };
  },
  needs: ["cluster", "peering", "identity"],
  permissions: {
    project: [
      "alloydb.clusters.list",
      "alloydb.databases.list",
      "alloydb.instances.create",
      "alloydb.instances.delete",
      "alloydb.instances.executeSql",
      "alloydb.instances.get",
      "alloydb.instances.list",
      "alloydb.instances.update",
      "alloydb.users.create",
      "alloydb.users.get",
    ],
    secrets: {
      admin: ["roles/secretmanager.secretAccessor"],
      application: ["roles/secretmanager.secretAccessor", "roles/secretmanager.secretVersionManager"],
    },
    operations: ["alloydb.operations.get"],
    bucket: ["locks/"],
  },
  removes: ({ instance }) => [instance],
  expectedSeconds: ({ availability }) => expectedSeconds.instance[availability],
  costPerDay: ({ cpuCount, availability }, prices) =>
    (availability === "REGIONAL" ? 2 : 1) * nodeCostPerDay(cpuCount, prices),
};
