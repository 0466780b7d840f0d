import type {
  Container,
  EnvVar,
  Probe,
  ResourceRequirements as Resources,
  RevisionTemplate,
  Service,
  TaskTemplate,
  VpcAccess,
} from "../model/generated/run.ts";

const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, failureThreshold: 3 } as const;

/**
 * Fills in what Cloud Run fills in when a service is written.
 *
 * @param defaultAccount e-mail of the project's default compute account
 */
export function withServiceDefaults(service: Service, defaultAccount: string): Service {
  const traffic = service.traffic?.length ? service.traffic : [latest];
  return {
    ...service,
    ingress: service.ingress ?? "INGRESS_TRAFFIC_ALL",
    launchStage: service.launchStage ?? "GA",
    template: withTemplateDefaults(service.template ?? {}, defaultAccount),
    traffic,
  };
}

const latest = { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 } as const;

function withTemplateDefaults(template: RevisionTemplate, defaultAccount: string): RevisionTemplate {
  const containers = (template.containers ?? []).map((container, _, all) =>
    withContainerDefaults(all.length === 1 ? withPort(container) : container),
  );
  const isSmall = containers.length === 1 && isBelowOneCpu(containers[0]?.resources?.limits?.cpu ?? "1");
  return {
    ...template,
    containers,
    scaling: { maxInstanceCount: 100, ...template.scaling },
    timeout: template.timeout ?? "300s",
    serviceAccount: template.serviceAccount || defaultAccount,
    executionEnvironment: template.executionEnvironment ?? "EXECUTION_ENVIRONMENT_GEN2",
    maxInstanceRequestConcurrency: template.maxInstanceRequestConcurrency || (isSmall ? 1 : 80),
    vpcAccess: withEgress(template.vpcAccess),
  };
}

/** Fills in what Cloud Run fills in when a job is written. */
export function withTaskDefaults(template: TaskTemplate, defaultAccount: string): TaskTemplate {
  return {
    ...template,
    containers: (template.containers ?? []).map((container) => withContainerDefaults(container, {})),
    maxRetries: template.maxRetries ?? 3,
    timeout: template.timeout ?? "600s",
    serviceAccount: template.serviceAccount || defaultAccount,
    executionEnvironment: template.executionEnvironment ?? "EXECUTION_ENVIRONMENT_GEN2",
    vpcAccess: withEgress(template.vpcAccess),
  };
}

function withPort(container: Container): Container {
  return container.ports?.length ? container : { ...container, ports: [{ name: "http1", containerPort: 8080 }] };
}

/** A service whose containers say nothing of their resources has processors for requests only, and more at the start. */
const forRequests: Resources = { cpuIdle: true, startupCpuBoost: true };

function withContainerDefaults(container: Container, usual: Resources = forRequests): Container {
  const [port] = container.ports ?? [];
  const exposed = port && { name: port.name || "http1", containerPort: port.containerPort || 8080 };
  const { resources = usual, env } = container;
  return {
    ...container,
    ...(env ? { env: env.map(withoutEmptyValue) } : {}),
    ...(exposed ? { ports: [exposed] } : {}),
    resources: { ...resources, limits: { cpu: "1000m", memory: "512Mi", ...resources.limits } },
    startupProbe: withProbeDefaults(container.startupProbe ?? (exposed && wholeWindow), exposed?.containerPort),
    livenessProbe: withProbeDefaults(container.livenessProbe, exposed?.containerPort),
  };
}

/** A variable without a value and one whose value is empty are the same. */
function withoutEmptyValue(variable: EnvVar): EnvVar {
  const { value, ...rest } = variable;
  return value === "" ? rest : variable;
}

/** What an ingress container without a startup probe gets: four minutes to open its port. */
const wholeWindow: Probe = { timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1, tcpSocket: {} };

function withProbeDefaults(probe: Probe | undefined, port: number | undefined): Probe | undefined {
  if (!probe) return undefined;
  const { httpGet, tcpSocket, grpc, ...rest } = probe;
  return {
    ...probeDefaults,
    ...rest,
    ...(httpGet ? { httpGet: { ...httpGet, path: httpGet.path || "/", port: httpGet.port || port } } : {}),
    ...(tcpSocket ? { tcpSocket: { port: tcpSocket.port || port } } : {}),
    ...(grpc ? { grpc: { ...grpc, port: grpc.port || port } } : {}),
  };
}

function withEgress(access: VpcAccess | undefined): VpcAccess | undefined {
  return access && { ...access, egress: access.egress ?? "PRIVATE_RANGES_ONLY" };
}

function isBelowOneCpu(cpu: string): boolean {
  return (cpu.endsWith("m") ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu)) < 1;
}
