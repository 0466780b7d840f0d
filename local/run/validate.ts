import type { Container, Probe, RevisionTemplate, TaskTemplate, VpcAccess } from "../model/generated/run.ts";
import { unserved } from "../unserved.ts";
import { type ProbeContext, validateProbe } from "./validate-probe.ts";
import { validateVolumes } from "./validate-volumes.ts";
import { violation } from "./violation.ts";

const reservedNames = ["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"];
const reservedPrefixes =
  /^(?:[\w.-]+\.)?(?:run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|autoscaling\.knative\.dev)\//;

/**
 * Checks a service's template by the rules that go beyond the definitions.
 *
 * @param path of the template within the request, for messages
 * @throws ApiError INVALID_ARGUMENT, or UNIMPLEMENTED for what the local cloud cannot run
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services#RevisionTemplate
 */
export function validateRevisionTemplate(template: RevisionTemplate, path: string): void {
  const { containers = [] } = template;
  validateContainers(containers, path);
  const ingress = containers.filter(({ ports = [] }) => ports.length > 0);
  const [only, ...others] = containers;
  const exposed = others.length === 0 && ingress.length === 0 && only ? [only] : ingress;
  if (exposed.length !== 1) {
    const rule = "Revision template should contain exactly one container with an exposed port.";
    throw violation(`${path}.containers`, rule);
  }
  for (const container of containers) {
    validateProbes(container, { field: `${path}.containers`, hasPort: exposed.includes(container) });
  }
  validateVpcAccess(template.vpcAccess, `${path}.vpc_access`);
  validateResources(template, path);
  validateMetadata(template, path);
  validateVolumes(template, path);
  refuseUnserved(template, path);
  const { minInstanceCount = 0, maxInstanceCount } = template.scaling ?? {};
  if (maxInstanceCount !== undefined && minInstanceCount > maxInstanceCount) {
    throw violation(`${path}.scaling`, "min_instance_count must not be greater than max_instance_count.");
  }
}

/** Checks a job's task template likewise; its containers need no port. */
export function validateTaskTemplate(template: TaskTemplate, path: string): void {
  const { containers = [] } = template;
  validateContainers(containers, path);
  for (const container of containers) {
    if (container.livenessProbe) throw violation(`${path}.containers`, "Liveness probes are not supported in jobs.");
    validateProbes(container, { field: `${path}.containers`, hasPort: (container.ports ?? []).length > 0 });
  }
  validateVpcAccess(template.vpcAccess, `${path}.vpc_access`);
  validateVolumes(template, path);
  refuseUnserved(template, path);
}

/** Labels and annotations of Google's own domains cannot be set through v2. */
export function validateMetadata(
  { labels = {}, annotations = {} }: Pick<RevisionTemplate, "labels" | "annotations">,
  path: string,
): void {
  for (const [field, entries] of Object.entries({ labels, annotations })) {
    const reserved = Object.keys(entries).find((key) => reservedPrefixes.test(key));
    if (reserved) throw violation(`${path}.${field}`, `'${reserved}' is in a namespace reserved by the system.`);
  }
}

function validateContainers(containers: readonly Container[], path: string): void {
  const field = `${path}.containers`;
  if (containers.length === 0) throw violation(field, "must contain at least one container.");
  if (containers.length > 10) throw violation(field, "must contain at most 10 containers.");
  const names = containers.map(({ name = "" }) => name);
  if (names.length > 1 && names.includes("")) throw violation(field, "every container must have a name.");
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw violation(field, `container name '${repeated}' is not unique.`);
  for (const [index, container] of containers.entries()) {
    validateEnvironment(container, `${field}[${index}].env`);
    if ((container.ports ?? []).length > 1) throw violation(`${field}[${index}].ports`, "at most one port is allowed.");
    const unknown = container.dependsOn?.find((name) => !names.includes(name));
    if (unknown) throw violation(`${field}[${index}].depends_on`, `container '${unknown}' does not exist.`);
  }
  refuseCycle(containers, field);
}

function validateEnvironment({ env = [] }: Container, field: string): void {
  const names = env.map(({ name = "" }) => name);
  const reserved = names.filter((name) => reservedNames.includes(name));
  if (reserved.length > 0) {
    const rule = "These values are automatically set by the system.";
    throw violation(field, `The following reserved env names were provided: ${reserved.join(", ")}. ${rule}`);
  }
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) throw violation(field, `env name '${repeated}' is set more than once.`);
  const long = env.find(({ value = "" }) => Buffer.byteLength(value) > 32_768);
  if (long) throw violation(field, `the value of '${long.name}' is longer than 32768 bytes.`);
}

