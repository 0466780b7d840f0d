import type { Call } from "../../api.ts";
import type { Service } from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import type { RunContext } from "../context.ts";
import { idOf, parseName } from "../names.ts";
import * as revisions from "../revisions.ts";
import * as services from "../services.ts";
import { demandSent } from "./demand.ts";
import { demandResource, demandVersion, inWordsOfV1, refusal } from "./error.ts";
import { keepUnspoken } from "./keep.ts";
import { isBelow, type List, type ListRequest, toList } from "./list.ts";
import { versionOf } from "./metadata.ts";
import { toKnativeConfiguration, toKnativeRevision, toKnativeRoute } from "./revision.ts";
import { fromKnativeService, toKnativeService } from "./service.ts";
import { spellingOf, spellings } from "./spelling.ts";

const apiVersion = "serving.knative.dev/v1";

/** `Services.CreateService` of version 1 */
export async function createService(
  context: RunContext,
  { parent = "", service: sent = {}, dryRun }: v1.CreateServiceRequest,
  call: Call,
): Promise<v1.Service> {
  const serviceId = demandSent(context, sent, { apiVersion, kind: "Service", parent });
  const service = fromKnativeService(sent);
  const validateOnly = isDryRun(dryRun);
  return await write(context, { name: `${parent}/services/${serviceId}`, sent, validateOnly }, () =>
    services.createService(context, { parent, service, serviceId, validateOnly }, call),
  );
}

/** `Services.ReplaceService` of version 1: what only version 2 can say stays. */
export async function replaceService(
  context: RunContext,
  { name = "", service: sent = {}, dryRun }: v1.ReplaceServiceRequest,
  call: Call,
): Promise<v1.Service> {
  const present = demandService(context, name);
  const { parent, id } = parseName(name);
  demandSent(context, sent, { apiVersion, kind: "Service", parent, id });
  demandVersion(sent.metadata?.resourceVersion, { id, present: versionOf(present) });
  const service = { ...keepUnspoken(fromKnativeService(sent), present), name };
  const validateOnly = isDryRun(dryRun);
  return await write(context, { name, sent, validateOnly }, () =>
    services.updateService(context, { service, validateOnly }, call),
  );
}

interface Write {
  readonly name: string;
  readonly sent: v1.Service;
  readonly validateOnly: boolean;
}

/** Writes through version 2, and keeps how the annotations were spelled. */
async function write(
  context: RunContext,
  { name, sent, validateOnly }: Write,
  work: () => Promise<{ readonly response?: object }>,
): Promise<v1.Service> {
  const { response } = await inWordsOfV1(work);
  if (validateOnly) return toKnativeService(context, response as Service);
  const spelling = spellingOf({
    metadata: sent.metadata,
    template: sent.spec?.template?.metadata,
    containers: sent.spec?.template?.spec?.containers,
  });
  const service = services.getService(context, name);
  const { latestCreatedRevision: revision = "" } = service;
  spellings(context).put(name, spelling);
  if (!spellings(context).get(revision)) spellings(context).put(revision, spelling);
  return toKnativeService(context, service);
}

function isDryRun(dryRun: string | undefined): boolean {
  if (dryRun !== undefined && dryRun !== "all") throw refusal("dry_run", "must be 'all'.");
  return dryRun === "all";
}

function demandService({ services: all }: RunContext, name: string): Service {
  return demandResource(all.get(name), "SERVICE", name);
}

/** `Services.GetService` of version 1 */
export function getService(context: RunContext, name: string): v1.Service {
  return toKnativeService(context, demandService(context, name));
}

/** `Services.ListServices` of version 1: of a location, or of all with `-`. */
export function listServices(context: RunContext, request: ListRequest): List<v1.Service> {
  return toList(below(context, request, toKnativeService), request, { apiVersion, kind: "Service" });
}

/** `Configurations.ListConfigurations` */
export function listConfigurations(context: RunContext, request: ListRequest): List<v1.Configuration> {
  return toList(below(context, request, toKnativeConfiguration), request, { apiVersion, kind: "Configuration" });
}

/** `Routes.ListRoutes` */
export function listRoutes(context: RunContext, request: ListRequest): List<v1.Route> {
  return toList(below(context, request, toKnativeRoute), request, { apiVersion, kind: "Route" });
}

function below<T>(
  context: RunContext,
  { parent = "" }: ListRequest,
  toShape: (context: RunContext, service: Service) => T,
): T[] {
  const isListed = isBelow(parent);
  return context.services.list().flatMap(([name, service]) => (isListed(name) ? [toShape(context, service)] : []));
}

/** `Configurations.GetConfiguration` */
export function getConfiguration(context: RunContext, name: string): v1.Configuration {
  return toKnativeConfiguration(context, demandResource(serviceOf(context, name), "CONFIGURATION", name));
}

/** `Routes.GetRoute` */
export function getRoute(context: RunContext, name: string): v1.Route {
  return toKnativeRoute(context, demandResource(serviceOf(context, name), "ROUTE", name));
}

/** The service that a configuration or route is half of, by its name. */
function serviceOf({ services: all }: RunContext, name: string): Service | undefined {
  const { parent, id } = parseName(name);
  return all.get(`${parent}/services/${id}`);
}

/** `Services.DeleteService` of version 1 */
export function deleteService(context: RunContext, { name = "", dryRun }: v1.DeleteServiceRequest): v1.Status {
  const { uid } = demandService(context, name);
  services.deleteService(context, { name, validateOnly: isDryRun(dryRun) });
  return success({ name, kind: "services", uid });
}

/** What a deletion answers that has begun. */
export function success({ name, kind, uid }: { name: string; kind: string; uid: string | undefined }): v1.Status {
  const group = kind === "services" || kind === "revisions" ? "serving.knative.dev" : "run.googleapis.com";
  return { status: "Success", details: { name: idOf(name), group, kind, uid } };
}

/** `Revisions.GetRevision` of version 1 */
export function getRevision(context: RunContext, name: string): v1.Revision {
  const found = context.revisions.get(findRevision(context, name));
  return toKnativeRevision(context, demandResource(found, "REVISION", name));
}

/** `Revisions.ListRevisions` of version 1: of every service. */
export function listRevisions(context: RunContext, request: ListRequest): List<v1.Revision> {
  const isListed = isBelow(request.parent ?? "");
  const found = context.revisions.list().filter(([name]) => isListed(name));
  const shown = found.map(([, revision]) => toKnativeRevision(context, revision));
  return toList(shown, request, { apiVersion, kind: "Revision" });
}

/** `Revisions.DeleteRevision` of version 1 */
export function deleteRevision(context: RunContext, { name = "", dryRun }: v1.DeleteRevisionRequest): v1.Status {
  const full = findRevision(context, name);
  const { uid } = demandResource(context.revisions.get(full), "REVISION", name);
  revisions.deleteRevision(context, { name: full, validateOnly: isDryRun(dryRun) });
  return success({ name, kind: "revisions", uid });
}

/** The full name of a revision, which version 1 knows without its service. */
function findRevision(context: RunContext, name: string): string {
  const { parent, id } = parseName(name);
  const found = context.revisions.list(`${parent}/services/`).find(([full]) => idOf(full) === id);
  return found?.[0] ?? name;
}
