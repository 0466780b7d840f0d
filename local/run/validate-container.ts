import type { Container, EnvVar } from "../model/generated/run.ts";
import { demandRange } from "./demand-range.ts";
import { violation } from "./violation.ts";

const reservedNames = ["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"];
const containerName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Checks the containers of a template: their names, variables and ports, and what they wait for.
 *
 * @param path of the template within the request, for messages
 * @throws ApiError INVALID_ARGUMENT
 */
export function validateContainers(containers: readonly Container[], path: string): void {
  const field = `${path}.containers`;
  if (containers.length === 0) throw violation(field, "must contain at least one container.");
  if (containers.length > 10) throw violation(field, "must contain at most 10 containers.");
  validateNames(containers, field);
  const names = containers.map(({ name = "" }) => name);
  for (const [index, container] of containers.entries()) {
    validateEnvironment(container, `${field}[${index}].env`);
    validatePorts(container, `${field}[${index}].ports`);
    const unknown = container.dependsOn?.find((name) => !names.includes(name));
    if (unknown) throw violation(`${field}[${index}].depends_on`, `container '${unknown}' does not exist.`);
  }
  refuseCycle(containers, field);
}

function validateNames(containers: readonly Container[], field: string): void {
  const names = containers.map(({ name = "" }) => name);
  if (names.length > 1 && names.includes("")) throw violation(field, "every container must have a name.");
  const odd = names.findIndex((name) => name !== "" && !containerName.test(name));
  if (odd !== -1) {
    const rule = "must be at most 63 lowercase letters, digits and hyphens, and neither begin nor end with a hyphen.";
    throw violation(`${field}[${odd}].name`, `'${names[odd]}' ${rule}`);
  }
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw violation(field, `container name '${repeated}' is not unique.`);
}

/** Checks the variables of a container, or those that an execution has instead. */
export function validateEnvironment({ env = [] }: { readonly env?: readonly EnvVar[] }, field: string): void {
  const names = env.map(({ name = "" }) => name);
  const reserved = names.filter((name) => reservedNames.includes(name));
  if (reserved.length > 0) {
    const rule = "These values are automatically set by the system.";
    throw violation(field, `The following reserved env names were provided: ${reserved.join(", ")}. ${rule}`);
  }
  const odd = names.find((name) => name === "" || name.includes("=") || name.includes("\0"));
  if (odd !== undefined) throw violation(field, `'${odd}' is not a valid env name.`);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) throw violation(field, `env name '${repeated}' is set more than once.`);
  const long = env.find(({ value = "" }) => Buffer.byteLength(value) > 32_768);
  if (long) throw violation(field, `the value of '${long.name}' is longer than 32768 bytes.`);
}

function validatePorts({ ports = [] }: Container, field: string): void {
  if (ports.length > 1) throw violation(field, "at most one port is allowed.");
  for (const { name, containerPort } of ports) {
    demandRange(containerPort, { field: `${field}[0].container_port`, least: 1, most: 65_535 });
    if (name && !["http1", "h2c"].includes(name)) throw violation(`${field}[0].name`, "must be 'http1' or 'h2c'.");
  }
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
