import { rebuildFactsOf, rebuildMinutes } from "../../spec/expected.ts";
import { accountEmail, installationAccountId } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import { minutesOfDay, toMinutes } from "../../spec/time-of-day.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { RequestAccepted, RequestBody, RequestSkipped } from "../api.ts";
import { accept, runIdOf } from "./accept.ts";
import { freezeInForce, saysFrozen } from "./busy.ts";
import { demandEnvironment } from "./environments.ts";
import { type AcceptClients, readRequest } from "./note.ts";
import { readSpec } from "./spec-store.ts";
import { type TellClients, tell } from "./tell.ts";

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

/** A firing that is later than this was missed; so is a rebuild that has not begun by then, whatever it waited for. */
const missedAfterSeconds = 30 * 60;

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
 * Accepts what a schedule asks for, once for each firing. A rebuild that comes too late, would end too late, or meets a
 * freeze is left out, and that is told.
 */
export async function acceptScheduled(
  body: RequestBody,
  { caller, key, scheduledAt }: Firing,
  clients: AcceptClients & TellClients,
): Promise<RequestAccepted | RequestSkipped> {
  const { environment } = body;
  const run = runIdOf(caller, key);
  if (body.action === "rebuild" && environment !== undefined && !(await readRequest(clients, run))) {
    const now = await demandEnvironment(environment, clients);
    const { skipped, startBy } = await windowOf({ ...body, environment }, { now, scheduledAt }, clients);
    if (skipped === undefined) return accept({ body, requestedBy: caller, key, startBy }, clients);
    const time = toTimestamp(now);
    const data = { environment, run, reason: skipped, scheduledFor: toTimestamp(scheduledAt) };
    await tell(clients, { type: "rebuild-skipped", id: `${run}/skipped`, time, data });
    return { skipped };
  }
  return accept({ body, requestedBy: caller, key }, clients);
}

interface Times {
  readonly now: number;
  readonly scheduledAt: number;
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
  const { spec } = await readSpec(storage, { bucket, environment });
  const { rebuild } = spec.policy;
  if (!rebuild) return { skipped: "the spec has no schedule any more" };
  const level = asked ?? rebuild.level;
  const minutes = rebuildMinutes(level, rebuildFactsOf(spec));
  const skipped = reasonOfTime({ ...rebuild, minutes }, times);
  return { skipped, startBy: startByOf({ ...rebuild, minutes }, times) };
}

/** Until when it may wait: a rebuild that nobody expects any more is as bad as one that comes too late. */
function startByOf(
  { missed, finishBy, timeZone, minutes }: Rule,
  { scheduledAt }: Pick<Times, "scheduledAt">,
): number | undefined {
  const ends = [
    ...(missed === "skip" ? [scheduledAt + missedAfterSeconds] : []),
    ...(finishBy === undefined ? [] : [nextTimeOfDay(finishBy, timeZone, scheduledAt) - minutes * 60]),
  ];
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

type Rule = Pick<NonNullable<Spec["policy"]["rebuild"]>, "missed" | "finishBy" | "timeZone"> & {
  readonly minutes: number;
};

/** Why a rebuild that is due then does not begin now; undefined when it does. */
export function reasonOfTime(
  { missed, finishBy, timeZone, minutes }: Rule,
  { now, scheduledAt }: Times,
): string | undefined {
  const late = Math.floor((now - scheduledAt) / 60);
  if (now - scheduledAt > missedAfterSeconds && missed === "skip") return `it was missed: ${late} minutes late`;
  if (finishBy === undefined) return undefined;
  if (now + minutes * 60 <= nextTimeOfDay(finishBy, timeZone, scheduledAt)) return undefined;
  return `it takes about ${minutes} minutes and would not be done by ${finishBy} ${timeZone}`;
}

/** The first moment after another at which clocks of a time zone show a time of day; seconds since the epoch. */
function nextTimeOfDay(time: string, timeZone: string, after: number): number {
  const wanted = toMinutes(time);
  const start = Math.floor(after / 60) * 60;
  const ahead = (wanted - minutesOfDay(start, timeZone) + 1440) % 1440;
  const guess = start + (ahead === 0 ? 1440 : ahead) * 60;
  // Between the two, clocks may have been put forward or back.
  const off = wanted - minutesOfDay(guess, timeZone);
  return guess + ((((off + 720) % 1440) + 1440) % 1440) * 60 - 720 * 60;
}
