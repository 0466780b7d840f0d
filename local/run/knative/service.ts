import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import type { RunContext } from "../context.ts";
import { deployments } from "../deployment.ts";
import { idOf } from "../names.ts";
import { readMetadata, writeAnnotations } from "./annotation.ts";
import { pending, toKnativeCondition } from "./condition.ts";
import { refusal } from "./error.ts";
import { toObjectMeta } from "./metadata.ts";
import { filled, listed, present, type Settings } from "./shape.ts";
import { type Spelling, spellings, templateClient } from "./spelling.ts";
import { fromKnativeTemplate, toKnativeRevisionSpec } from "./template.ts";
import { fromKnativeTraffic, toKnativeTraffic, toKnativeTrafficStatus } from "./traffic.ts";

/**
 * A service as version 2 takes it, from the form in which version 1 has it.
 *
 * @throws ApiError INVALID_ARGUMENT or UNIMPLEMENTED for what version 2 has no field for
 */
export function fromKnativeService({ metadata, spec = {} }: v1.Service): v2.Service {
  const { settings, labels, annotations } = readMetadata(metadata, { kind: "Service", path: "metadata" });
  const { serviceMinScale, serviceMaxScale, scalingMode, manualInstanceCount } = settings;
  if (!spec.template) throw refusal("spec.template", "must be set.");
  return present({
    ...{ labels, annotations },
    ...serviceFields(settings),
    scaling: filled(
      present({
        minInstanceCount: serviceMinScale || undefined,
        maxInstanceCount: serviceMaxScale || undefined,
        ...{ scalingMode, manualInstanceCount },
      }),
    ),
    template: fromKnativeTemplate(spec.template),
    traffic: listed(spec.traffic?.map(fromKnativeTraffic)),
  });
}

function serviceFields(settings: Settings): v2.Service {
  const { ingress, launchStage, description, client, clientVersion, customAudiences } = settings;
  return present({
    ...{ ingress, launchStage, description, client, clientVersion, customAudiences },
    invokerIamDisabled: settings.invokerIamDisabled || undefined,
    defaultUriDisabled: settings.defaultUriDisabled || undefined,
    binaryAuthorization: toBinaryAuthorization(settings),
  });
}

/** Binary authorization as version 2 has it; recorded only, since nothing here signs images. */
export function toBinaryAuthorization(settings: Settings): v2.BinaryAuthorization | undefined {
  const { binaryAuthorization, breakglassJustification } = settings;
  const useDefault = binaryAuthorization === "default" || undefined;
  const policy = useDefault ? undefined : binaryAuthorization;
  return filled(present({ useDefault, policy, breakglassJustification }));
}

/** The settings behind `toBinaryAuthorization`. */
export function fromBinaryAuthorization(found: v2.BinaryAuthorization | undefined): Settings {
  return present({
    binaryAuthorization: found?.useDefault ? "default" : found?.policy,
    breakglassJustification: found?.breakglassJustification,
  });
}

/** A service as version 1 has it. */
export function toKnativeService(context: RunContext, service: v2.Service): v1.Service {
  const { name = "", template = {}, traffic = [], uri, urls = [], creator, lastModifier } = service;
  const spelling = spellings(context).get(name) ?? {};
  const operation = deployments(context).get(name)?.operation;
  const annotations = {
    ...service.annotations,
    ...writeAnnotations(settingsOf(service), { kind: "Service", spelled: spelling.metadata }),
    "serving.knative.dev/creator": creator,
    "serving.knative.dev/lastModifier": lastModifier,
    "run.googleapis.com/operation-id": operation && idOf(operation),
    "run.googleapis.com/ingress-status": ingressStatus(service),
    "run.googleapis.com/urls": JSON.stringify(urls),
  };
  return {
    apiVersion: "serving.knative.dev/v1",
    kind: "Service",
    metadata: toObjectMeta(context, service, {
      group: "serving.knative.dev",
      collection: "services",
      labels: service.labels,
      annotations,
    }),
    spec: { template: toKnativeTemplate(template, spelling), traffic: traffic.map(toKnativeTraffic) },
    status: present({
      ...statusOf(service),
      traffic: listed(service.trafficStatuses?.map(toKnativeTrafficStatus)),
      url: uri,
      address: uri === undefined ? undefined : { url: uri },
    }),
  };
}

/** The template of a service as version 1 has it. */
export function toKnativeTemplate(template: v2.RevisionTemplate, spelling: Spelling): v1.RevisionTemplate {
  const settings = templateClient(spelling);
  const { annotations, spec } = toKnativeRevisionSpec(template, { spelling, settings });
  const labels = { ...template.labels, "run.googleapis.com/startupProbeType": probeType(template) };
  return {
    metadata: present({ name: template.revision, labels, annotations: filled(annotations) }),
    spec,
  };
}

/** Whether the containers say themselves when they have started. */
function probeType({ containers = [] }: v2.RevisionTemplate): string {
  const isDefault = containers.every(({ startupProbe }) => !startupProbe || startupProbe.periodSeconds === 240);
  return isDefault ? "Default" : "Custom";
}

function settingsOf(service: v2.Service): Settings {
  const { ingress, launchStage, description, client, clientVersion, customAudiences, scaling } = service;
  const { invokerIamDisabled, defaultUriDisabled } = service;
  return {
    ...{ ingress, launchStage, description, client, clientVersion, customAudiences },
    ...{ invokerIamDisabled, defaultUriDisabled },
    ...{ serviceMinScale: scaling?.minInstanceCount, serviceMaxScale: scaling?.maxInstanceCount },
    ...{ scalingMode: scaling?.scalingMode, manualInstanceCount: scaling?.manualInstanceCount },
    ...fromBinaryAuthorization(service.binaryAuthorization),
  };
}

function ingressStatus({ ingress }: v2.Service): string | undefined {
  return writeAnnotations({ ingress }, { kind: "Service" })["run.googleapis.com/ingress"];
}

/** How far a service has come, as its configuration and route show it too. */
export function statusOf(service: v2.Service): v1.ServiceStatus {
  const { observedGeneration, latestReadyRevision, latestCreatedRevision } = service;
  return present({
    observedGeneration: Number(observedGeneration ?? 0),
    conditions: conditionsOf(service),
    latestReadyRevisionName: latestReadyRevision && idOf(latestReadyRevision),
    latestCreatedRevisionName: latestCreatedRevision && idOf(latestCreatedRevision),
  });
}

/** `Ready` and the two that make it up, which version 2 does not have until they are decided. */
function conditionsOf({ terminalCondition = {}, conditions = [] }: v2.Service): v1.Condition[] {
  const parts = ["ConfigurationsReady", "RoutesReady"].map((type) => {
    const found = conditions.find((condition) => condition.type === type);
    return found ? toKnativeCondition(found) : pending(type, terminalCondition);
  });
  const isUndecided = terminalCondition.state === "CONDITION_RECONCILING";
  return [isUndecided ? pending("Ready", terminalCondition) : toKnativeCondition(terminalCondition), ...parts];
}
