import type { LoggingClient } from "../../google/clients/logging.ts";
import type { StorageClient } from "../../google/clients/storage.ts";
import type { Execution, WorkflowExecutionsClient } from "../../google/clients/workflow-executions.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { secondsByPlan } from "../../plan/duration.ts";
import { sameGenerations } from "../../plan/generation.ts";
import { applicationSteps } from "../../plan/level.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import { objectOf } from "../../spec/objects.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { FailureView, RunView } from "../api.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import type {
  RunRecord,
  RunResult,
  StoredDigest,
  StoredEnvironment,
  StoredPlan,
  StoredRequest,
} from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { lockPlace, readLock } from "../lock/hold.ts";
import { recordId } from "../record/chain.ts";
import { viewUnfinished } from "../record/unfinished.ts";
import { freezeInForce, toFreezeView, toHolder } from "./busy.ts";
import { viewApproval } from "./decide.ts";
import { type Noted, readRequest } from "./note.ts";
import { progressFromLog, progressFromRecord, toFailure, toStepViews } from "./progress.ts";
import { decisionIn, type RunLine, type RunLog, readRunLog } from "./run-log.ts";

/** What reading a run works with. */
export interface ViewClients {
  readonly storage: StorageClient;
  readonly executions: WorkflowExecutionsClient;
  readonly logging: LoggingClient;
  readonly installation: InstallationEnvironment;
}

/**
 * How a run stands: its record once it has ended, else the execution and the workflow's log.
 *
 * @throws StepError NOT_FOUND when no such run was requested
 */
export async function viewRun(run: string, clients: ViewClients): Promise<RunView> {
  const { request, readAt } = await demandRun(run, clients);
  const { installation } = clients;
  const [plan, record, execution] = await Promise.all([
    request.planHash === undefined ? undefined : read<StoredPlan>(clients, objectOf.plan(request.planHash)),
    read<RunRecord>(clients, objectOf.record(request.environment, recordId(run, request.attempt))),
    request.execution === undefined ? undefined : clients.executions.getExecution(request.execution),
  ]);
  const about = { ...basics(request, execution), readAt };
  if (record) {
    const known = progressFromRecord(record);
    const [decided, since] = await Promise.all([decidedOf(record, clients), sinceEnded(record, request, clients)]);
    const steps = toStepViews(taken(plan, request, known), known, decided.plan?.changes);
    const told = { ...about, ...decided, ...outcomeOf(record.result), ...since, steps };
    // Until its execution has ended, a run that is recorded still holds its environment.
    if (isUnfinished(about.state)) return { ...told, state: about.state };
    return { ...told, endedAt: toTimestamp(record.result.endedAt) };
  }
  const log = await readRunLog(clients.logging, installation.project, request);
  const progress = progressFromLog(log);
  if (!isUnfinished(about.state)) {
    const steps = toStepViews(taken(plan, request, progress.steps), progress.steps);
    return { ...about, ...outcomeOfExecution(execution, progress.failures), steps };
  }
  const asked = await askedOf(log, clients);
  // A rebuild that waits may have been planned anew, which is noted with it when it begins.
  const anew = asked.plan && asked.plan.planHash !== request.planHash ? asked.plan.planHash : undefined;
  const present = anew === undefined ? plan : await read<StoredPlan>(clients, objectOf.plan(anew));
  const steps = toStepViews(taken(present, request, progress.steps), progress.steps, asked.plan?.changes);
  const expectedSeconds =
    asked.plan && about.action !== "plan" ? secondsByPlan(asked.plan.effects) : about.expectedSeconds;
  const standing = await standingOf(about, log.run.at(-1), clients);
  return { ...about, expectedSeconds, steps, failures: progress.failures, remaining: [], ...asked, ...standing };
}

/** The steps that a run takes: of a rebuild of the application alone only its own, unless nothing served. */
function taken(
  plan: StoredPlan | undefined,
  { action, level }: StoredRequest,
  progress: ReadonlyMap<StepName, unknown>,
): StoredPlan["steps"] {
  const isNarrow = action === "rebuild" && level === "app";
  const isTaken = (name: StepName) => !isNarrow || applicationSteps.includes(name) || progress.has(name);
  return (plan?.steps ?? []).filter(({ name }) => isTaken(name));
}

/** The note of a run. @throws StepError NOT_FOUND when no such run was requested */
export async function demandRun(run: string, clients: Pick<ViewClients, "storage" | "installation">): Promise<Noted> {
  const noted = await readRequest(clients, run);
  if (noted) return noted;
  throw new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_RUN", message: `no run ${run} was requested here` });
}

