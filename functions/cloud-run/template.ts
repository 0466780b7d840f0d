import type { Container, RevisionTemplate } from "../../google/clients/run.ts";
import type { EgressOutput } from "../../plan/steps/egress.ts";
import type { ServiceInput } from "../../plan/steps/service.ts";
import { plainVariable, secretVariable, type Variable } from "./variable.ts";
import { toVpcAccess } from "./vpc-access.ts";

/** What a revision is made of beside the step's own input: outputs of other steps. */
export interface RevisionParts {
  /** `…@sha256:…` */
  readonly image: string;
  readonly vpcAccess: EgressOutput["vpcAccess"];
  /** Full name of the primary instance. */
  readonly instance: string;
  readonly database: string;
  /** `projects/{project}/secrets/{secret}/versions/{version}`: the application's password; absent with IAM login. */
  readonly applicationVersion?: string;
}

/** Name of the container that runs the application. */
export const applicationContainer = "app";

/** Label of a revision: the rebuild that made it. Being part of the content, it gives each rebuild a revision of its own. */
export const rebuildLabel = "alloyrun-rebuild";

/** Name of the container that runs the Auth Proxy. */
export const proxyContainer = "alloydb-proxy";
const databasePort = 5432;
const healthPort = 9090;

/**
 * The whole template of a revision: the application, and beside it the AlloyDB Auth Proxy, whose startup probe asks
 * whether the database answers. Always made from scratch: what is left from an earlier template breaks the next one.
 *
 * @param rebuild id of the run that builds the application anew; absent where none ever has
 * @see https://cloud.google.com/run/docs/deploying#sidecars
 */
export function toTemplate(input: ServiceInput, parts: RevisionParts, rebuild?: string): RevisionTemplate {
  return {
    ...(rebuild !== undefined && { labels: { [rebuildLabel]: rebuild } }),
    serviceAccount: input.serviceAccount,
    executionEnvironment:
      input.executionEnvironment === "gen1" ? "EXECUTION_ENVIRONMENT_GEN1" : "EXECUTION_ENVIRONMENT_GEN2",
    scaling: { minInstanceCount: input.minInstances, maxInstanceCount: input.maxInstances },
    maxInstanceRequestConcurrency: input.concurrency,
    timeout: { seconds: input.timeoutSeconds },
    vpcAccess: toVpcAccess(parts.vpcAccess, input.traffic),
    containers: [application(input, parts), proxy(input, parts)],
  };
}

function application(input: ServiceInput, parts: RevisionParts): Container {
  return {
    name: applicationContainer,
    image: parts.image,
    ports: [{ name: "http1", containerPort: input.port }],
    env: variables(input, parts),
    dependsOn: [proxyContainer],
    resources: {
      limits: { cpu: String(input.cpu), memory: input.memory },
      // Sending resources at all turns CPU on for good unless this is said.
      cpuIdle: true,
      startupCpuBoost: true,
    },
  };
}

/** The database's variables win over the user's of the same name; sorted, so that the same content is the same revision. */
function variables(input: ServiceInput, parts: RevisionParts): Variable[] {
  const own: Variable[] = [
    plainVariable("INSTANCE_HOST", "127.0.0.1"),
    plainVariable("DB_PORT", String(databasePort)),
    plainVariable("DB_NAME", parts.database),
    plainVariable("DB_USER", input.login.user),
    ...(parts.applicationVersion === undefined ? [] : [secretVariable("DB_PASS", parts.applicationVersion)]),
  ];
  const users = [
    ...Object.entries(input.env).map(([name, value]) => plainVariable(name, value)),
    ...Object.entries(input.secrets).map(([name, version]) => secretVariable(name, version)),
  ];
  const byName = new Map([...users, ...own].map((variable) => [variable.name, variable]));
  return [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function proxy(input: ServiceInput, { instance }: RevisionParts): Container {
  return {
    name: proxyContainer,
    image: input.proxyImage,
    args: [
      instance,
      "--address=0.0.0.0",
      `--port=${databasePort}`,
      "--structured-logs",
      // Between requests there is no CPU to refresh certificates in the background.
      "--lazy-refresh",
      "--health-check",
      "--http-address=0.0.0.0",
      `--http-port=${healthPort}`,
      "--with-backend-check",
      "--exit-zero-sigterm",
      // Its metrics would need a role that the service's account does not have.
      "--disable-built-in-telemetry",
      ...(input.login.auth === "iam" ? ["--auto-iam-authn"] : []),
    ],
    resources: { limits: { cpu: "1", memory: "256Mi" }, cpuIdle: true },
    // 240 s is the most that Cloud Run allows; a new instance on Direct VPC egress may have no network for 80 s.
    startupProbe: {
      httpGet: { path: "/startup", port: healthPort },
      timeoutSeconds: 5,
      periodSeconds: 6,
      failureThreshold: 40,
    },
  };
}
