import { expectApproval } from "../../plan/approval.ts";
import { costOf } from "../../plan/cost.ts";
import { expectedDuration } from "../../plan/duration.ts";
import { toSeconds } from "../../spec/duration.ts";
import { canonicalJson, sha256 } from "../../spec/names.ts";
import type { RequestAccepted, RequestBody } from "../api.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { ledgerObject } from "../entry/ledger.ts";
import { readStored } from "../entry/read.ts";
import type { StoredEnvironment, StoredPlan, StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { badField } from "../parse.ts";
import { refuseBusy, refuseFrozen } from "./busy.ts";
import { type AcceptClients, note, readRequest } from "./note.ts";
import { planOf, planOfCheck, storePlan } from "./plan-store.ts";
import { type PackedSpec, packSpec, readSpec } from "./spec-store.ts";
import { start } from "./start.ts";
import { isOfSweep, requireSweeper } from "./sweeper.ts";

/** A request and who makes it. */
export interface CallerRequest {
  readonly body: RequestBody;
  /** E-mail address, as Google verified it. */
  readonly requestedBy: string;
  /** Who asked the system that calls, as its signed message says. */
  readonly onBehalfOf?: string;
  /** The caller's `Idempotency-Key`. */
  readonly key: string;
}

/**
 * Accepts a request: checks the spec, makes and stores the plan, notes the request with its spec under its key, and starts
 * its one execution. The same key of the same caller gets the same answer; so does a request that is identical to one
 * which is being carried out.
 *
 * @throws SpecError, StepError saying what is wrong with the request, or BusyError when another run holds the environment
 */
export async function accept(request: CallerRequest, clients: AcceptClients): Promise<RequestAccepted> {
  const { requestedBy, key, body } = request;
  if (isOfSweep(body)) requireSweeper(requestedBy, clients.installation);
  const run = runIdOf(requestedBy, key);
  const known = await readRequest(clients, run);
  if (known && known.request.bodyHash !== hashOf(request.body)) throw keyReused();
  if (known) return toAccepted(known.request.execution ? known.request : await start(known, clients));
  const prepared = await prepare(request, run, clients);
  const joined = await refuseBusy(prepared, clients);
  if (joined) return toAccepted(joined);
  const noted = await note(prepared, clients);
  if (noted.request.bodyHash !== hashOf(request.body)) throw keyReused();
  return toAccepted(noted.request.execution ? noted.request : await start(noted, clients));
}

/** Id of the run that a caller asks for under a key. */
export function runIdOf(requestedBy: string, key: string): string {
  return `run-${sha256(`${requestedBy}\n${key}`).slice(0, 20)}`;
}

/** The ticket that asked for an environment hears of its end too. */
async function ticketOf(
  body: RequestBody,
  environment: string,
  { storage, installation }: AcceptClients,
): Promise<string | undefined> {
  if (body.ticket !== undefined || !isOfSweep(body)) return body.ticket;
  return (await readStored<StoredEnvironment>(storage, installation.bucket, ledgerObject(environment)))?.value.ticket;
}

async function prepare(request: CallerRequest, run: string, clients: AcceptClients): Promise<StoredRequest> {
  const { body, requestedBy, onBehalfOf } = request;
  const { environment, plan, spec } = await makeReady(body, clients);
  const cost = plan ? costOf(plan) : undefined;
  const level = levelOf(body);
  const wanted = { action: body.action, level, costPerDay: cost?.usdPerDay ?? 0 };
  return {
    ...{ run, environment, level, requestedBy, onBehalfOf, spec },
    action: body.action,
    of: body.of,
    reason: body.reason,
    ticket: await ticketOf(body, environment, clients),
    bodyHash: hashOf(body),
    planHash: plan?.hash,
    changesHash: body.plan,
    onBusy: body.onBusy ?? "fail",
    timeToLiveSeconds: body.timeToLive === undefined ? undefined : toSeconds(body.timeToLive),
    teardown: body.teardown,
    expiry: body.expiry,
    attempt: 1,
    status: `/v1/runs/${run}`,
    expectedSeconds: plan ? Math.round(expectedDuration(plan).seconds) : 0,
    costPerDay: cost && body.action === "up" ? { amount: cost.usdPerDay, pricesOf: cost.pricesAsOf } : undefined,
    approval: plan?.approval && !isOfSweep(body) ? expectApproval(plan.approval, wanted) : "not-required",
  };
}

/** An up ensures what serves, whatever it is; what a rebuild builds anew is `data` unless it says otherwise. */
function levelOf({ action, of, level }: RequestBody): StoredRequest["level"] {
  return (of ?? action) === "rebuild" ? (level ?? "data") : "app";
}

/** Stores what the execution will read. A sweep reads only the list of teardowns. */
async function makeReady(
  body: RequestBody,
  { storage, installation }: AcceptClients,
): Promise<{ readonly environment: string; readonly plan?: StoredPlan; readonly spec?: string }> {
  const { bucket } = installation;
  if (body.action === "sweep") return { environment: "" };
  if (body.action === "check") {
    const plan = planOfCheck(installation);
    await storePlan(storage, bucket, plan);
    return { environment: "", plan };
  }
  const packed = await specOf(body, { storage, installation });
  requireAllowed(packed, body, installation);
  await refuseFrozen(storage, { bucket, environment: packed.spec.name, action: body.action });
  const plan = planOf(packed, installation);
  await storePlan(storage, bucket, plan);
  return { environment: packed.spec.name, plan, ...(body.action === "up" && { spec: packed.text }) };
}

function specOf(
  { spec, folders, environment = "" }: RequestBody,
  { storage, installation }: Pick<AcceptClients, "storage" | "installation">,
): PackedSpec | Promise<PackedSpec> {
  if (spec !== undefined) return packSpec(spec, folders);
  return readSpec(storage, { bucket: installation.bucket, environment });
}

function requireAllowed({ spec }: PackedSpec, body: RequestBody, { project, region }: InstallationEnvironment): void {
  if (body.environment !== undefined && body.environment !== spec.name) {
    throw badField("environment", `is ${body.environment}, yet the spec is that of ${spec.name}`);
  }
  if (spec.policy.protect && isDestructive(body)) {
    const says = `${spec.name} is protected by its spec: send it with policy.protect: false first`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "PROTECTED", message: says });
  }
  if (spec.project === project && spec.region === region) return;
  const message = `the spec is for ${spec.project} in ${spec.region}; this installation is in ${project}, ${region}`;
  throw new StepError({ code: "INVALID_ARGUMENT", reason: "WRONG_INSTALLATION", message });
}

function isDestructive(body: RequestBody): boolean {
  return body.action === "down" || (body.action === "rebuild" && levelOf(body) !== "app");
}

function toAccepted(request: StoredRequest): RequestAccepted {
  const { run, environment, action, status, execution = "", expectedSeconds, costPerDay, approval } = request;
  return { run, environment, action, status, execution, expectedSeconds, costPerDay, approval };
}

function hashOf(body: RequestBody): string {
  return sha256(canonicalJson(body));
}

function keyReused(): StepError {
  const message = "this Idempotency-Key was used for another request: take a new one";
  return new StepError({ code: "ALREADY_EXISTS", reason: "KEY_REUSED", message });
}
