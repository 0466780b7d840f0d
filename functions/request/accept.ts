import { costOf } from "../../plan/cost.ts";
import { expectedDuration } from "../../plan/duration.ts";
import { canonicalJson, sha256 } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import type { RequestAccepted, RequestBody } from "../api.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import type { StoredPlan, StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { badField } from "../parse.ts";
import { type AcceptClients, note, readRequest } from "./note.ts";
import { planOf, planOfCheck, storePlan } from "./plan-store.ts";
import { type PackedSpec, packSpec, readSpec } from "./spec-store.ts";
import { start } from "./start.ts";

/** A request and who makes it. */
export interface CallerRequest {
  readonly body: RequestBody;
  /** E-mail address. */
  readonly requestedBy: string;
  /** The caller's `Idempotency-Key`. */
  readonly key: string;
}

/**
 * Accepts a request: checks the spec, makes and stores the plan, notes the request with its spec under its key, and starts
 * its one execution. The same key of the same caller gets the same answer.
 *
 * @throws SpecError, or StepError saying what is wrong with the request
 */
export async function accept(request: CallerRequest, clients: AcceptClients): Promise<RequestAccepted> {
  const run = `run-${sha256(`${request.requestedBy}\n${request.key}`).slice(0, 20)}`;
  const known = await readRequest(clients, run);
  const noted = known ?? (await note(await prepare(request, run, clients), clients));
  const { bodyHash } = noted.request;
  if (bodyHash !== hashOf(request.body)) throw keyReused();
  return toAccepted(noted.request.execution ? noted.request : await start(noted, clients));
}

async function prepare(request: CallerRequest, run: string, clients: AcceptClients): Promise<StoredRequest> {
  const { body, requestedBy } = request;
  const { environment, plan, spec } = await makeReady(body, clients);
  const cost = body.action === "up" && plan ? costOf(plan) : undefined;
  return {
    run,
    environment,
    action: body.action,
    level: body.level ?? "app",
    requestedBy,
    reason: body.reason,
    bodyHash: hashOf(body),
    planHash: plan?.hash,
    spec,
    teardown: body.teardown,
    status: `/v1/runs/${run}`,
    expectedSeconds: plan ? Math.round(expectedDuration(plan).seconds) : 0,
    costPerDay: cost && { amount: cost.usdPerDay, pricesOf: cost.pricesAsOf },
  };
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
  const plan = planOf(packed, installation);
  await storePlan(storage, bucket, plan);
  return { environment: packed.spec.name, plan, ...(body.action === "up" && { spec: packed.text }) };
}

function specOf(
  { spec, folders, environment = "" }: RequestBody,
  { storage, installation }: Pick<AcceptClients, "storage" | "installation">,
): PackedSpec | Promise<PackedSpec> {
  if (spec !== undefined) return packSpec(spec, folders);
  if (environment === "") throw badField("environment", "must be named when no spec is sent");
  return readSpec(storage, { bucket: installation.bucket, environment });
}

function requireAllowed({ spec }: PackedSpec, body: RequestBody, { project, region }: InstallationEnvironment): void {
  if (body.environment !== undefined && body.environment !== spec.name) {
    throw badField("environment", `is ${body.environment}, yet the spec is that of ${spec.name}`);
  }
  refuseUnserved(spec, body);
  if (body.action === "down" && spec.policy.protect) {
    const says = `${spec.name} is protected by its spec: send it with policy.protect: false first`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "PROTECTED", message: says });
  }
  if (spec.project === project && spec.region === region) return;
  const message = `the spec is for ${spec.project} in ${spec.region}; this installation is in ${project}, ${region}`;
  throw new StepError({ code: "INVALID_ARGUMENT", reason: "WRONG_INSTALLATION", message });
}

/** What a spec may already say and a request may already ask for, but nothing carries out yet. */
function refuseUnserved({ policy }: Spec, { action, level }: RequestBody): void {
  const asked = {
    "spec.policy.approval.when": policy.approval.when.length > 0,
    "spec.policy.timeToLive": policy.timeToLiveSeconds !== undefined,
    "spec.policy.rebuild": policy.rebuild !== undefined,
    level: level !== undefined && level !== "app",
  };
  const field = Object.entries(asked).find(([, isAsked]) => isAsked)?.[0];
  if (action === "down" || field === undefined) return;
  const message = `${field} is not carried out by this version: leave it out, so that nothing is promised that is not kept`;
  throw new StepError({ code: "UNIMPLEMENTED", reason: "NOT_CARRIED_OUT", resource: field, message });
}

function toAccepted({ run, environment, action, status, execution = "", ...rest }: StoredRequest): RequestAccepted {
  const { expectedSeconds, costPerDay } = rest;
  return { run, environment, action, status, execution, expectedSeconds, costPerDay };
}

function hashOf(body: RequestBody): string {
  return sha256(canonicalJson(body));
}

function keyReused(): StepError {
  const message = "this Idempotency-Key was used for another request: take a new one";
  return new StepError({ code: "ALREADY_EXISTS", reason: "KEY_REUSED", message });
}
