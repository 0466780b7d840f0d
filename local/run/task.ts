import { constants } from "node:os";
import { toUuid } from "../drawn-ids.ts";
import type { Execution, Task } from "../model/generated/run.ts";
import type { Workload } from "../workload/container.ts";
import { Instance } from "../workload/instance.ts";
import { resolveEgress } from "../workload/network.ts";
import { failed, type Reason, reconciling, succeeded } from "./condition.ts";
import type { RunContext } from "./context.ts";
import { toFailure } from "./deploy-error.ts";
import { etagOf, idOf, parseName } from "./names.ts";
import { toContainer } from "./revision-workload.ts";
import { resolveEnvironment } from "./secrets.ts";
import { resolveVolumes } from "./volumes.ts";

/** Which task to run. */
export interface TaskRun {
  readonly execution: Execution;
  readonly index: number;
  /** Aborted when the execution is cancelled. */
  readonly signal: AbortSignal;
}

/** How a task ended after all its attempts. */
export interface TaskOutcome {
  readonly index: number;
  readonly end: "succeeded" | "failed" | "cancelled";
  readonly retried: number;
  readonly message: string;
  readonly reason?: Reason;
}

/** Runs a task until it succeeds, is cancelled, or has used up its retries. */
export async function runTask(context: RunContext, run: TaskRun): Promise<TaskOutcome> {
  const { template = {} } = run.execution;
  const maxRetries = template.maxRetries ?? 3;
  const { name = "", retried = 0, completionTime } = ensureTask(context, run);
  if (completionTime) return outcomeOf(context, name, run.index);
  for (let attempt = retried; ; attempt += 1) {
    const result = await attemptTask(context, { ...run, attempt });
    if (result.end === "succeeded" || result.end === "cancelled" || attempt >= maxRetries) {
      const outcome = { index: run.index, retried: attempt, ...result };
      concludeTask(context, name, outcome);
      return outcome;
    }
    context.tasks.put(name, { ...context.tasks.get(name), retried: attempt + 1 });
  }
}

/** How a task ended, from its record. */
function outcomeOf({ tasks }: RunContext, name: string, index: number): TaskOutcome {
  const { retried = 0, conditions = [], lastAttemptResult } = tasks.get(name) ?? {};
  const [{ state, executionReason } = {}] = conditions;
  const common = { index, retried, message: lastAttemptResult?.status?.message ?? "" };
  if (state === "CONDITION_SUCCEEDED") return { ...common, end: "succeeded" };
  const end = executionReason === "CANCELLED" ? "cancelled" : "failed";
  return { ...common, end, ...(executionReason ? { reason: { executionReason } } : {}) };
}

interface Attempt {
  readonly end: TaskOutcome["end"];
  readonly message: string;
  readonly reason?: Reason;
  readonly exitCode?: number;
  readonly termSignal?: number;
}

async function attemptTask(context: RunContext, run: TaskRun & { readonly attempt: number }): Promise<Attempt> {
  const { execution, signal } = run;
  if (signal.aborted) return cancelled;
  let instance: Instance | undefined;
  try {
    const workload = await toTaskWorkload(context, run);
    instance = new Instance({ runtime: context.runtime, workload, kind: "task" });
    return await race(instance, run);
  } catch (caught) {
    if (signal.aborted) return cancelled;
    const containers = execution.template?.containers ?? [];
    // The failure may be an error, whose message no spread copies.
    const { message, reason } = toFailure(caught, { containers, logUri: execution.logUri ?? "" });
    return { end: "failed", message, reason };
  } finally {
    await instance?.stop();
  }
}

const cancelled: Attempt = { end: "cancelled", message: "The task was cancelled." };