/** The plan that a run was to carry out, who approved it, and of a plan alone who would have to. */
async function decidedOf(
  { changesHash, approval, result }: RunRecord,
  clients: ViewClients,
): Promise<Pick<RunView, "plan" | "approval" | "reasonsToAsk">> {
  const plan = changesHash === undefined ? undefined : await read<StoredDigest>(clients, objectOf.plan(changesHash));
  const isPlan = plan !== undefined && result.action === "plan";
  return {
    ...(plan && { plan }),
    ...(isPlan && { reasonsToAsk: plan.reasons }),
    ...(approval && { approval: await viewApproval(approval.id, clients) }),
  };
}

/**
 * When the environment that a run made ready, and no later one, is removed by itself, and what stands beside it; of a rebuild
 * that was rejected what it has made before, and no later one.
 */
async function sinceEnded(
  { run, result }: RunRecord,
  request: StoredRequest,
  clients: ViewClients,
): Promise<Pick<RunView, "expiresAt" | "unfinished">> {
  if (result.state === "rejected") return leftBefore(request, clients);
  if (result.state !== "succeeded" || (result.action !== "up" && result.action !== "rebuild")) return {};
  const ledger = await read<StoredEnvironment>(clients, objectOf.ledger(run.environment));
  if (ledger?.readyRun !== run.id) return {};
  // What another rebuild has begun since is not what this one has left.
  const { storage, installation } = clients;
  const unfinished = ledger.target?.overtaken && (await viewUnfinished(storage, installation.bucket, ledger));
  return {
    ...(ledger.expiresAt !== undefined && { expiresAt: toTimestamp(ledger.expiresAt) }),
    ...(unfinished && { unfinished }),
  };
}

/** What an earlier attempt of a rebuild has made that nobody went on with, as it stands now. */
async function leftBefore(
  { environment, action, target }: StoredRequest,
  clients: ViewClients,
): Promise<Pick<RunView, "unfinished">> {
  if (action !== "rebuild" || !target) return {};
  const ledger = await read<StoredEnvironment>(clients, objectOf.ledger(environment));
  if (!ledger?.target || !sameGenerations(ledger.target.generations, target)) return {};
  const unfinished = await viewUnfinished(clients.storage, clients.installation.bucket, ledger);
  return unfinished ? { unfinished } : {};
}

/** What a run that is under way is to do, and what it has asked the approvers. */
async function askedOf(log: RunLog, clients: ViewClients): Promise<Partial<Pick<RunView, "approval" | "plan">>> {
  const { approval: id, changesHash } = decisionIn(log);
  const approval = id === undefined ? undefined : await viewApproval(id, clients);
  const hash = changesHash ?? approval?.changesHash;
  const plan = hash === undefined ? undefined : await read<StoredDigest>(clients, objectOf.plan(hash));
  // One that was about another plan says nothing of this one.
  return { ...(approval?.changesHash === hash && { approval }), ...(plan && { plan }) };
}

/** A run that is under way works, or waits: for its turn, or for somebody's approval. */
async function standingOf(
  { run, environment, state }: Pick<RunView, "run" | "environment" | "state">,
  line: RunLine | undefined,
  { storage, installation }: ViewClients,
): Promise<Partial<Pick<RunView, "state" | "queue">>> {
  if (line?.state === "awaiting-approval") return { state: "awaiting-approval" };
  if (environment === "" || (state !== "queued" && line?.state !== "queued")) return {};
  const { bucket } = installation;
  const [lock, freeze] = await Promise.all([
    readLock(storage, lockPlace(bucket, environment)),
    freezeInForce(storage, { bucket, environment }),
  ]);
  const holder = lock && lock.value.run !== run ? toHolder(lock.value) : undefined;
  const ahead = line?.detail.ahead;
  return {
    state: "queued",
    queue: {
      ...(ahead !== undefined && { ahead }),
      ...(holder && { holder }),
      ...(freeze && { freeze: toFreezeView(freeze) }),
    },
  };
}

type Outcome = Pick<
  RunView,
  | "state"
  | "failures"
  | "remaining"
  | "nextTryAt"
  | "left"
  | "degraded"
  | "frozen"
  | "skipped"
  | "outcome"
  | "usualMinutes"
  | "url"
  | "excerpt"
>;

function basics(request: StoredRequest, execution: Execution | undefined) {
  const { run, environment, action, level, requestedBy, onBehalfOf, ticket, reason, expectedSeconds } = request;
  const { joinedBy, resumedBy, target } = request;
  return {
    ...{ run, environment, action, level, requestedBy, onBehalfOf, joinedBy, resumedBy, ticket, reason },
    ...{ expectedSeconds, startedAt: execution?.startTime, endedAt: execution?.endTime },
    hasBegun: target !== undefined,
    execution: request.execution ?? "",
    state: request.execution !== undefined && !execution ? ("failed" as const) : stateOf(execution),
  };
}

