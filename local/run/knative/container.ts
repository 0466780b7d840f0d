import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import { refusal } from "./error.ts";
import type { SecretAliases } from "./secret-alias.ts";
import { filled, listed, present, type Settings } from "./shape.ts";

/** What the containers of a template share. */
export interface ContainerContext {
  /** Path of the container within the resource, for messages. */
  readonly path: string;
  readonly settings: Settings;
  /** Whether the container's processor settings come from annotations: of services, not of jobs. */
  readonly hasCpuSettings: boolean;
}

/** A container as version 2 has it. */
export function fromKnativeContainer(container: v1.Container, context: ContainerContext): v2.Container {
  const { name, image, command, args, workingDir, ports, env, volumeMounts } = container;
  refuseUnsupported(container, context.path);
  return present({
    ...{ name, image, workingDir },
    command: listed(command),
    args: listed(args),
    ports: listed(ports?.map(({ name: protocol, containerPort }) => present({ name: protocol, containerPort }))),
    env: listed(env?.map((variable, index) => fromVariable(variable, `${context.path}.env[${index}]`, context))),
    resources: fromResources(container, context),
    volumeMounts: listed(
      volumeMounts?.map(({ name: volume, mountPath, subPath }) => present({ name: volume, mountPath, subPath })),
    ),
    startupProbe: container.startupProbe && fromProbe(container.startupProbe, `${context.path}.startup_probe`),
    livenessProbe: container.livenessProbe && fromProbe(container.livenessProbe, `${context.path}.liveness_probe`),
    readinessProbe: container.readinessProbe && fromProbe(container.readinessProbe, `${context.path}.readiness_probe`),
    dependsOn: listed(context.settings.dependencies?.[name ?? ""]),
  });
}

function refuseUnsupported({ envFrom, securityContext, resources }: v1.Container, path: string): void {
  if (envFrom) throw refusal(`${path}.env_from`, "is not supported.");
  if (securityContext) throw refusal(`${path}.security_context`, "is not supported.");
  for (const field of ["limits", "requests"] as const) {
    const odd = Object.keys(resources?.[field] ?? {}).find((name) => !["cpu", "memory"].includes(name));
    if (odd) throw refusal(`${path}.resources.${field}`, `'${odd}' is not supported.`);
  }
}

function fromVariable({ name, value, valueFrom }: v1.EnvVar, path: string, { settings }: ContainerContext): v2.EnvVar {
  if (!valueFrom) return present({ name, value });
  const { secretKeyRef } = valueFrom;
  if (!secretKeyRef) throw refusal(`${path}.value_from`, "only secret_key_ref is supported.");
  const { name: secret = "", key } = secretKeyRef;
  if (!secret) throw refusal(`${path}.value_from.secret_key_ref.name`, "must be set.");
  if (!key) throw refusal(`${path}.value_from.secret_key_ref.key`, "must be set to a version of the secret.");
  return present({
    name,
    valueSource: { secretKeyRef: { secret: settings.secrets?.[secret] ?? secret, version: key } },
  });
}

function fromResources(
  { resources }: v1.Container,
  { settings, hasCpuSettings }: ContainerContext,
): v2.ResourceRequirements {
  const limits = filled(resources?.limits ?? {});
  if (!hasCpuSettings) return present({ limits });
  const { cpuIdle = true, startupCpuBoost = false } = settings;
  return present({ limits, cpuIdle: cpuIdle || undefined, startupCpuBoost: startupCpuBoost || undefined });
}

function fromProbe(probe: v1.Probe, path: string): v2.Probe {
  const { exec, httpGet, tcpSocket, grpc, successThreshold = 1, ...times } = probe;
  if (exec) throw refusal(`${path}.exec`, "is not supported.");
  if (successThreshold !== 1) throw refusal(`${path}.success_threshold`, "must be 1.");
  const { host: _, scheme: __, ...get } = httpGet ?? {};
  return present({
    ...times,
    httpGet: httpGet && get,
    tcpSocket: tcpSocket && present({ port: tcpSocket.port }),
    grpc,
  });
}

/** What a container is shown with. */
interface ShownContainer {
  readonly secrets: SecretAliases;
  /** What it was said to ask for at least. */
  readonly requests: Readonly<Record<string, string>> | undefined;
}

/** A container as version 1 has it; what it waits for and its processor settings are annotations there. */
export function toKnativeContainer(container: v2.Container, { secrets, requests }: ShownContainer): v1.Container {
  const { aliasOf } = secrets;
  const { name, image, command, args, workingDir, ports, env, resources, volumeMounts } = container;
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const limits = filled(resources?.limits ?? {});
  return present({
    ...{ name, image, command, args, workingDir, ports, volumeMounts, startupProbe, livenessProbe, readinessProbe },
    env: env?.map(({ name: variable, value, valueSource }) => {
      const { secret = "", version } = valueSource?.secretKeyRef ?? {};
      const valueFrom = valueSource && { secretKeyRef: present({ name: aliasOf(secret), key: version || "latest" }) };
      return present({ name: variable, value: value || undefined, valueFrom });
    }),
    resources: filled(present({ limits, requests: filled(requests ?? {}) })),
  });
}
