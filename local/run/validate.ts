import type {
  Container,
  ExecutionTemplate,
  Probe,
  RevisionTemplate,
  RunJobRequest_Overrides,
  ServiceScaling,
  TaskTemplate,
  VpcAccess,
} from "../model/generated/run.ts";
import { unserved } from "../unserved.ts";
import { demandRange, demandSeconds } from "./demand-range.ts";
import { idOf } from "./names.ts";
import { validateContainers, validateEnvironment } from "./validate-container.ts";
import { validateMetadata } from "./validate-metadata.ts";
import { type ProbeContext, validateProbe } from "./validate-probe.ts";
import { validateResources } from "./validate-resources.ts";
import { validateVolumes } from "./validate-volumes.ts";
import { violation } from "./violation.ts";

/** Seconds that a request may take, and a task: an hour and a week. */
const longest = { request: 3600, task: 604_800 } as const;
const mostTasks = 10_000;

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
  validateScaling(template.scaling, `${path}.scaling`);
  demandSeconds(template.timeout, { field: `${path}.timeout`, least: 1, most: longest.request });
  const concurrency = template.maxInstanceRequestConcurrency;
  demandRange(concurrency, { field: `${path}.max_instance_request_concurrency`, least: 0, most: 1000 });
}

/** Checks how many instances there may be, of a revision or of all revisions of a service. */
export function validateScaling(scaling: ServiceScaling = {}, field: string): void {
  const { minInstanceCount, maxInstanceCount, manualInstanceCount } = scaling;
  const counts = {
    min_instance_count: minInstanceCount,
    max_instance_count: maxInstanceCount,
    manual_instance_count: manualInstanceCount,
  };
  for (const [name, count] of Object.entries(counts)) {
    if (count !== undefined && count < 0) throw violation(`${field}.${name}`, `must not be negative, not ${count}.`);
  }
  if (maxInstanceCount !== undefined && (minInstanceCount ?? 0) > maxInstanceCount) {
    throw violation(field, "min_instance_count must not be greater than max_instance_count.");
  }
}

/** The name of a revision begins with its service's. */
export function validateRevisionName(revision: string | undefined, service: string, field: string): void {
  if (!revision) return;
  const id = idOf(revision);
  if (!id.startsWith(`${service}-`))
    throw violation(field, `'${id}' must begin with the service's name: '${service}-'.`);
  if (id.length <= 63 && /^[a-z][a-z0-9-]*[a-z0-9]$/.test(id)) return;
  throw violation(field, `'${id}' must be at most 63 lowercase letters, digits and hyphens.`);
}

/**
 * Checks what a job's executions are made from.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v2/ExecutionTemplate
 */
export function validateExecutionTemplate(execution: ExecutionTemplate, path: string): void {
  const { taskCount, parallelism, template = {} } = execution;
  demandRange(taskCount, { field: `${path}.task_count`, least: 1, most: mostTasks });
  demandRange(parallelism, { field: `${path}.parallelism`, least: 0, most: taskCount ?? 1 });
  validateMetadata(execution, path);
  validateTaskTemplate(template, `${path}.template`);
}

/** Checks what one execution has of its own. */
export function validateOverrides({ taskCount, timeout, containerOverrides = [] }: RunJobRequest_Overrides): void {
  const path = "RunJobRequest.overrides";
  demandRange(taskCount, { field: `${path}.task_count`, least: 1, most: mostTasks });
  demandSeconds(timeout, { field: `${path}.timeout`, least: 1, most: longest.task });
  for (const [index, container] of containerOverrides.entries()) {
    validateEnvironment(container, `${path}.container_overrides[${index}].env`);
  }
}

/** A job's tasks are like a service's revisions, but their containers need no port. */
function validateTaskTemplate(template: TaskTemplate, path: string): void {
  const { containers = [] } = template;
  validateContainers(containers, path);
  for (const container of containers) {
    if (container.livenessProbe) throw violation(`${path}.containers`, "Liveness probes are not supported in jobs.");
    validateProbes(container, { field: `${path}.containers`, hasPort: (container.ports ?? []).length > 0 });
  }
  validateVpcAccess(template.vpcAccess, `${path}.vpc_access`);
  validateResources(template, path);
  validateVolumes(template, path);
  refuseUnserved(template, path);
  demandRange(template.maxRetries, { field: `${path}.max_retries`, least: 0, most: 10 });
  demandSeconds(template.timeout, { field: `${path}.timeout`, least: 1, most: longest.task });
}

function validateProbes(container: Container, { field, hasPort }: Omit<ProbeContext, "kind">): void {
  const probes: readonly (readonly [string, Probe | undefined])[] = [
    ["startup_probe", container.startupProbe],
    ["liveness_probe", container.livenessProbe],
    ["readiness_probe", container.readinessProbe],
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
