import { isDeepStrictEqual } from "node:util";
import { emailOf } from "../access/principal.ts";
import type { Call, OperationResource, RunningOperation } from "../api.ts";
import { toUuid } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import { demandRoom } from "../fault/room.ts";
import { applyMask } from "../field-mask.ts";
import type { JsonObject } from "../json.ts";
import type { LatencyKind } from "../latency.ts";
import type {
  CreateServiceRequest,
  DeleteServiceRequest,
  ListServicesRequest,
  ListServicesResponse,
  Service,
  UpdateServiceRequest,
} from "../model/generated/run.ts";
import { toLongrunning } from "../operation.ts";
import { pageOf } from "../page.ts";
import { demandDeployRights } from "../workload/deploy-rights.ts";
import { accountEmail, defaultAccount, demandActAs } from "../workload/service-account.ts";
import { refreshAddressHolds } from "./address-hold.ts";
import { reconciling } from "./condition.ts";
import { demandEtag, demandFound, host, type RunContext, typePrefix } from "./context.ts";
import { withServiceDefaults } from "./defaults.ts";
import { deployments } from "./deployment.ts";
import { spellings } from "./knative/spelling.ts";
import { closeLocalUrl, openLocalUrl } from "./local-url.ts";
import { demandFreeName, holdName } from "./name-hold.ts";
import { demandId, demandRegion, etagOf, idOf, parseName } from "./names.ts";
import { removePool } from "./pools.ts";
import { createRevision, limits, planRevision } from "./revisions.ts";
import { validateTraffic } from "./traffic.ts";
import { deterministicUrl, hashUrl } from "./url.ts";
import { validateRevisionName, validateRevisionTemplate, validateScaling } from "./validate.ts";
import { validateMetadata } from "./validate-metadata.ts";
import { violation } from "./violation.ts";

const mutableFields = [
  "description",
  "labels",
  "annotations",
  "client",
  "clientVersion",
  "ingress",
  "launchStage",
  "binaryAuthorization",
  "template",
  "traffic",
  "scaling",
  "invokerIamDisabled",
  "defaultUriDisabled",
  "customAudiences",
  "buildConfig",
] as const satisfies readonly (keyof Service)[];

/** `Services.CreateService` */
export async function createService(
  context: RunContext,
  { parent = "", service = {}, serviceId = "", validateOnly }: CreateServiceRequest,
  call: Call,
): Promise<OperationResource> {
  demandRegion(parent);
  demandId(serviceId, { field: "CreateServiceRequest.service_id", most: 49 });
  const name = `${parent}/services/${serviceId}`;
  if (context.services.get(name)) {
    throw new ApiError({ code: "ALREADY_EXISTS", message: `Resource '${serviceId}' already exists.` });
  }
  if (service.name) {
    throw new ApiError({
      code: "INVALID_ARGUMENT",
      message: "Violation in CreateServiceRequest.service.name: must be empty.",
    });
  }
  return await write(context, { name, sent: service, present: undefined, validateOnly, verb: "Create" }, call);
}

/** `Services.UpdateService`: replaces everything without a mask; creates where that is allowed. */
export async function updateService(
  context: RunContext,
  { service = {}, updateMask, allowMissing, validateOnly }: UpdateServiceRequest,
  call: Call,
): Promise<OperationResource> {
  const { name = "" } = service;
  const present = context.services.get(name);
  if (!present && allowMissing) {
    demandId(idOf(name), { field: "UpdateServiceRequest.service.name", most: 49 });
    context.cloud.access.demand(call.principal, "run.services.create", `//${host}/${name}`);
    return await write(context, { name, sent: service, present: undefined, validateOnly, verb: "Update" }, call);
  }
  const found = demandFound(present, "service", name);
  demandEtag(service.etag, found.etag);
  const sent = updateMask ? applyMask(found, { sent: service, mask: updateMask, mutable: mutableFields }) : service;
  return await write(context, { name, sent, present: found, validateOnly, verb: "Update" }, call);
}

