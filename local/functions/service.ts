import { ApiError } from "../error.ts";
import type { Function as CloudFunction, ServiceConfig } from "../model/generated/functions.ts";
import type { Service, VpcAccess } from "../model/generated/run.ts";
import { unserved } from "../unserved.ts";
import { type FunctionsContext, parseName } from "./context.ts";
import { checkTrigger } from "./trigger.ts";

const ingress = {
  INGRESS_SETTINGS_UNSPECIFIED: "INGRESS_TRAFFIC_ALL",
  ALLOW_ALL: "INGRESS_TRAFFIC_ALL",
  ALLOW_INTERNAL_ONLY: "INGRESS_TRAFFIC_INTERNAL_ONLY",
  ALLOW_INTERNAL_AND_GCLB: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
} as const;

/**
 * Fills in what Cloud Functions fills in when a function is written.
 *
 * @param defaultAccount e-mail of the project's default compute account
 */
export function withDefaults(config: ServiceConfig, defaultAccount: string): ServiceConfig {
  return {
    ...config,
    timeoutSeconds: config.timeoutSeconds || 60,
    availableMemory: config.availableMemory || "256M",
    availableCpu: config.availableCpu || ((config.maxInstanceRequestConcurrency ?? 1) > 1 ? "1" : "0.1666"),
    maxInstanceCount: config.maxInstanceCount || 100,
    maxInstanceRequestConcurrency: config.maxInstanceRequestConcurrency || 1,
    ingressSettings: config.ingressSettings ?? "ALLOW_ALL",
    serviceAccountEmail: config.serviceAccountEmail || defaultAccount,
    allTrafficOnLatestRevision: true,
  };
}

/** The Cloud Run service that runs a function, as the body of a create or an update. */
export function toService(
  context: FunctionsContext,
  { name = "", serviceConfig = {}, buildConfig, labels, eventTrigger }: CloudFunction,
  image: string,
): Service {
  const { serviceAccountEmail, timeoutSeconds, maxInstanceRequestConcurrency, ingressSettings } = serviceConfig;
  const { service, address } = parseName(name);
  const own = { ...labels, "goog-managed-by": "cloudfunctions" };
  // The framework takes requests apart by this; without it, it would call every function with plain requests.
  const signature = eventTrigger && { FUNCTION_SIGNATURE_TYPE: "cloudevent" };
  return {
    name: service,
    labels: own,
    ingress: ingress[ingressSettings ?? "ALLOW_ALL"],
    customAudiences: [`https://${address}`],
    template: {
      labels: own,
      annotations: { "cloudfunctions.googleapis.com/trigger-type": eventTrigger?.eventType ?? "HTTP_TRIGGER" },
      serviceAccount: serviceAccountEmail,
      timeout: `${timeoutSeconds}s`,
      maxInstanceRequestConcurrency,
      scaling: { minInstanceCount: serviceConfig.minInstanceCount, maxInstanceCount: serviceConfig.maxInstanceCount },
      vpcAccess: vpcAccess(serviceConfig),
      containers: [
        {
          name: "worker",
          image,
          resources: { limits: limits(serviceConfig), cpuIdle: true },
          ports: [{ name: "http1", containerPort: 8080 }],
          env: environment(context, { ...serviceConfig, name, entryPoint: buildConfig?.entryPoint, signature }),
        },
      ],
    },
  };
}

/** A sixth of a CPU goes with 256 MB; Cloud Run's own second generation wants 512 MiB, which its first does not. */
function limits({ availableCpu = "1", availableMemory = "256M" }: ServiceConfig): Record<string, string> {
  return { cpu: availableCpu, memory: /[a-z]$/i.test(availableMemory) ? availableMemory : `${availableMemory}M` };
}

function vpcAccess({ vpcConnector, vpcConnectorEgressSettings: egress }: ServiceConfig): VpcAccess | undefined {
  if (!vpcConnector) return undefined;
  return { connector: vpcConnector, egress: egress === "ALL_TRAFFIC" ? "ALL_TRAFFIC" : "PRIVATE_RANGES_ONLY" };
}

function environment(
  { cloud }: FunctionsContext,
  config: ServiceConfig & {
    readonly name: string;
    readonly entryPoint: string | undefined;
    readonly signature: Readonly<Record<string, string>> | undefined;
  },
): NonNullable<NonNullable<Service["template"]>["containers"]>[number]["env"] {
  const { project } = parseName(config.name);
  const values = { FUNCTION_TARGET: config.entryPoint ?? "", ...config.signature, ...config.environmentVariables };
  const secrets = (config.secretEnvironmentVariables ?? []).map(({ key, projectId, secret = "", version }) => {
    const home = cloud.projects.find(projectId || project)?.projectId ?? projectId;
    return { name: key, valueSource: { secretKeyRef: { secret: `projects/${home}/secrets/${secret}`, version } } };
  });
  return [...Object.entries(values).map(([name, value]) => ({ name, value })), ...secrets];
}

/**
 * Refuses what the local cloud cannot run.
 *
 * @throws ApiError UNIMPLEMENTED or INVALID_ARGUMENT
 */
export function validate({
  buildConfig = {},
  serviceConfig = {},
  eventTrigger,
  environment: generation,
}: CloudFunction): void {
  const other = Object.entries({
    "build_config.source.repo_source": buildConfig.source?.repoSource,
    "build_config.source.git_uri": buildConfig.source?.gitUri,
  }).find(([, value]) => value !== undefined);
  if (other) throw unserved("functions.sources", `${other[0]} is not served by the local cloud.`);
  if (serviceConfig.secretVolumes?.length) {
    throw unserved("functions.secretVolumes", "service_config.secret_volumes is not served by the local cloud.");
  }
  if (generation === "GEN_1") {
    throw unserved("functions.firstGeneration", "GEN_1 functions are not served by the local cloud.");
  }
  if (eventTrigger) checkTrigger(eventTrigger);
  const { runtime = "", entryPoint = "", source } = buildConfig;
  if (!/^nodejs(20|22|24)$/.test(runtime)) throw invalid(`build_config.runtime: invalid runtime '${runtime}'`);
  // The names under which the Functions Framework registers a function.
  if (!/^[A-Za-z](?:[-_A-Za-z0-9]{0,61}[A-Za-z0-9])?$/.test(entryPoint))
    throw invalid(`build_config.entry_point: invalid function name '${entryPoint}'`);
  if (!source?.storageSource?.bucket || !source.storageSource.object)
    throw invalid("build_config.source.storage_source: must be set");
  const { timeoutSeconds = 0, maxInstanceRequestConcurrency = 1, availableCpu = "1" } = serviceConfig;
  if (timeoutSeconds < 0 || timeoutSeconds > 3600)
    throw invalid("service_config.timeout_seconds: must be at most 3600");
  if (maxInstanceRequestConcurrency > 1 && Number(availableCpu) < 1) {
    throw invalid("service_config.max_instance_request_concurrency: more than 1 needs at least 1 CPU");
  }
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