/** The end of the main containers, of the time, or of patience, whichever comes first. */
async function race(instance: Instance, { execution, signal }: TaskRun): Promise<Attempt> {
  const timeoutMs = Number.parseFloat(execution.template?.timeout ?? "600s") * 1000;
  const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const interrupted = new Promise<undefined>((resolve) =>
    over.addEventListener("abort", () => resolve(undefined), { once: true }),
  );
  const exits = await Promise.race([instance.start().then(() => instance.completed()), interrupted]);
  if (!exits)
    return signal.aborted ? cancelled : { end: "failed", message: "The task exceeded the configured timeout." };
  const bad = exits.find(({ code }) => code !== 0);
  if (!bad) return { end: "succeeded", message: "", exitCode: 0 };
  const termSignal = bad.signal ? constants.signals[bad.signal] : undefined;
  return {
    end: "failed",
    message: "The container exited with an error.",
    exitCode: bad.code ?? 128 + (termSignal ?? 0),
    termSignal,
  };
}

async function toTaskWorkload(
  context: RunContext,
  { execution, index, attempt }: TaskRun & { readonly attempt: number },
): Promise<Workload> {
  const { cloud } = context;
  const { name = "", template = {}, taskCount = 1 } = execution;
  const { project, region, id } = parseName(name);
  const { serviceAccount = "", vpcAccess, containers = [], volumes = [] } = template;
  return {
    name: `${taskName(name, index)}/attempts/${attempt}`,
    project,
    region,
    serviceAccount,
    egress: await resolveEgress(cloud, vpcAccess, { project, region }),
    containers: await Promise.all(
      containers.map(async (container, position) => {
        const place = { container, index: position, fallbackName: `${id}-${position + 1}` };
        return await toContainer(place, (found) => resolveEnvironment(cloud, found, { project, serviceAccount }));
      }),
    ),
    volumes: await resolveVolumes(cloud, volumes, { project, serviceAccount }),
    env: {
      CLOUD_RUN_JOB: id,
      CLOUD_RUN_EXECUTION: idOf(name),
      CLOUD_RUN_TASK_INDEX: String(index),
      CLOUD_RUN_TASK_COUNT: String(taskCount),
      CLOUD_RUN_TASK_ATTEMPT: String(attempt),
    },
    resource: { type: "cloud_run_job", labels: { project_id: project, location: region, job_name: id } },
    logLabels: {
      "run.googleapis.com/execution_name": idOf(name),
      "run.googleapis.com/task_index": String(index),
      "run.googleapis.com/task_attempt": String(attempt),
    },
  };
}

function taskName(execution: string, index: number): string {
  return `${execution}/tasks/${idOf(execution)}-task${index}`;
}

function ensureTask({ cloud, tasks, ids }: RunContext, { execution, index }: TaskRun): Task {
  const name = taskName(execution.name ?? "", index);
  const found = tasks.get(name);
  if (found) return found;
  const now = cloud.clock.timestamp();
  const { template, job, logUri, labels } = execution;
  const task: Task = {
    ...template,
    name,
    labels,
    job,
    index,
    logUri,
    uid: toUuid(ids.draw(name)),
    generation: "1",
    execution: idOf(execution.name ?? ""),
    createTime: now,
    scheduledTime: now,
    startTime: now,
    updateTime: now,
    reconciling: true,
    conditions: [reconciling("Completed", now)],
    etag: etagOf(name, now),
  };
  return tasks.put(name, task);
}

function concludeTask({ cloud, tasks }: RunContext, name: string, outcome: TaskOutcome & Attempt): void {
  const { end, message, reason = { executionReason: "NON_ZERO_EXIT_CODE" }, retried, exitCode, termSignal } = outcome;
  const now = cloud.clock.timestamp();
  const { reconciling: _, ...task } = tasks.get(name) ?? {};
  const why = end === "cancelled" ? { executionReason: "CANCELLED" as const } : reason;
  const completed =
    end === "succeeded" ? succeeded("Completed", now) : failed("Completed", now, { message, reason: why });
  const status = end === "succeeded" ? {} : { code: end === "cancelled" ? 1 : 2, message };
  const lastAttemptResult = { status, exitCode, termSignal };
  tasks.put(name, {
    ...task,
    retried: retried || undefined,
    completionTime: now,
    updateTime: now,
    observedGeneration: task.generation,
    conditions: [completed],
    lastAttemptResult,
    etag: etagOf(name, now),
  });
}
