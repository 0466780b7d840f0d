import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import type { RunContext } from "../context.ts";
import { parseName } from "../names.ts";
import { toKnativeCondition } from "./condition.ts";
import { toKnativeTask } from "./job.ts";
import { toObjectMeta } from "./metadata.ts";
import { present } from "./shape.ts";
import { type Spelling, spellings } from "./spelling.ts";

const group = "run.googleapis.com";

/** An execution as version 1 has it; its job is one of its labels. */
export function toKnativeExecution(context: RunContext, execution: v2.Execution): v1.Execution {
  const { template = {}, parallelism, taskCount, creator, job = "" } = execution;
  const { annotations, spec } = toKnativeTask(template, spellingOf(context, execution));
  return {
    apiVersion: `${group}/v1`,
    kind: "Execution",
    metadata: toObjectMeta(context, execution, {
      ...{ group, collection: "executions", ownerReferences: owners(context, execution) },
      labels: { ...execution.labels, ...jobLabels(context, execution), [`${group}/job`]: job },
      annotations: { ...execution.annotations, ...annotations, [`${group}/creator`]: creator },
    }),
    spec: present({ parallelism, taskCount, template: { spec } }),
    status: statusOf(execution),
  };
}

function statusOf(execution: v2.Execution): v1.ExecutionStatus {
  const { conditions = [], observedGeneration, startTime, completionTime, logUri } = execution;
  const { runningCount, succeededCount, failedCount, cancelledCount, retriedCount } = execution;
  return present({
    observedGeneration: Number(observedGeneration ?? execution.generation ?? 0),
    conditions: conditions.map(toKnativeCondition),
    ...{ startTime, completionTime, logUri },
    ...{ runningCount, succeededCount, failedCount, cancelledCount, retriedCount },
  });
}

/** A task as version 1 has it; its job and execution are labels. */
export function toKnativeTaskResource(context: RunContext, task: v2.Task): v1.Task {
  const { conditions = [], job = "", execution = "", index, retried, lastAttemptResult, logUri } = task;
  const { startTime, completionTime, observedGeneration } = task;
  const { annotations, spec } = toKnativeTask(task, spellingOf(context, task));
  return {
    apiVersion: `${group}/v1`,
    kind: "Task",
    metadata: toObjectMeta(context, task, {
      ...{ group, collection: "tasks", annotations: { ...task.annotations, ...annotations } },
      labels: {
        ...task.labels,
        ...{ [`${group}/job`]: job, [`${group}/execution`]: execution, [`${group}/taskIndex`]: String(index ?? 0) },
        [`${group}/runningState`]: runningState(task),
      },
    }),
    spec,
    status: present({
      observedGeneration: Number(observedGeneration ?? task.generation ?? 0),
      conditions: conditions.map(toKnativeCondition),
      ...{ startTime, completionTime, index, retried, logUri },
      lastAttemptResult: lastAttemptResult && toAttempt(lastAttemptResult),
    }),
  };
}

function toAttempt({ status, exitCode, termSignal }: v2.TaskAttemptResult): v1.TaskAttemptResult {
  return present({ status: status && present({ code: status.code, message: status.message }), exitCode, termSignal });
}

function runningState({ completionTime, conditions = [] }: v2.Task): string {
  if (!completionTime) return "Running";
  const completed = conditions.find(({ type }) => type === "Completed");
  if (completed?.state === "CONDITION_SUCCEEDED") return "Succeeded";
  return completed?.executionReason === "CANCELLED" ? "Cancelled" : "Failed";
}

function spellingOf(context: RunContext, { name = "" }: v2.Execution | v2.Task): Spelling {
  const { parent, id } = parseName(name);
  return spellings(context).get(`${parent}/jobs/${id}`) ?? {};
}

function jobLabels(context: RunContext, { name = "" }: v2.Execution): Record<string, string> {
  const { parent, id } = parseName(name);
  const job = context.jobs.get(`${parent}/jobs/${id}`);
  return job ? { [`${group}/jobUid`]: job.uid ?? "", [`${group}/jobGeneration`]: job.generation ?? "" } : {};
}

function owners(context: RunContext, { name = "", job }: v2.Execution): v1.OwnerReference[] {
  const { parent, id } = parseName(name);
  const uid = context.jobs.get(`${parent}/jobs/${id}`)?.uid;
  return [{ apiVersion: `${group}/v1`, kind: "Job", name: job, uid, controller: true, blockOwnerDeletion: true }];
}