function refuseCycle(containers: readonly Container[], field: string): void {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) throw violation(field, `depends_on has a cycle: ${[...trail, name].join(" -> ")}.`);
    if (done.has(name)) return;
    const container = containers.find((other) => (other.name ?? "") === name);
    for (const needed of container?.dependsOn ?? []) visit(needed, [...trail, name]);
    done.add(name);
  };
  for (const { name = "" } of containers) visit(name, []);
}

function validateProbes(container: Container, { field, hasPort }: Omit<ProbeContext, "kind">): void {
  const probes: readonly (readonly [string, Probe | undefined])[] = [
    ["startup_probe", container.startupProbe],
    ["liveness_probe", container.livenessProbe],
  ];
  for (const [kind, probe] of probes) {
    if (probe) validateProbe(probe, { kind, field, hasPort });
  }
}

function validateVpcAccess(access: VpcAccess | undefined, field: string): void {
  if (!access) return;
  const interfaces = access.networkInterfaces ?? [];
  if (Boolean(access.connector) === interfaces.length > 0) {
    throw violation(`${field}.connector`, "one and only one of connector and network_interfaces must be set.");
  }
  if (interfaces.length > 1) throw violation(`${field}.network_interfaces`, "only one network interface is supported.");
  if (interfaces.some(({ network, subnetwork }) => !network && !subnetwork)) {
    throw violation(`${field}.network_interfaces`, "at least one of network and subnetwork must be set.");
  }
}

function validateResources(
  { containers = [], maxInstanceRequestConcurrency, executionEnvironment }: RevisionTemplate,
  path: string,
): void {
  for (const [index, { resources }] of containers.entries()) {
    const field = `${path}.containers[${index}].resources.limits`;
    const cpu = parseCpu(resources?.limits?.cpu ?? "1");
    const memory = parseMemory(resources?.limits?.memory ?? "512Mi");
    if (!(cpu >= 0.08 && cpu <= 1) && ![2, 4, 6, 8].includes(cpu)) {
      throw violation(
        field,
        "Invalid value specified for cpu. The following values are allowed: 0.08 to 1, 2, 4, 6, 8.",
      );
    }
    if (cpu < 1 && containers.length === 1 && (maxInstanceRequestConcurrency ?? 1) > 1) {
      throw violation(field, "Total cpu < 1 is not supported with concurrency > 1.");
    }
    if (!(memory >= (cpu >= 4 ? 2048 : 128))) {
      throw violation(
        field,
        `Invalid value specified for memory. For ${cpu} CPU, memory must be at least ${cpu >= 4 ? 2 : 0.125}Gi.`,
      );
    }
  }
  const total = containers.reduce((sum, { resources }) => sum + parseMemory(resources?.limits?.memory ?? "512Mi"), 0);
  if (executionEnvironment === "EXECUTION_ENVIRONMENT_GEN2" && total < 512) {
    throw violation(path, "Total memory < 512 Mi is not supported with gen2 execution environment.");
  }
}

function parseCpu(text: string): number {
  return text.endsWith("m") ? Number(text.slice(0, -1)) / 1000 : Number(text);
}

const mebibytes: Readonly<Record<string, number>> = {
  "": 1 / 2 ** 20,
  k: 1000 / 2 ** 20,
  K: 1000 / 2 ** 20,
  M: 1e6 / 2 ** 20,
  G: 1e9 / 2 ** 20,
  Ki: 1 / 1024,
  Mi: 1,
  Gi: 1024,
};

function parseMemory(text: string): number {
  const [, amount = "", unit = "-"] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  return Number(amount || Number.NaN) * (mebibytes[unit] ?? Number.NaN);
}

function refuseUnserved(
  { nodeSelector, encryptionKey }: Pick<RevisionTemplate, "nodeSelector" | "encryptionKey">,
  path: string,
): void {
  const fields = Object.entries({
    node_selector: nodeSelector,
    encryption_key: encryptionKey,
  });
  const found = fields.find(([, isUsed]) => Boolean(isUsed));
  if (!found) return;
  throw unserved("run.templates", `${path}.${found[0]} is not served by the local cloud.`);
}