function stateOf(execution: Execution | undefined): RunView["state"] {
  switch (execution?.state) {
    case undefined:
    case "QUEUED":
      return "queued";
    case "ACTIVE":
      return "running";
    case "SUCCEEDED":
      return "succeeded";
    case "CANCELLED":
      return "cancelled";
    default:
      return "failed";
  }
}

function isUnfinished(state: RunView["state"]): boolean {
  return state === "queued" || state === "running";
}

/**
 * What an execution without a record gave or raised: a check, a sweep, or a run that ended before it could be recorded. Google
 * drops an execution ninety days after its end, and its log before that.
 */
function outcomeOfExecution(execution: Execution | undefined, failures: readonly FailureView[]): Outcome {
  if (!execution) {
    const message = "how it ended is not known: it has left no record, and Google keeps its execution no longer";
    const lost = { code: "NOT_FOUND", message, details: [{ reason: "EXECUTION_GONE" }] };
    return { state: "failed", failures: [...failures, toFailure("workflow", lost)], remaining: [] };
  }
  const state = stateOf(execution);
  const given = toObject(parseJson(execution.result ?? execution.error ?? ""));
  if (given && typeof given.state === "string" && toObject(given.failures))
    return outcomeOf(given as object as RunResult);
  if (given && toObject(given.remaining)) return outcomeOfSweep(given as object as SweepResult);
  if (state !== "failed" || failures.length > 0) return { state, failures, remaining: [] };
  const message = typeof given?.message === "string" ? given.message : (execution.error ?? "the execution failed");
  return { state, failures: [toFailure("workflow", { ...given, message } as object)], remaining: [] };
}

function outcomeOf(result: RunResult): Outcome {
  const { state, failures, remaining, nextTryAt, left, degraded, skipped, outcome, outputs } = result;
  const { url } = outputs.traffic ?? {};
  const { excerpt } = outputs.verify ?? {};
  return {
    state,
    failures: Object.entries(failures).map(([step, failure]) => toFailure(nameOf(step), failure)),
    remaining: Object.entries(remaining).flatMap(([name, reason]) => {
      const step = stepNames.find((known) => known === name);
      return step ? [{ step, reason }] : [];
    }),
    ...(nextTryAt !== undefined && { nextTryAt: toTimestamp(nextTryAt) }),
    ...(left?.length && { left }),
    ...(degraded?.length && { degraded }),
    ...(skipped?.length && { skipped }),
    ...(outcome && { outcome }),
    ...(result.usualMinutes !== undefined && { usualMinutes: result.usualMinutes }),
    ...(typeof url === "string" && { url }),
    ...(typeof excerpt === "string" && { excerpt }),
  };
}

/** What the sweep gives: for each environment that is not gone yet, how its removal ended; whom it left to others, and why. */
interface SweepResult {
  readonly remaining: Readonly<Record<string, SweptRemoval>>;
  readonly skipped?: Readonly<Record<string, string>>;
}

interface SweptRemoval {
  readonly state: string;
  readonly remaining?: RunView["remaining"];
  readonly failures?: RunView["failures"];
}

function outcomeOfSweep({ remaining, skipped = {} }: SweepResult): Outcome {
  const left = Object.entries(skipped).map(([environment, why]) => `${environment}: ${why}`);
  const removals = Object.entries(remaining);
  const frozen = removals.filter(([, { failures = [] }]) => failures.some(({ reason }) => reason === "FROZEN"));
  const failed = removals.filter((removal) => {
    const [, { state }] = removal;
    return !frozen.includes(removal) && (state === "failed" || state === "cancelled");
  });
  return {
    state: failed.length > 0 ? "failed" : removals.length > 0 ? "remaining" : "succeeded",
    ...(frozen.length > 0 && { frozen: frozen.map(([, { failures = [] }]) => failures[0]?.message ?? "") }),
    failures: failed.flatMap(([environment, { state: how, failures = [] }]) =>
      failures.length > 0
        ? failures.map((failure) => ({ ...failure, message: `${environment}: ${failure.message}` }))
        : [toFailure("workflow", { code: "FAILED", message: `removing ${environment} ended as ${how}` })],
    ),
    remaining: removals.flatMap(([environment, { remaining: held = [] }]) =>
      held.map(({ step, reason }) => ({ step, reason: `${environment}: ${reason}` })),
    ),
    ...(left.length > 0 && { skipped: left }),
  };
}

function nameOf(step: string): StepName | "workflow" {
  return stepNames.find((known) => known === step) ?? "workflow";
}

async function read<Value extends object>(
  { storage, installation }: ViewClients,
  object: string,
): Promise<Value | undefined> {
  const found = await storage.readText(installation.bucket, object);
  return found && (toObject(parseJson(found.text)) as object as Value | undefined);
}
