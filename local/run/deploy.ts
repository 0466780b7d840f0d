import type { RunningOperation } from "../api.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { Service } from "../model/generated/run.ts";
import { type Failure, failed, succeeded, waitFailure } from "./condition.ts";
import { demandFound, type RunContext, typePrefix } from "./context.ts";
import { DeployError, toFailure } from "./deploy-error.ts";
import { toKnativeService } from "./knative/service.ts";
import { missingImage } from "./missing-image.ts";
import { etagOf, idOf } from "./names.ts";
import { poolOf, removePool } from "./pools.ts";
import { resolveTraffic } from "./traffic.ts";

/** Conditions that a revision has beside `Ready`. */
const revisionConditions = ["ResourcesAvailable", "ContainerReady", "ContainerHealthy"] as const;

/**
 * The work behind creating and updating a service: brings the new revision up once, with real processes and probes,
 * and moves the traffic when that worked. A failure stays on the service, which keeps serving what it served.
 */
export async function runDeploy(context: RunContext, operation: RunningOperation): Promise<JsonObject> {
  const name = String(operation.input.service);
  const revisionName = operation.input.revision === undefined ? undefined : String(operation.input.revision);
  const refused = revisionName === undefined ? undefined : await verify(context, revisionName);
  const broken = await waitFailure(operation.latency());
  const failure = refused ?? broken;
  if (revisionName) concludeRevision(context, revisionName, failure);
  const service = demandFound(context.services.get(name), "service", name);
  const isSuperseded = revisionName !== undefined && service.latestCreatedRevision !== revisionName;
  const concluded = isSuperseded ? service : concludeService(context, service, failure);
  const isV1 = operation.input.version === "v1";
  if (!isV1) operation.annotate({ ...concluded });
  if (failure) throw new ApiError({ code: "FAILED_PRECONDITION", message: failure.message });
  if (isV1)
    return { "@type": "type.googleapis.com/google.cloud.run.v1.Service", ...toKnativeService(context, concluded) };
  return { "@type": `${typePrefix}Service`, ...concluded };
}

/** Brings one instance up; what prevents that is the answer. */
async function verify(context: RunContext, name: string): Promise<Failure | undefined> {
  const revision = demandFound(context.revisions.get(name), "revision", name);
  const { containers = [], logUri = "" } = revision;
  try {
    await removePool(context, name);
    const missing = missingImage(context, revision);
    if (missing) throw new DeployError(missing);
    const pool = poolOf(context, name);
    await pool.warm();
    return undefined;
  } catch (caught) {
    await removePool(context, name);
    const { message, reason } = toFailure(caught, { containers, logUri });
    return { message: `Revision '${idOf(name)}' is not ready and cannot serve traffic. ${message}`, reason };
  }
}

function concludeRevision({ cloud, revisions }: RunContext, name: string, failure: Failure | undefined): void {
  const revision = revisions.get(name);
  if (!revision) return;
  const now = cloud.clock.timestamp();
  const conditions = failure
    ? [failed("Ready", now, failure), failed("ContainerHealthy", now, failure)]
    : ["Ready", ...revisionConditions].map((type) => succeeded(type, now));
  const { reconciling: _, ...rest } = revision;
  revisions.put(name, { ...rest, conditions, observedGeneration: rest.generation, updateTime: now });
}

function concludeService({ cloud, services }: RunContext, service: Service, failure: Failure | undefined): Service {
  const now = cloud.clock.timestamp();
  const { reconciling: _, name = "", latestCreatedRevision = "", ...rest } = service;
  const outcome = failure ? failedOutcome(service, failure, now) : readyOutcome(service, latestCreatedRevision, now);
  const etag = etagOf(name, rest.generation ?? "", now);
  return services.put(name, {
    ...rest,
    ...outcome,
    name,
    latestCreatedRevision,
    observedGeneration: rest.generation,
    etag,
  });
}

function readyOutcome(service: Service, latestReadyRevision: string, now: string): Partial<Service> {
  return {
    terminalCondition: succeeded("Ready", now),
    conditions: [succeeded("RoutesReady", now), succeeded("ConfigurationsReady", now)],
    latestReadyRevision,
    trafficStatuses: resolveTraffic(service, latestReadyRevision),
  };
}

function failedOutcome({ latestReadyRevision }: Service, failure: Failure, now: string): Partial<Service> {
  return {
    terminalCondition: failed("Ready", now, failure),
    conditions: [
      latestReadyRevision ? succeeded("RoutesReady", now) : failed("RoutesReady", now, failure),
      failed("ConfigurationsReady", now, failure),
    ],
  };
}
