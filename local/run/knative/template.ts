import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import { readMetadata, writeAnnotations } from "./annotation.ts";
import { fromKnativeContainer, toKnativeContainer } from "./container.ts";
import { refusal } from "./error.ts";
import { aliasSecrets } from "./secret-alias.ts";
import { filled, ingressContainer, type Kind, listed, present, type Settings } from "./shape.ts";
import type { Spelling } from "./spelling.ts";
import { fromKnativeVolume, toKnativeVolume } from "./volume.ts";

const path = "spec.template";

/** A revision's template as version 2 has it. */
export function fromKnativeTemplate({ metadata, spec = {} }: v1.RevisionTemplate): v2.RevisionTemplate {
  const { settings, labels, annotations } = readMetadata(metadata, { kind: "Revision", path: `${path}.metadata` });
  refuseUnsupported(spec);
  const { minScale, maxScale, sessionAffinity, healthCheckDisabled } = settings;
  return present({
    revision: metadata?.name || undefined,
    ...{ labels, annotations },
    ...fromKnativePod(spec, { settings, path: `${path}.spec`, hasCpuSettings: true }),
    timeout: spec.timeoutSeconds === undefined ? undefined : `${spec.timeoutSeconds}s`,
    maxInstanceRequestConcurrency: spec.containerConcurrency,
    scaling: filled(present({ minInstanceCount: minScale || undefined, maxInstanceCount: maxScale })),
    sessionAffinity: sessionAffinity || undefined,
    healthCheckDisabled: healthCheckDisabled || undefined,
  });
}

function refuseUnsupported({ imagePullSecrets, nodeSelector, runtimeClassName }: v1.RevisionSpec): void {
  const unsupported = {
    image_pull_secrets: imagePullSecrets,
    node_selector: nodeSelector,
    runtime_class_name: runtimeClassName,
  };
  const found = Object.entries(unsupported).find(([, value]) => value !== undefined);
  if (found) throw refusal(`${path}.spec.${found[0]}`, "is not supported.");
}

/** What a template of either kind is read with. */
interface PodContext {
  readonly settings: Settings;
  readonly path: string;
  readonly hasCpuSettings: boolean;
}

/** The part that the templates of revisions and tasks have in common, as version 2 has it. */
export function fromKnativePod(
  spec: Pick<v1.RevisionSpec, "containers" | "volumes" | "serviceAccountName">,
  { settings, path: at, hasCpuSettings }: PodContext,
): Pick<v2.TaskTemplate, "containers" | "volumes" | "serviceAccount" | "vpcAccess" | "executionEnvironment"> {
  const { connector, egress, networkInterfaces, executionEnvironment, dependencies = {}, secrets } = settings;
  const { containers = [], volumes } = spec;
  const unknown = Object.keys(dependencies).find((name) => !containers.some((container) => container.name === name));
  if (unknown !== undefined)
    throw refusal("spec.template.metadata.annotations", `container '${unknown}' of the dependencies does not exist.`);
  return present({
    containers: containers.map((container, index) =>
      fromKnativeContainer(container, { settings, hasCpuSettings, path: `${at}.containers[${index}]` }),
    ),
    volumes: listed(
      volumes?.map((volume, index) => fromKnativeVolume(volume, { secrets, path: `${at}.volumes[${index}]` })),
    ),
    serviceAccount: spec.serviceAccountName || undefined,
    vpcAccess: filled(present({ connector, egress, networkInterfaces })),
    executionEnvironment,
  });
}

/** A template or revision as version 1 has it. */
export interface KnativeTemplate<Spec> {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Spec;
}

/** What is shown of a template. */
interface Shown {
  readonly kind: Extract<Kind, "Revision" | "Execution">;
  /** What a client said in its own words. */
  readonly spelling?: Spelling;
  /** Further settings, such as the client that wrote them. */
  readonly settings?: Settings;
}

/** The revision part of a service's template, or of a revision, as version 1 has it. */
export function toKnativeRevisionSpec(
  template: v2.RevisionTemplate | v2.Revision,
  shown: Omit<Shown, "kind"> = {},
): KnativeTemplate<v1.RevisionSpec> {
  const { timeout, maxInstanceRequestConcurrency, scaling, sessionAffinity } = template;
  const { resources } = ingressContainer(template.containers ?? []) ?? {};
  const healthCheckDisabled = "healthCheckDisabled" in template ? template.healthCheckDisabled : undefined;
  const settings: Settings = {
    ...shown.settings,
    ...{ minScale: scaling?.minInstanceCount, maxScale: scaling?.maxInstanceCount },
    ...{ cpuIdle: resources?.cpuIdle ?? false, startupCpuBoost: resources?.startupCpuBoost ?? false },
    ...{ sessionAffinity, healthCheckDisabled },
  };
  const { annotations, spec } = toKnativePod(template, { ...shown, kind: "Revision", settings });
  return {
    annotations: { ...template.annotations, ...annotations },
    spec: present({
      containerConcurrency: maxInstanceRequestConcurrency,
      timeoutSeconds: timeout === undefined ? undefined : Math.round(Number.parseFloat(timeout)),
      ...spec,
    }),
  };
}

/** The part that the templates of revisions and tasks have in common, as version 1 has it. */
export function toKnativePod(
  pod: Pick<v2.TaskTemplate, "containers" | "volumes" | "serviceAccount" | "vpcAccess" | "executionEnvironment">,
  { kind, spelling: { template: spelled, requests } = {}, settings }: Shown,
): KnativeTemplate<Pick<v1.RevisionSpec, "containers" | "volumes" | "serviceAccountName">> {
  const { containers = [], volumes, serviceAccount, vpcAccess, executionEnvironment } = pod;
  const chosen = spelled && readMetadata({ annotations: spelled }, { kind, path }).settings.secrets;
  const secrets = aliasSecrets({ containers, volumes }, chosen);
  const waiting = containers.filter(({ dependsOn }) => dependsOn?.length);
  const dependencies = Object.fromEntries(waiting.map(({ name = "", dependsOn = [] }) => [name, dependsOn]));
  const all: Settings = {
    ...settings,
    ...{ connector: vpcAccess?.connector, egress: vpcAccess?.egress, networkInterfaces: vpcAccess?.networkInterfaces },
    ...{ executionEnvironment, dependencies: filled(dependencies), secrets: secrets.table },
  };
  return {
    annotations: writeAnnotations(all, { kind, spelled }),
    spec: present({
      serviceAccountName: serviceAccount,
      containers: containers.map((container, index) =>
        toKnativeContainer(container, {
          secrets,
          requests: requests?.length === containers.length ? requests[index] : undefined,
        }),
      ),
      volumes: volumes?.map((volume) => toKnativeVolume(volume, secrets)),
    }),
  };
}