interface Write {
  readonly name: string;
  /** The mutable fields as they shall be. */
  readonly sent: Service;
  readonly present: Service | undefined;
  readonly validateOnly: boolean | undefined;
  readonly verb: "Create" | "Update";
}

async function write(context: RunContext, change: Write, call: Call): Promise<OperationResource> {
  if (!change.present) demandFreeName(context, change.name, call);
  const path = `${change.verb}ServiceRequest.service`;
  const { template = {} } = change.sent;
  validateRevisionTemplate(template, `${path}.template`);
  validateRevisionName(template.revision, parseName(change.name).id, `${path}.template.revision`);
  validateService(change.sent, path);
  const service = toService(context, change, call);
  await demandActAs(context.cloud, {
    principal: call.principal,
    email: accountEmail(service.template?.serviceAccount ?? ""),
    project: parseName(change.name).project,
  });
  const revision = planRevision(context, service, change.present);
  if (revision !== change.present?.latestCreatedRevision) {
    demandDeployRights(context.cloud, call.principal, service.template ?? {});
  }
  validateTraffic(service.traffic ?? [], {
    path: `${path}.traffic`,
    isKnown: (id) =>
      revision === `${change.name}/revisions/${id}` || Boolean(context.revisions.get(`${change.name}/revisions/${id}`)),
  });
  const written: Service = { ...service, latestCreatedRevision: revision };
  if (!change.present) demandRoom(context.cloud.store, "ServicesPerProjectPerRegion", { name: change.name });
  const { parent } = parseName(change.name);
  const shown: JsonObject = { "@type": `${typePrefix}Service`, ...written };
  if (change.validateOnly) return { name: `${parent}/operations/validate-only`, done: true, response: shown };
  return await deploy(context, { service: written, present: change.present, version: versionOf(call) });
}

function validateService(service: Service, path: string): void {
  validateMetadata(service, path);
  validateScaling(service.scaling, `${path}.scaling`);
  if ((service.description ?? "").length > 512) {
    throw violation(`${path}.description`, "must be at most 512 characters.");
  }
}

/** The version of the API that a call came in by: an operation answers in the shapes of the same. */
function versionOf({ method }: Call): "v1" | "v2" {
  return method.startsWith("google.cloud.run.v1.") ? "v1" : "v2";
}

function toService({ cloud, ids }: RunContext, { name, sent, present }: Write, call: Call): Service {
  const now = cloud.clock.timestamp();
  const { project, region, id, parent } = parseName(name);
  const { projectNumber } = cloud.projects.ensure(project);
  const mutable = Object.fromEntries(mutableFields.map((field) => [field, sent[field]]));
  const whole = withServiceDefaults(mutable, defaultAccount(projectNumber));
  const isChanged =
    !present || mutableFields.some((field) => !isDeepStrictEqual(clean(whole[field]), clean(present[field])));
  const generation = String(Number(present?.generation ?? 0) + (isChanged ? 1 : 0));
  const address = { service: id, projectNumber, region };
  const uri = hashUrl(address);
  const createTime = present?.createTime ?? now;
  return {
    ...present,
    ...whole,
    name: `${parent}/services/${id}`,
    uid: present?.uid ?? toUuid(ids.coming(name)),
    generation,
    createTime,
    updateTime: now,
    creator: present?.creator ?? emailOf(call.principal),
    lastModifier: emailOf(call.principal),
    uri,
    urls: [deterministicUrl(address), uri],
    etag: etagOf(name, generation, now),
  };
}

