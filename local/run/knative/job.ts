import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import type { RunContext } from "../context.ts";
import { readMetadata, writeAnnotations } from "./annotation.ts";
import { toKnativeCondition } from "./condition.ts";
import { refusal } from "./error.ts";
import { toObjectMeta } from "./metadata.ts";
import { fromBinaryAuthorization, toBinaryAuthorization } from "./service.ts";
import { filled, present } from "./shape.ts";
import { type Spelling, spellings, templateClient } from "./spelling.ts";
import { fromKnativePod, toKnativePod } from "./template.ts";

const path = "spec.template";

/**
 * A job as version 2 takes it, from the form in which version 1 has it.
 *
 * @throws ApiError INVALID_ARGUMENT or UNIMPLEMENTED for what version 2 has no field for
 */
export function fromKnativeJob({ metadata, spec = {} }: v1.Job): v2.Job {
  const { settings, labels, annotations } = readMetadata(metadata, { kind: "Job", path: "metadata" });
  const { launchStage, client, clientVersion } = settings;
  if (!spec.template) throw refusal("spec.template", "must be set.");
  return present({
    ...{ labels, annotations, launchStage, client, clientVersion },
    binaryAuthorization: toBinaryAuthorization(settings),
    template: fromTemplate(spec.template),
    startExecutionToken: spec.startExecutionToken,
    runExecutionToken: spec.runExecutionToken,
  });
}

function fromTemplate({ metadata, spec = {} }: v1.ExecutionTemplateSpec): v2.ExecutionTemplate {
  const { settings, labels, annotations } = readMetadata(metadata, { kind: "Execution", path: `${path}.metadata` });
  const { parallelism, taskCount, template } = spec;
  const task = template?.spec;
  if (!task) throw refusal(`${path}.spec.template.spec`, "must be set.");
  if (task.nodeSelector) throw refusal(`${path}.spec.template.spec.node_selector`, "is not supported.");
  const { maxRetries, timeoutSeconds } = task;
  return present({
    ...{ labels, annotations, parallelism, taskCount },
    template: present({
      ...fromKnativePod(task, { settings, path: `${path}.spec.template.spec`, hasCpuSettings: false }),
      maxRetries,
      timeout: timeoutSeconds === undefined ? undefined : `${timeoutSeconds}s`,
    }),
  });
}

/** A job as version 1 has it. */
export function toKnativeJob(context: RunContext, job: v2.Job): v1.Job {
  const { name = "", template = {}, conditions = [], observedGeneration, executionCount } = job;
  const { launchStage, client, clientVersion, latestCreatedExecution } = job;
  const { startExecutionToken, runExecutionToken } = job;
  const spelling = spellings(context).get(name) ?? {};
  const settings = { launchStage, client, clientVersion, ...fromBinaryAuthorization(job.binaryAuthorization) };
  return {
    apiVersion: "run.googleapis.com/v1",
    kind: "Job",
    metadata: toObjectMeta(context, job, {
      ...{ group: "run.googleapis.com", collection: "jobs" },
      labels: present({ ...job.labels, "run.googleapis.com/lastUpdatedTime": job.updateTime }) as Record<
        string,
        string
      >,
      annotations: {
        ...job.annotations,
        ...writeAnnotations(settings, { kind: "Job", spelled: spelling.metadata }),
        "run.googleapis.com/creator": job.creator,
        "run.googleapis.com/lastModifier": job.lastModifier,
      },
    }),
    spec: present({ template: toTemplate(template, spelling), startExecutionToken, runExecutionToken }),
    status: present({
      observedGeneration: Number(observedGeneration ?? 0),
      conditions: conditions.map(toKnativeCondition),
      executionCount,
      latestCreatedExecution: latestCreatedExecution && toReference(latestCreatedExecution),
    }),
  };
}

function toTemplate(template: v2.ExecutionTemplate, spelling: Spelling): v1.ExecutionTemplateSpec {
  const { parallelism, taskCount, template: task = {}, labels } = template;
  const { annotations, spec } = toKnativeTask(task, spelling);
  const metadata = filled(present({ labels, annotations: filled({ ...template.annotations, ...annotations }) }));
  return present({ metadata, spec: present({ parallelism, taskCount, template: { spec } }) });
}

/** The task part of a job or execution, or of a task itself, as version 1 has it. */
export function toKnativeTask(
  task: v2.TaskTemplate | v2.Task,
  spelling: Spelling,
): { readonly annotations: Readonly<Record<string, string>>; readonly spec: v1.TaskSpec } {
  const shown = { kind: "Execution", spelling, settings: templateClient(spelling) } as const;
  const { annotations, spec } = toKnativePod(task, shown);
  const timeoutSeconds = task.timeout === undefined ? undefined : String(Math.round(Number.parseFloat(task.timeout)));
  return { annotations, spec: present({ ...spec, maxRetries: task.maxRetries, timeoutSeconds }) };
}

function toReference({
  name,
  createTime,
  completionTime,
  completionStatus,
}: v2.ExecutionReference): v1.ExecutionReference {
  return present({ name, creationTimestamp: createTime, completionTimestamp: completionTime, completionStatus });
}
