import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import type { RunContext } from "../context.ts";
import { idOf, parseName } from "../names.ts";
import { toKnativeCondition } from "./condition.ts";
import { toObjectMeta, versionOf } from "./metadata.ts";
import { statusOf, toKnativeTemplate } from "./service.ts";
import { filled, ingressContainer, present } from "./shape.ts";
import { spellings, templateClient } from "./spelling.ts";
import { toKnativeRevisionSpec } from "./template.ts";
import { toKnativeTraffic, toKnativeTrafficStatus } from "./traffic.ts";

const group = "serving.knative.dev";

/** A revision as version 1 has it. */
export function toKnativeRevision(context: RunContext, revision: v2.Revision): v1.Revision {
  const { name = "", containers = [], creator, observedGeneration, logUri } = revision;
  const { parent, id: service } = parseName(name);
  const owner = context.services.get(`${parent}/services/${service}`);
  const spelling = spellings(context).get(name) ?? {};
  const { annotations, spec } = toKnativeRevisionSpec(revision, {
    spelling,
    settings: templateClient(spelling),
  });
  const image = ingressContainer(containers)?.image ?? "";
  return {
    apiVersion: `${group}/v1`,
    kind: "Revision",
    metadata: toObjectMeta(context, revision, {
      ...{ group, collection: "revisions", ownerReferences: owner && [ownerOf(owner)] },
      labels: { ...revision.labels, ...systemLabels(service, owner) },
      annotations: { ...annotations, "serving.knative.dev/creator": creator },
    }),
    spec,
    status: present({
      observedGeneration: Number(observedGeneration ?? 0),
      conditions: conditionsOf(revision, owner),
      logUrl: logUri,
      serviceName: service,
      imageDigest: context.runtime.images.resolve(image)?.reference ?? image,
    }),
  };
}

function ownerOf({ name = "", uid }: v2.Service): v1.OwnerReference {
  return {
    apiVersion: `${group}/v1`,
    kind: "Configuration",
    name: idOf(name),
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

function systemLabels(service: string, owner: v2.Service | undefined): Record<string, string> {
  return present({
    "serving.knative.dev/service": service,
    "serving.knative.dev/configuration": service,
    "serving.knative.dev/route": service,
    "serving.knative.dev/serviceUid": owner?.uid ?? "",
  });
}

/** The conditions of a revision, with whether it receives traffic. */
function conditionsOf({ name = "", conditions = [] }: v2.Revision, owner: v2.Service | undefined): v1.Condition[] {
  const shown = conditions.map(toKnativeCondition);
  const ready = shown.find(({ type }) => type === "Ready");
  const isActive = owner?.trafficStatuses?.some(({ revision }) => revision === idOf(name));
  const active = isActive
    ? { status: "True" }
    : { status: "False", reason: "Retired", message: "Revision retired.", severity: "Info" };
  return [...shown, present({ type: "Active", ...active, lastTransitionTime: ready?.lastTransitionTime })];
}

/** The half of a service that makes revisions. */
export function toKnativeConfiguration(context: RunContext, service: v2.Service): v1.Configuration {
  const { name = "", template = {} } = service;
  const { conditions = [], ...status } = statusOf(service);
  return {
    apiVersion: `${group}/v1`,
    kind: "Configuration",
    metadata: partMetadata(context, service, "configurations"),
    spec: { template: toKnativeTemplate(template, spellings(context).get(name) ?? {}) },
    status: { ...status, conditions: readyOf(conditions, "ConfigurationsReady") },
  };
}

/** The half of a service that sends requests to revisions. */
export function toKnativeRoute(context: RunContext, service: v2.Service): v1.Route {
  const { traffic = [], trafficStatuses = [], uri: url } = service;
  const { conditions = [], observedGeneration } = statusOf(service);
  return {
    apiVersion: `${group}/v1`,
    kind: "Route",
    metadata: partMetadata(context, service, "routes"),
    spec: { traffic: traffic.map(toKnativeTraffic) },
    status: present({
      ...{ observedGeneration, url, address: url === undefined ? undefined : { url } },
      conditions: readyOf(conditions, "RoutesReady"),
      traffic: trafficStatuses.map(toKnativeTrafficStatus),
    }),
  };
}

function partMetadata(context: RunContext, service: v2.Service, collection: string): v1.ObjectMeta {
  const { name = "", uid } = service;
  const owner = { apiVersion: `${group}/v1`, kind: "Service", name: idOf(name), uid, controller: true };
  const labels = filled({ ...service.labels, "serving.knative.dev/service": idOf(name) });
  return {
    ...toObjectMeta(context, service, { group, collection, labels, annotations: {}, ownerReferences: [owner] }),
    resourceVersion: versionOf(service),
  };
}

function readyOf(conditions: readonly v1.Condition[], type: string): v1.Condition[] {
  return conditions
    .filter((condition) => condition.type === type)
    .map((condition) => ({ ...condition, type: "Ready" }));
}
