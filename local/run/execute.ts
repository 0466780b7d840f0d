import type { RunningOperation } from "../api.ts";
import type { Hold } from "../clock.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { Condition, Execution, ExecutionReference_CompletionStatus } from "../model/generated/run.ts";
import { type Failure, failed, succeeded } from "./condition.ts";
import { demandFound, type RunContext, typePrefix } from "./context.ts";
import { missingImage } from "./missing-image.ts";
import { etagOf, idOf, parseName } from "./names.ts";
import { runTask, type TaskOutcome } from "./task.ts";

/** The work behind `RunJob`: runs the execution and ends as it ends. */
export async function runRunJob(context: RunContext, operation: RunningOperation): Promise<JsonObject> {
  const name = String(operation.input.execution);
  if (!context.executions.get(name)?.completionTime) {
    await runExecution(context, name, operation.hold, () => operation.latency());
  }
  const execution = demandFound(context.executions.get(name), "execution", name);
  operation.annotate({ ...execution });
  const failure = execution.conditions?.find(({ type, state }) => type === "Completed" && state === "CONDITION_FAILED");
  if (failure) throw new ApiError({ code: failureCode(failure), message: failure.message ?? "The execution failed." });
  return { "@type": `${typePrefix}Execution`, ...execution };
}

function failureCode({ reason, executionReason }: Condition): "CANCELLED" | "FAILED_PRECONDITION" | "UNKNOWN" {
  if (reason === "CONTAINER_MISSING") return "FAILED_PRECONDITION";
  return executionReason === "CANCELLED" ? "CANCELLED" : "UNKNOWN";
}

/**
 * Runs all tasks of an execution, as many at a time as its parallelism says, and records how they ended. Tasks that ended
 * before a restart keep their end; those that ran then run again, as those do whose instance Google lost. Without its
 * image no task begins.
 */
export async function runExecution(
  context: RunContext,
  name: string,
  hold: Hold,
  latency: () => Promise<void> = () => hold.sleep(0, { draws: true }),
): Promise<void> {
  const abort = new AbortController();
  const missing = missingImage(context, demandFound(context.executions.get(name), "execution", name).template);
  const tasks = missing ? Promise.resolve([]) : runTasks(context, name, abort.signal);
  const work = tasks.then(async (outcomes) => {
    try {
      // Who cancels has waited long enough.
      if (!abort.signal.aborted) await latency();
    } finally {
      concludeExecution(context, name, { outcomes, missing });
    }
  });
  context.running.set(name, { abort, completed: work.catch(() => undefined) });
  try {
    await work;
  } finally {
    context.running.delete(name);
  }
}

/** Conditions that hold as soon as an execution's tasks run. */
const underway = ["ResourcesAvailable", "Started", "ContainerReady"] as const;

async function runTasks(context: RunContext, name: string, signal: AbortSignal): Promise<readonly TaskOutcome[]> {
  const execution = demandFound(context.executions.get(name), "execution", name);
  const { taskCount = 1, parallelism } = execution;
  const startTime = execution.startTime ?? context.cloud.clock.timestamp();
  const completed = execution.conditions?.filter(({ type }) => type === "Completed") ?? [];
  context.executions.put(name, {
    ...execution,
    startTime,
    runningCount: Math.min(taskCount, parallelism || taskCount),
    conditions: [...completed, ...underway.map((type) => succeeded(type, startTime))],
  });
  const waiting = Array.from({ length: taskCount }, (_, index) => index);
  const outcomes: TaskOutcome[] = [];
  const worker = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      outcomes.push(await runTask(context, { execution, index, signal }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(taskCount, parallelism || taskCount) }, worker));
  return outcomes;
}

/** What came of an execution's tasks, or why there were none. */
interface Conclusion {
  readonly outcomes: readonly TaskOutcome[];
  readonly missing: Failure | undefined;
}

function concludeExecution(context: RunContext, name: string, { outcomes, missing }: Conclusion): void {
  const { cloud, executions } = context;
  const now = cloud.clock.timestamp();
  const { reconciling: _, runningCount: __, ...execution } = demandFound(executions.get(name), "execution", name);
  const count = (end: TaskOutcome["end"]) => outcomes.filter((outcome) => outcome.end === end).length || undefined;
  const failure = missing ?? describe(name, outcomes);
  const completed = failure ? failed("Completed", now, failure) : succeeded("Completed", now);
  const concluded: Execution = {
    ...execution,
    completionTime: now,
    updateTime: now,
    observedGeneration: execution.generation,
    succeededCount: count("succeeded"),
    failedCount: count("failed"),
    cancelledCount: count("cancelled"),
    retriedCount: outcomes.reduce((sum, { retried }) => sum + retried, 0) || undefined,
    conditions: missing
      ? [completed, failed("ContainerReady", now, missing)]
      : [completed, ...underway.map((type) => succeeded(type, now))],
    etag: etagOf(name, now),
  };
  executions.put(name, concluded);
  refer(context, concluded);
}

/** The failure of the first task that did not succeed. */
function describe(name: string, outcomes: readonly TaskOutcome[]): Failure | undefined {
  const worst = outcomes.find(({ end }) => end === "cancelled") ?? outcomes.find(({ end }) => end === "failed");
  if (!worst) return undefined;
  if (worst.end === "cancelled")
    return { message: "The execution was cancelled.", reason: { executionReason: "CANCELLED" } };
  const message = `Task ${idOf(name)}-task${worst.index} failed with message: ${worst.message}`;
  return { message, reason: worst.reason ?? { executionReason: "NON_ZERO_EXIT_CODE" } };
}

/** Shows on the job how its latest execution ended. */
function refer(
  { jobs }: RunContext,
  { name = "", createTime, completionTime, conditions = [], cancelledCount }: Execution,
): void {
  const { parent, id } = parseName(name);
  const job = jobs.get(`${parent}/jobs/${id}`);
  if (job?.latestCreatedExecution?.name !== idOf(name)) return;
  const completionStatus: ExecutionReference_CompletionStatus = cancelledCount
    ? "EXECUTION_CANCELLED"
    : conditions.some(({ type, state }) => type === "Completed" && state === "CONDITION_FAILED")
      ? "EXECUTION_FAILED"
      : "EXECUTION_SUCCEEDED";
  const reference = { name: idOf(name), createTime, completionTime, completionStatus };
  jobs.put(job.name ?? "", { ...job, latestCreatedExecution: reference });
}
