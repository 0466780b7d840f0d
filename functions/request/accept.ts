import { expectApproval } from "../../plan/approval.ts";
import { costOf } from "../../plan/cost.ts";
import { estimateOf } from "../../plan/duration.ts";
import { lifeGiven } from "../../plan/life.ts";
import { sweepEveryMinutes } from "../../plan/sweep.ts";
import { loosenings, reasonsToKeep, reasonsToOutlive, stricterOf, type Terms } from "../../plan/terms.ts";
import { commandLine } from "../../spec/command-line.ts";
import { toSeconds } from "../../spec/duration.ts";
import { canonicalJson, sha256 } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { RequestAccepted, RequestBody } from "../api.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { type Ledger, readLedger } from "../entry/ledger.ts";
import { readStored } from "../entry/read.ts";
import type { StoredDigest, StoredPlan, StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { refuseProtected, storedProtection } from "../lock/protection.ts";
import { badField } from "../parse.ts";
import { storedTerms } from "../plan/judge.ts";
import { readOlder } from "../plan/older.ts";
import { readyPlanOf } from "../plan/ready-plan.ts";
import { requestersOf } from "../plan/requesters.ts";
import { changes, isSame, refuseBusy, refuseFrozen } from "./busy.ts";
import { doorOf, isDoor } from "./doors.ts";
import { demandStanding } from "./environments.ts";
import { keyReused } from "./key.ts";
import { type AcceptClients, editRequest, note, readRequest } from "./note.ts";
import { enterOpen, listOpen } from "./open.ts";
import { latestPlan, planOf, planOfCheck, storePlan } from "./plan-store.ts";
import { isUnreadable, type PackedSpec, packSpec, readSpec } from "./spec-store.ts";
import { start } from "./start.ts";
import { isOfSweep, requireSweeper } from "./sweeper.ts";
import { type TellClients, tell } from "./tell.ts";

/** A request and who makes it. */
export interface CallerRequest {
  readonly body: RequestBody;
  /** E-mail address, as Google verified it. */
  readonly requestedBy: string;
  /** Who asked the system that calls, as its signed message says. */
  readonly onBehalfOf?: string;
  /** The caller's `Idempotency-Key`. */
  readonly key: string;
  /** Seconds since the epoch for which a schedule asks for a rebuild. */
  readonly scheduledAt?: number;
  /** Seconds since the epoch after which a scheduled rebuild does not begin any more: it was missed, or would not be done in time. */
  readonly startBy?: number;
}

/**
 * Accepts a request: checks the spec, makes and stores the plan, notes the request with its spec under its key, and starts
 * its one execution. The same key of the same caller gets the same answer; so does a request that is identical to one
 * which is being carried out.
 *
 * @throws SpecError, StepError saying what is wrong with the request, or BusyError when another run holds the environment
 */
export async function accept(request: CallerRequest, clients: AcceptClients & TellClients): Promise<RequestAccepted> {
  const { requestedBy, key, body } = request;
  if (isOfSweep(body)) requireSweeper(requestedBy, clients.installation);
  const run = runIdOf(requestedBy, key);
  const known = await readRequest(clients, run);
  const noted = (known ?? (await note(await prepareInTime(request, run, clients), clients))).request;
  if (noted.bodyHash !== hashOf(request, clients.installation)) {
    throw keyReused(doorOf(requestedBy, clients.installation));
  }
  return toAccepted(await begin(noted, clients));
}

/** A request that would not wait is refused before it is noted, so that its key may be used again. */
async function prepareInTime(request: CallerRequest, run: string, clients: AcceptClients): Promise<StoredRequest> {
  const prepared = await prepare(request, run, clients);
  await refuseBusy(prepared, clients);
  return prepared;
}

/** The run that does what was asked: one that was open and is identical, else the request's own. */
async function begin(request: StoredRequest, clients: AcceptClients & TellClients): Promise<StoredRequest> {
  const { joined, execution } = request;
  if (joined !== undefined) return (await readRequest(clients, joined))?.request ?? request;
  if (execution !== undefined) return request;
  const mayJoin = changes(request.action);
  const open = await enterOpen(request, clients, (other) => mayJoin && isSame(other, request));
  return open ? join(request, open, clients) : startNoted(request, clients);
}

/** Whoever asks is told that what was asked is not lost. */
async function startNoted(request: StoredRequest, clients: AcceptClients): Promise<StoredRequest> {
  try {
    return await start(request, clients);
  } catch (cause) {
    const { run, environment } = request;
    const why = cause instanceof Error ? cause.message : String(cause);
    const command = (word: string) => `\`${commandLine(clients.installation, word, run)}\``;
    const further =
      environment === ""
        ? "The same key asks again"
        : `It begins within ${2 * sweepEveryMinutes} minutes, or at once by ${command("resume")}; ${command("cancel")} gives it up`;
    const message = `${run} is noted, and could not be started: ${why}. ${further}`;
    throw new StepError({ code: "UNAVAILABLE", reason: "NOT_STARTED", resource: environment, message, cause });
  }
}

/**
 * Whoever joins a run has asked for it as well, and a ticket of their own hears of it; should its own execution still be
 * missing, it gets that now.
 */
async function join(
  request: StoredRequest,
  open: StoredRequest,
  clients: AcceptClients & TellClients,
): Promise<StoredRequest> {
  const askers = [request.requestedBy, ...(request.onBehalfOf === undefined ? [] : [request.onBehalfOf])];
  const shared = await editRequest(open, clients, (present) => {
    const further = askers.filter((asker) => !requestersOf(present).includes(asker));
    return further.length > 0 ? { ...present, joinedBy: [...(present.joinedBy ?? []), ...further] } : present;
  });
  if (request.ticket !== undefined && request.ticket !== open.ticket) await tellJoined(request, open, clients);
  await editRequest(request, clients, (present) => ({ ...present, joined: open.run }));
  return shared.execution === undefined ? startNoted(shared, clients) : shared;
}

/** The run's other events name the ticket that asked first. */
async function tellJoined(
  { run: joining, ticket, requestedBy, onBehalfOf }: StoredRequest,
  { run, environment, action, ticket: first }: StoredRequest,
  clients: AcceptClients & TellClients,
): Promise<void> {
  if (action === "sweep" || action === "check") return;
  const time = (await readRequest(clients, joining))?.readAt ?? "";
  const data = { run, environment, action, ticket, by: onBehalfOf ?? requestedBy, first };
  await tell(clients, { type: "joined", id: `${run}/joined-${joining}`, time, data });
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
  return (await readLedger(storage, installation.bucket, environment))?.value.ticket;
}

async function prepare(request: CallerRequest, run: string, clients: AcceptClients): Promise<StoredRequest> {
  const { body, requestedBy, onBehalfOf } = request;
  const { environment, plan, packed, terms } = await makeReady(body, clients);
  const { bucket } = clients.installation;
  const builds = body.action === "up" || body.action === "rebuild";
  const ledger = builds ? await readLedger(clients.storage, bucket, environment) : undefined;
  // One whose removal has begun was ready, and is not any more.
  const isReady = body.action === "up" && ledger?.value.readyAt !== undefined;
  const ready = isReady ? await readyPlanOf(clients.storage, { bucket, ledger: ledger.value }) : undefined;
  const cost = plan ? costOf(plan) : undefined;
  const level = levelOf(body);
  // All older plans are read for it: only where the cost is told, or somebody is asked by it.
  const isPriced = plan !== undefined && stricterOf(terms, plan.approval)?.when.includes("cost") === true;
  const older = plan && (body.action === "up" || (isPriced && builds)) ? await countOlder(plan, ledger, clients) : 0;
  const mayStand = isPriced && older > 0;
  const timeToLiveSeconds = body.timeToLive === undefined ? undefined : toSeconds(body.timeToLive);
  const isGiven = timeToLiveSeconds !== undefined && lifeGiven(ledger?.value ?? {}, { asked: timeToLiveSeconds });
  const life = isGiven ? timeToLiveSeconds : undefined;
  const wanted = { action: body.action, level, costPerDay: cost?.usdPerDay ?? 0, mayStand, life };
  return {
    ...{ run, environment, level, requestedBy, onBehalfOf },
    ...(body.action === "up" ? { spec: packed?.text } : { plannedBy: packed?.text }),
    action: body.action,
    of: body.of,
    reason: body.reason,
    ticket: await ticketOf(body, environment, clients),
    bodyHash: hashOf(request, clients.installation),
    planHash: plan?.hash,
    changesHash: body.plan,
    onBusy: body.onBusy ?? "fail",
    timeToLiveSeconds,
    unprotected: body.unprotected,
    teardown: body.teardown,
    expiry: body.expiry,
    scheduledAt: request.scheduledAt,
    startBy: request.startBy,
    attempt: 1,
    status: `/v1/runs/${run}`,
    expectedSeconds: plan ? Math.round(secondsOf(body, { plan, packed, ready })) : 0,
    costPerDay:
      cost && body.action === "up"
        ? { amount: cost.usdPerDay, ...cost.source, ...(older > 0 && { uncounted: older }) }
        : undefined,
    approval: plan && !isOfSweep(body) ? expected(plan, wanted, terms) : "not-required",
  };
}

/** An up ensures what serves, whatever it is; what a rebuild builds anew is `data` unless it says otherwise. */
function levelOf({ action, of, level }: RequestBody): StoredRequest["level"] {
  return (of ?? action) === "rebuild" ? (level ?? "data") : "app";
}

/** Stores what the execution will read. A sweep reads only the list of teardowns. */
async function makeReady(
  body: RequestBody,
  clients: AcceptClients,
): Promise<{
  readonly environment: string;
  readonly plan?: StoredPlan;
  readonly packed?: PackedSpec;
  readonly terms?: Terms;
}> {
  const { storage, installation } = clients;
  const { bucket } = installation;
  if (body.action === "sweep") return { environment: "" };
  if (body.action === "check") {
    const plan = planOfCheck(installation);
    await storePlan(storage, bucket, plan);
    return { environment: "", plan };
  }
  const action = body.of ?? body.action;
  const packed = await specOf(body, clients).catch((caught: unknown) => {
    if (action === "down" && body.spec === undefined && isUnreadable(caught)) return undefined;
    throw caught;
  });
  if (!packed) return makeRemovalReady(body, clients);
  requireAllowed(packed, body, installation);
  if (action === "rebuild") await demandStanding(packed.spec.name, { storage, installation });
  await refuseFrozen(storage, { installation, environment: packed.spec.name, action: body.action });
  if (action !== "down") await refuseMissing(packed, clients);
  if (body.plan !== undefined) await requirePlan(body.plan, { ...body, environment: packed.spec.name }, clients);
  const plan = planOf(packed, installation);
  const terms = await storedTerms(storage, { bucket, environment: packed.spec.name });
  await storePlan(storage, bucket, plan);
  return { environment: packed.spec.name, plan, packed, terms };
}

/** What no spec can be read of any more is removed by what the ledger has, after whatever it says of protection. */
async function makeRemovalReady(
  body: RequestBody,
  { storage, installation }: AcceptClients,
): Promise<{ readonly environment: string; readonly plan: StoredPlan; readonly terms: Terms | undefined }> {
  const { bucket } = installation;
  const { environment = "", action, teardown, unprotected, plan: changesHash } = body;
  const plan = await latestPlan(storage, bucket, environment);
  const told = plan.protect ? "protected" : await storedProtection(storage, bucket, environment);
  refuseProtected(told, { environment, action, level: levelOf(body), teardown, unprotected });
  requireInstallation(plan, installation);
  await refuseFrozen(storage, { installation, environment, action });
  if (changesHash !== undefined) await requirePlan(changesHash, { ...body, environment }, { storage, installation });
  return { environment, plan, terms: await storedTerms(storage, { bucket, environment }) };
}

/** How long it takes, as far as a request alone tells. */
function secondsOf(
  body: RequestBody,
  { plan, packed, ready }: { readonly plan: StoredPlan; readonly packed?: PackedSpec; readonly ready?: StoredPlan },
): number {
  const { action } = body;
  return action === "sweep" ? 0 : estimateOf({ action, level: levelOf(body), spec: packed?.spec }, plan, ready);
}

/** How much older plans of the environment name that is billed and not in this one: only the run sees whether it stands. */
async function countOlder(
  plan: StoredPlan,
  ledger: Ledger,
  { storage, installation: { bucket } }: AcceptClients,
): Promise<number> {
  const { parts } = await readOlder(storage, { bucket, run: { action: "up" }, plan, ledger: ledger?.value });
  return parts.length;
}

/** What an execution would find missing only when half of the environment is built. */
async function refuseMissing({ source, seed }: PackedSpec, { storage, installation }: AcceptClients): Promise<void> {
  for (const [field, object] of Object.entries({ source, seed })) {
    if (object === undefined || (await storage.listObjects(installation.bucket, object)).length > 0) continue;
    throw badField(`folders.${field}`, `names ${object}, which is not in the bucket: pack the folder into it first`);
  }
}

/** Beside what was observed, plans lie there as the workflow reads them: only the former can be carried out by its hash. */
async function requirePlan(
  changesHash: string,
  body: RequestBody & { readonly environment: string },
  { storage, installation }: Pick<AcceptClients, "storage" | "installation">,
): Promise<void> {
  const found = await readStored<Partial<StoredDigest>>(storage, installation.bucket, objectOf.plan(changesHash));
  const { changesHash: stored, environment, action, level } = found?.value ?? {};
  if (stored === undefined) {
    throw badField("plan", `is ${changesHash}, and no such plan is stored here: \`alloyrun plan\` makes one`);
  }
  if (environment === body.environment && action === body.action && level === levelOf(body)) return;
  const wanted = `${body.action} of ${body.environment}`;
  throw badField(
    "plan",
    `is that of another request: ${action} of ${environment} at level ${level}, not ${wanted} at level ${levelOf(body)}`,
  );
}

/** Whether somebody is going to be asked, by the stricter of the stored and the new policy. */
function expected(
  plan: StoredPlan,
  wanted: Parameters<typeof expectApproval>[1] & { readonly life: number | undefined },
  terms: Terms | undefined,
): RequestAccepted["approval"] {
  const looser = terms ? reasonsToKeep(terms, loosenings(terms, plan)) : [];
  const reasons = [...looser, ...reasonsToOutlive(terms ?? plan, wanted.life)];
  if (wanted.action === "up" && reasons.length > 0) return "required";
  const policy = stricterOf(terms, plan.approval);
  return policy ? expectApproval(policy, wanted) : "not-required";
}

async function specOf({ spec, folders, environment = "" }: RequestBody, clients: AcceptClients): Promise<PackedSpec> {
  if (spec !== undefined) return packSpec(spec, folders);
  const { storage, installation } = clients;
  try {
    return await readSpec(storage, { bucket: installation.bucket, environment });
  } catch (caught) {
    const open = await listOpen(environment, clients);
    throw open.length > 0 ? notBuilt(environment, open) : caught;
  }
}

/** What is asked for, and not built yet, has no spec; there is only its run to cancel. */
function notBuilt(environment: string, open: readonly StoredRequest[]): StepError {
  const runs = open.map(({ run, requestedBy }) => `${run}, asked by ${requestedBy}`).join("; ");
  const message = `nothing of ${environment} has been built yet; to give it up, cancel what is open: ${runs}`;
  return new StepError({ code: "NOT_FOUND", reason: "NOT_BUILT", resource: environment, message });
}

function requireAllowed({ spec }: PackedSpec, body: RequestBody, installation: InstallationEnvironment): void {
  if (body.environment !== undefined && body.environment !== spec.name) {
    throw badField("environment", `is ${body.environment}, yet the spec is that of ${spec.name}`);
  }
  const { action, teardown } = body;
  refuseProtected(spec.policy.protect ? "protected" : "unprotected", {
    environment: spec.name,
    action,
    level: levelOf(body),
    teardown,
  });
  if (spec.policy.protect && body.timeToLive !== undefined) {
    throw badField("timeToLive", `would remove what policy.protect in the spec of ${spec.name} keeps`);
  }
  requireInstallation(spec, installation);
}

function requireInstallation(
  wanted: Pick<StoredPlan, "project" | "region">,
  { project, region }: InstallationEnvironment,
): void {
  if (wanted.project === project && wanted.region === region) return;
  const message = `the spec is for ${wanted.project} in ${wanted.region}; this installation is in ${project}, ${region}`;
  throw new StepError({ code: "INVALID_ARGUMENT", reason: "WRONG_INSTALLATION", message });
}

function toAccepted(request: StoredRequest): RequestAccepted {
  const { run, environment, action, status, execution = "", expectedSeconds, costPerDay, approval } = request;
  return { run, environment, action, status, execution, expectedSeconds, costPerDay, approval };
}

/** A ticket asks once, however its text, or whom it is for, is edited afterwards; of what it asks nothing may change. */
function hashOf({ body, requestedBy }: CallerRequest, installation: InstallationEnvironment): string {
  const { reason: _reason, onBehalfOf: _person, ...work } = body;
  return sha256(canonicalJson(isDoor("hook", requestedBy, installation) ? work : body));
}
