import { accountEmail, installationAccountId } from "../../spec/names.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { RequestAccepted, RequestBody, RequestSkipped } from "../api.ts";
import { readLedger, saysRemoved } from "../entry/ledger.ts";
import { accept, runIdOf } from "./accept.ts";
import { freezeInForce, saysFrozen } from "./busy.ts";
import { demandKnown } from "./environments.ts";
import { type AcceptClients, readRequest } from "./note.ts";
import { readSpec } from "./spec-store.ts";
import { type TellClients, tell } from "./tell.ts";
import { reasonOfTime, ruleOf, startByOf, type Times } from "./window.ts";

/** One firing of a Cloud Scheduler job. */
export interface Firing {
  /** Account of the job, verified. */
  readonly caller: string;
  /** The same for every delivery of the firing, so that they join. */
  readonly key: string;
  /** Seconds since the epoch for which it was scheduled. */
  readonly scheduledAt: number;
}

/** What a firing is told by. */
export interface FiringHeaders {
  readonly "x-cloudscheduler-jobname"?: string;
  readonly "x-cloudscheduler-scheduletime"?: string;
}

/**
 * The firing behind a request; undefined for any other one. Headers alone are no proof: only what the installation's
 * account for schedules sends counts.
 *
 * @see https://cloud.google.com/scheduler/docs/reference/rpc/google.cloud.scheduler.v1#httptarget
 */
export function firingOf(headers: FiringHeaders, caller: string, project: string): Firing | undefined {
  if (caller !== accountEmail(project, installationAccountId("scheduler"))) return undefined;
  const { "x-cloudscheduler-jobname": job, "x-cloudscheduler-scheduletime": time = "" } = headers;
  const scheduledAt = Date.parse(time) / 1000;
  return job && Number.isFinite(scheduledAt) ? { caller, key: `${job}@${time}`, scheduledAt } : undefined;
}

/**
 * Accepts what a schedule asks for, once for each firing. A rebuild that comes too late, would end too late, meets a
 * freeze, or whose environment is being taken down, is left out, and that is told.
 */
export async function acceptScheduled(
  body: RequestBody,
  { caller, key, scheduledAt }: Firing,
  clients: AcceptClients & TellClients,
): Promise<RequestAccepted | RequestSkipped> {
  const { environment } = body;
  const run = runIdOf(caller, key);
  if (body.action === "rebuild" && environment !== undefined && !(await readRequest(clients, run))) {
    const now = await demandKnown(environment, clients);
    const { skipped, startBy } = await windowOf({ ...body, environment }, { now, scheduledAt }, clients);
    if (skipped === undefined) return accept({ body, requestedBy: caller, key, scheduledAt, startBy }, clients);
    const time = toTimestamp(now);
    const data = { environment, run, reason: skipped, scheduledFor: toTimestamp(scheduledAt) };
    await tell(clients, { type: "rebuild-skipped", id: `${run}/skipped`, time, data });
    return { skipped };
  }
  return accept({ body, requestedBy: caller, key }, clients);
}

/** When a rebuild may begin: why not now, or until when, should it have to wait for its turn or its approvers. */
interface Window {
  readonly skipped?: string;
  /** Seconds since the epoch. */
  readonly startBy?: number;
}

async function windowOf(
  { environment, level: asked }: Pick<RequestBody, "level"> & { readonly environment: string },
  times: Times,
  { storage, installation }: AcceptClients,
): Promise<Window> {
  const { bucket } = installation;
  const freeze = await freezeInForce(storage, { bucket, environment });
  if (freeze) return { skipped: saysFrozen(environment, freeze) };
  // Its schedule may be what is left of it: refused, it would be tried again and fail, day after day.
  const removed = saysRemoved(environment, (await readLedger(storage, bucket, environment))?.value);
  if (removed !== undefined) return { skipped: removed };
  const { spec } = await readSpec(storage, { bucket, environment });
  const rule = ruleOf(spec, asked);
  if (!rule) return { skipped: "the spec has no schedule any more" };
  return { skipped: reasonOfTime(rule, times), startBy: startByOf(rule, times) };
}
