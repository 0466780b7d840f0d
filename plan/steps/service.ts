import { expectedSeconds } from "../../spec/expected.ts";
import { accountEmail, installationAccountId, type Ownership, ownershipOf } from "../../spec/names.ts";
import type { StepDeclaration } from "../step.ts";

/** What `service` is told. */
export interface ServiceInput {
  /** `projects/{project}/locations/{region}/services/{service}` */
  readonly service: string;
  /** E-mail address of the account that the service runs as. */
  readonly serviceAccount: string;
  /** E-mail address of the account that verifies: the only invoker until there is traffic. */
  readonly verifyAccount: string;
  /** `…@sha256:…`, where the spec names the application's image; else the step `image` builds it. */
  readonly image?: string;
  /** Image of the AlloyDB Auth Proxy. */
  readonly proxyImage: string;
  readonly port: number;
  readonly executionEnvironment: "gen1" | "gen2";
  readonly cpu: number;
  /** For example `512Mi`. */
  readonly memory: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** What goes through the VPC. */
  readonly traffic: "all" | "private-ranges";
  readonly login: { readonly user: string; readonly auth: "password" | "iam" };
  /** The user's own variables; those of the database are added by the step. */
  readonly env: Readonly<Record<string, string>>;
  /** The user's own secrets by variable: `projects/{project}/secrets/{secret}/versions/{version}`. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly ownership: Ownership;
}

/** What `service` gives to later steps. */
export interface ServiceOutput {
  /** `projects/{project}/locations/{region}/services/{service}` */
  readonly service: string;
  /** `{service}/revisions/{revision}` */
  readonly revision: string;
  /** URL of the service, which is also the audience of tokens for any of its revisions. */
  readonly url: string;
  /** URL under which the revision answers without having traffic. */
  readonly tagUrl: string;
  /** Seconds since the epoch when `verify` was let call the service; absent when it might before. */
  readonly grantedAt?: number;
}

/**
 * Ensures the Cloud Run service: the application and the AlloyDB Auth Proxy beside it, as a revision of its own name,
 * by tag and without traffic.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
 */
export const serviceStep: StepDeclaration<ServiceInput, ServiceOutput> = {
  name: "service",
  title: "Cloud Run service",
  input: (spec, context) => {
    const { project, region, service, database } = spec;
    const { port, executionEnvironment, cpu, memory, concurrency, timeoutSeconds, env } = service;
    const secrets = Object.entries(service.secrets).map(([name, { secret, version }]) => [
      name,
      `projects/${project}/secrets/${secret}/versions/${version}`,
    ]);
    return {
      service: `projects/${project}/locations/${region}/services/${service.name}`,
      serviceAccount: accountEmail(project, spec.identity.serviceAccount),
      verifyAccount: accountEmail(project, installationAccountId("verify")),
      image: service.image,
      proxyImage: "gcr.io/alloydb-connectors/alloydb-auth-proxy:1.15.2",
      port,
      executionEnvironment,
      cpu,
      memory,
      minInstances: service.minInstances,
      maxInstances: service.maxInstances,
      concurrency,
      timeoutSeconds,
      traffic: spec.egress.traffic,
      login: database.login,
      env,
      secrets: Object.fromEntries(secrets),
      ownership: ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels }),
    };
  },
  needs: ["identity", "egress", "instance", "seed", "image"],
  permissions: {
    project: [
      "artifactregistry.repositories.downloadArtifacts",
      "logging.logEntries.list",
      "run.revisions.get",
      "run.services.create",
      "run.services.delete",
      "run.services.get",
      "run.services.getIamPolicy",
      "run.services.list",
      "run.services.update",
      "vpcaccess.connectors.use",
    ],
    limited: [{ of: "invokers", permissions: ["run.services.setIamPolicy"], grants: ["roles/run.invoker"] }],
    actAsRuntime: ["service"],
    operations: ["run.operations.get"],
    bucket: ["locks/"],
  },
  removes: ({ service }) => [service],
  expectedSeconds: () => expectedSeconds.service,
  costPerDay: ({ minInstances, cpu, memory }, { runIdleVcpuSecond, runIdleGibSecond }) => {
    const gib = Number.parseInt(memory, 10) / (memory.endsWith("Mi") ? 1024 : 1);
    // The proxy beside the application has 1 vCPU and 256 MiB.
    return minInstances * ((cpu + 1) * runIdleVcpuSecond + (gib + 0.25) * runIdleGibSecond) * 86_400;
  },
};
