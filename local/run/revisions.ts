import { isDeepStrictEqual } from "node:util";
import type { OperationResource, RunningOperation } from "../api.ts";
import { toUuid } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type {
  DeleteRevisionRequest,
  ListRevisionsRequest,
  ListRevisionsResponse,
  Revision,
  Service,
} from "../model/generated/run.ts";
import { toLongrunning } from "../operation.ts";
import { pageOf } from "../page.ts";
import { reconciling } from "./condition.ts";
import { demandEtag, demandFound, host, type RunContext, typePrefix } from "./context.ts";
import { spellings } from "./knative/spelling.ts";
import { etagOf, idOf, parseName, revisionId } from "./names.ts";
import { removePool } from "./pools.ts";

/** Page sizes of Cloud Run's lists. */
export const limits = { usual: 100, most: 1000 } as const;

/** Names the revision that a service's template asks for: a new one, or the present one if nothing differs. */
export function planRevision(context: RunContext, service: Service, present: Service | undefined): string {
  const { name = "", template = {}, generation = "1", uid = "" } = service;
  const created = present?.latestCreatedRevision;
  if (template.revision) return namedRevision(context, service, template.revision);
  const { revision: _, ...before } = present?.template ?? {};
  if (created && isDeepStrictEqual(strip(before), strip(template))) return created;
  const { id } = parseName(name);
  return `${name}/revisions/${revisionId(id, Number(generation), `${uid} ${generation}`)}`;
}

/** A name may be used again for the very same template only. */
function namedRevision({ revisions }: RunContext, { name = "", template = {} }: Service, named: string): string {
  const full = `${name}/revisions/${idOf(named)}`;
  const found = revisions.get(full);
  if (found && !isDeepStrictEqual(strip(revisionFields(template)), strip(revisionFields(found)))) {
    const message = `Revision named '${idOf(named)}' with different configuration already exists.`;
    throw new ApiError({ code: "ALREADY_EXISTS", message });
  }
  return full;
}

function revisionFields(template: NonNullable<Service["template"]> | Revision): object {
  const { scaling, vpcAccess, timeout, serviceAccount, containers, executionEnvironment } = template;
  const { maxInstanceRequestConcurrency, sessionAffinity, labels, annotations, volumes } = template;
  return {
    ...{ scaling, vpcAccess, timeout, serviceAccount, containers, executionEnvironment },
    ...{ maxInstanceRequestConcurrency, sessionAffinity, labels, annotations, volumes },
  };
}

/** Absent and undefined fields are the same. */
function strip(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Records a revision that is to be made ready. */
export function createRevision({ cloud, revisions, ids }: RunContext, service: Service, name: string): Revision {
  const now = cloud.clock.timestamp();
  const { project, region, id } = parseName(name);
  const { revision: _, ...template } = service.template ?? {};
  return revisions.put(name, {
    ...template,
    name,
    uid: toUuid(ids.draw(name)),
    generation: "1",
    service: id,
    launchStage: service.launchStage,
    createTime: now,
    updateTime: now,
    creator: service.lastModifier,
    reconciling: true,
    conditions: [reconciling("Ready", now, "Deploying Revision.")],
    logUri: logUri({ project, region, service: id, revision: idOf(name) }),
    etag: etagOf(name, now),
  });
}

function logUri({
  project,
  region,
  service,
  revision,
}: Record<"project" | "region" | "service" | "revision", string>): string {
  const resource = `cloud_run_revision/service_name/${service}/revision_name/${revision}`;
  const filter = encodeURIComponent(
    `resource.type="cloud_run_revision"\nresource.labels.service_name="${service}"\n` +
      `resource.labels.revision_name="${revision}"\nresource.labels.location="${region}"`,
  );
  return `https://console.cloud.google.com/logs/viewer?project=${project}&resource=${resource}&advancedFilter=${filter}`;
}

/** `Revisions.GetRevision` */
export function getRevision({ revisions }: RunContext, name: string): Revision {
  return demandFound(revisions.get(name), "revision", name);
}

/** `Revisions.ListRevisions`: of one service, or of all of a region with `-`. */
export function listRevisions(
  { services, revisions }: RunContext,
  { parent = "", pageSize, pageToken }: ListRevisionsRequest,
): ListRevisionsResponse {
  if (!parent.endsWith("/-")) demandFound(services.get(parent), "service", parent);
  const prefix = parent.endsWith("/-") ? parent.slice(0, -1) : `${parent}/`;
  const page = pageOf(revisions, {
    ...{ prefix, size: pageSize, token: pageToken, limits },
    show: (_, revision) => revision,
  });
  return { revisions: page.items, nextPageToken: page.nextPageToken };
}

/** `Revisions.DeleteRevision`: not for one that serves traffic or is the latest. */
export function deleteRevision(context: RunContext, request: DeleteRevisionRequest): OperationResource {
  const { name = "", etag, validateOnly } = request;
  const revision = getRevision(context, name);
  demandEtag(etag, revision.etag);
  const { parent, id } = parseName(name);
  const service = context.services.get(`${parent}/services/${id}`);
  const isServing = service?.trafficStatuses?.some(({ revision: serving }) => serving === idOf(name));
  if (isServing || service?.latestCreatedRevision === name) {
    const message = `Revision ${idOf(name)} is the latest or receives traffic, and cannot be deleted.`;
    throw new ApiError({ code: "FAILED_PRECONDITION", message });
  }
  const shown: JsonObject = { "@type": `${typePrefix}Revision`, ...revision };
  if (validateOnly) return { name: `${parent}/operations/validate-only`, done: true, response: shown };
  const start = { host, parent, kind: "deleteRevision", target: name, input: { name }, metadata: shown };
  return toLongrunning(context.cloud.operations.start({ ...start, latency: "run.service.delete" }));
}

/** The work of deleting a revision. */
export async function runDeleteRevision(context: RunContext, operation: RunningOperation): Promise<JsonObject> {
  const name = String(operation.input.name);
  await removePool(context, name);
  await operation.latency();
  const revision = context.revisions.get(name) ?? { name };
  context.revisions.delete(name);
  spellings(context).delete(name);
  return { "@type": `${typePrefix}Revision`, ...revision, deleteTime: context.cloud.clock.timestamp() };
}