/** Absent and undefined fields are the same. */
function clean(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

interface Deploy {
  readonly service: Service;
  readonly present: Service | undefined;
  readonly version: "v1" | "v2";
}

/** Records the service with its revision, and starts the operation that makes them ready. */
async function deploy(context: RunContext, { service, present, version }: Deploy): Promise<OperationResource> {
  const { cloud, services, revisions } = context;
  const { name = "", latestCreatedRevision: revision = "", template } = service;
  const now = cloud.clock.timestamp();
  const isNew = revisions.get(revision) === undefined;
  const isVerified = !isNew && revision === present?.latestReadyRevision;
  if (isNew) createRevision(context, service, revision);
  const pending = reconciling("Ready", now, isVerified ? "Updating traffic." : "Deploying Revision.");
  if (!present) context.ids.draw(name);
  const put = services.put(name, { ...service, reconciling: true, terminalCondition: pending, conditions: [pending] });
  refreshAddressHolds(context);
  // Fresh instances on Direct VPC egress wait for their network; moving traffic makes none.
  const isDirect = !isVerified && Boolean(template?.vpcAccess?.networkInterfaces?.length);
  const latency: LatencyKind = isDirect ? "run.service.deploy.direct" : "run.service.deploy.connector";
  const operation = cloud.operations.start({
    host,
    parent: parseName(name).parent,
    kind: "deployService",
    target: name,
    id: (draws) => toUuid(draws.hex(32)),
    input: { service: name, version, ...(isVerified ? {} : { revision }) },
    ...(version === "v2" ? { metadata: { "@type": `${typePrefix}Service`, ...put } } : {}),
    latency,
  });
  deployments(context).put(name, { operation: operation.name });
  await openLocalUrl(context, name);
  return toLongrunning(operation);
}

/** `Services.GetService` */
export function getService({ services }: RunContext, name: string): Service {
  return demandFound(services.get(name), "service", name);
}

/** `Services.ListServices` */
export function listServices(
  { services }: RunContext,
  { parent = "", pageSize, pageToken }: ListServicesRequest,
): ListServicesResponse {
  if (parent.endsWith("/-")) {
    throw new ApiError({
      code: "INVALID_ARGUMENT",
      message: "Violation in ListServicesRequest.parent: a location must be named.",
    });
  }
  const page = pageOf(services, {
    ...{ prefix: `${parent}/services/`, size: pageSize, token: pageToken, limits },
    show: (_, service) => service,
  });
  return { services: page.items, nextPageToken: page.nextPageToken };
}

/** `Services.DeleteService` */
export function deleteService(
  context: RunContext,
  { name = "", etag, validateOnly }: DeleteServiceRequest,
): OperationResource {
  const { cloud, services } = context;
  const service = getService(context, name);
  demandEtag(etag, service.etag);
  const { parent } = parseName(name);
  const shown: JsonObject = { "@type": `${typePrefix}Service`, ...service };
  if (validateOnly) return { name: `${parent}/operations/validate-only`, done: true, response: shown };
  const deleted = services.put(name, { ...service, deleteTime: cloud.clock.timestamp(), reconciling: true });
  const metadata = { "@type": `${typePrefix}Service`, ...deleted };
  const start = { host, parent, kind: "deleteService", target: name, input: { name }, metadata };
  return toLongrunning(cloud.operations.start({ ...start, latency: "run.service.delete" }));
}

/** The work of deleting a service with its revisions. */
export async function runDeleteService(context: RunContext, operation: RunningOperation): Promise<JsonObject> {
  const { cloud, services, revisions } = context;
  const name = String(operation.input.name);
  const names = revisions.list(`${name}/revisions/`).map(([revision]) => revision);
  await Promise.all([...names.map((revision) => removePool(context, revision)), closeLocalUrl(context, name)]);
  await operation.latency().catch((caught: unknown) => {
    const { reconciling: _, deleteTime: __, ...kept } = demandFound(services.get(name), "service", name);
    services.put(name, kept);
    throw caught;
  });
  for (const revision of names) revisions.delete(revision);
  const service = services.get(name) ?? { name };
  services.delete(name);
  holdName(context, name);
  for (const forgotten of [name, ...names]) spellings(context).delete(forgotten);
  deployments(context).delete(name);
  cloud.access.deletePolicies(`//${host}/${name}`);
  refreshAddressHolds(context);
  const { reconciling: _, ...rest } = service;
  return { "@type": `${typePrefix}Service`, ...rest };
}
