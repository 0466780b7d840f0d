import type { LoggingClient } from "../../google/clients/logging.ts";
import type { StorageClient } from "../../google/clients/storage.ts";
import type { Execution, WorkflowExecutionsClient } from "../../google/clients/workflow-executions.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import type { FailureView, RunView } from "../api.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import type { RunRecord, RunResult, StoredPlan, StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { readRequest } from "./note.ts";
import { planObject } from "./plan-store.ts";
import { progressFromLog, progressFromRecord, progressQuery, toFailure, toStepViews } from "./progress.ts";

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
  const noted = await readRequest(clients, run);
  if (!noted) throw unknownRun(run);
  const { request, readAt } = noted;
  const { storage, installation } = clients;
  const [plan, record, execution] = await Promise.all([
    request.planHash === undefined ? undefined : read<StoredPlan>(clients, planObject(request.planHash)),
    storage.readText(installation.bucket, `runs/${request.environment}/${run}.json`),
    request.execution === undefined ? undefined : clients.executions.getExecution(request.execution),
  ]);
  const about = { ...basics(request, execution), readAt };
  const ended = record && (toObject(parseJson(record.text)) as object as RunRecord);
  if (ended)
    return { ...about, ...outcomeOf(ended.result), steps: toStepViews(plan?.steps ?? [], progressFromRecord(ended)) };
  const progress = await progressFromLog(clients.logging, progressQuery(installation.project, run));
  const steps = toStepViews(plan?.steps ?? [], progress.steps);
  if (isUnfinished(about.state)) return { ...about, steps, failures: progress.failures, remaining: [] };
  return { ...about, ...outcomeOfExecution(execution, progress.failures), steps };
}

type Outcome = Pick<RunView, "state" | "failures" | "remaining" | "url" | "excerpt">;

function basics(request: StoredRequest, execution: Execution | undefined) {
  const { run, environment, action, requestedBy, execution: name = "" } = request;
  const { startTime: startedAt, endTime: endedAt } = execution ?? {};
  return { run, environment, action, requestedBy, execution: name, startedAt, endedAt, state: stateOf(execution) };
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

/** What an execution without a record gave or raised: a check, a sweep, or a run that ended before it could be recorded. */
function outcomeOfExecution(execution: Execution | undefined, failures: readonly FailureView[]): Outcome {
  const state = stateOf(execution);
  const given = toObject(parseJson(execution?.result ?? execution?.error ?? ""));
  if (given && typeof given.state === "string" && toObject(given.failures))
    return outcomeOf(given as object as RunResult);
  if (given && toObject(given.remaining)) return outcomeOfSweep(given as object as SweepResult);
  if (state !== "failed" || failures.length > 0) return { state, failures, remaining: [] };
  const message = typeof given?.message === "string" ? given.message : (execution?.error ?? "the execution failed");
  return { state, failures: [toFailure("workflow", { ...given, message } as object)], remaining: [] };
}

function outcomeOf({ state, failures, remaining, outputs }: RunResult): Outcome {
  const { url } = outputs.traffic ?? {};
  const { excerpt } = outputs.verify ?? {};
  return {
    state,
    failures: Object.entries(failures).map(([step, failure]) => toFailure(nameOf(step), failure)),
    remaining: Object.entries(remaining).flatMap(([name, reason]) => {
      const step = stepNames.find((known) => known === name);
      return step ? [{ step, reason }] : [];
    }),
    ...(typeof url === "string" && { url }),
    ...(typeof excerpt === "string" && { excerpt }),
  };
}

/** What the sweep gives: for each environment that is not gone yet, how its removal ended. */
interface SweepResult {
  readonly remaining: Readonly<Record<string, SweptRemoval>>;
}

interface SweptRemoval {
  readonly state: string;
  readonly remaining?: RunView["remaining"];
  readonly failures?: RunView["failures"];
}

function outcomeOfSweep({ remaining }: SweepResult): Outcome {
  const removals = Object.entries(remaining);
  const failed = removals.filter(([, { state }]) => state === "failed" || state === "cancelled");
  return {
    state: failed.length > 0 ? "failed" : removals.length > 0 ? "remaining" : "succeeded",
    failures: failed.flatMap(([environment, { state: how, failures = [] }]) =>
      failures.length > 0
        ? failures.map((failure) => ({ ...failure, message: `${environment}: ${failure.message}` }))
        : [toFailure("workflow", { code: "FAILED", message: `removing ${environment} ended as ${how}` })],
    ),
    remaining: removals.flatMap(([environment, { remaining: left }]) =>
      (left ?? []).map(({ step, reason }) => ({ step, reason: `${environment}: ${reason}` })),
    ),
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

function unknownRun(run: string): StepError {
  return new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_RUN", message: `no run ${run} was requested here` });
}
