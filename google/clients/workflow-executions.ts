import type { protos } from "@google-cloud/workflows";
import { ExecutionsClient } from "@google-cloud/workflows/build/src/v1/executions_client.js";
import type { Connect } from "../auth.ts";
import { callOfficial } from "../gax.ts";
import { orAbsent } from "../rest.ts";

/** One execution of a workflow; times are RFC 3339 by Google's clock. */
export interface Execution {
  /** `projects/{project}/locations/{location}/workflows/{workflow}/executions/{execution}` */
  readonly name: string;
  readonly state: "ACTIVE" | "SUCCEEDED" | "FAILED" | "CANCELLED" | "UNAVAILABLE" | "QUEUED" | "STATE_UNSPECIFIED";
  /** JSON text of what it gave. */
  readonly result?: string;
  /** JSON text of what it raised. */
  readonly error?: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What to start. */
export interface NewExecution {
  /** `projects/{project}/locations/{location}/workflows/{workflow}` */
  readonly workflow: string;
  /** Becomes the workflow's argument as JSON; at most 32 KB. */
  readonly argument: object;
  readonly labels: Readonly<Record<string, string>>;
}

/** Executions of workflows. @see https://cloud.google.com/workflows/docs/reference/executions/rest */
export interface WorkflowExecutionsClient {
  /** Starts an execution. There is no request id: whoever repeats it starts another. */
  readonly createExecution: (execution: NewExecution) => Promise<Execution>;
  readonly getExecution: (name: string) => Promise<Execution | undefined>;
  readonly cancelExecution: (name: string) => Promise<Execution>;
}

/** Opens executions through the official client. */
export const connectWorkflowExecutions: Connect<WorkflowExecutionsClient> = () => {
  const client = new ExecutionsClient();
  const site = (verb: string, resource: string) => ({
    method: `workflowexecutions.projects.locations.workflows.executions.${verb}`,
    resource,
  });
  return (guard) => ({
    createExecution: ({ workflow, argument, labels }) =>
      callOfficial({
        site: site("create", workflow),
        guard,
        send: async (options) => {
          const execution = { argument: JSON.stringify(argument), labels: { ...labels } };
          return toExecution((await client.createExecution({ parent: workflow, execution }, options))[0]);
        },
      }),
    getExecution: (name) =>
      orAbsent(
        callOfficial({
          site: site("get", name),
          send: async (options) => toExecution((await client.getExecution({ name }, options))[0]),
        }),
      ),
    cancelExecution: (name) =>
      callOfficial({
        site: site("cancel", name),
        guard,
        send: async (options) => toExecution((await client.cancelExecution({ name }, options))[0]),
      }),
  });
};

function toExecution(execution: protos.google.cloud.workflows.executions.v1.IExecution): Execution {
  return {
    name: execution.name ?? "",
    state: toState(execution.state),
    result: execution.result || undefined,
    error: execution.error?.payload ?? undefined,
    startTime: toRfc3339(execution.startTime),
    endTime: toRfc3339(execution.endTime),
    labels: execution.labels ?? {},
  };
}

const states: readonly Execution["state"][] = [
  "STATE_UNSPECIFIED",
  "ACTIVE",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "UNAVAILABLE",
  "QUEUED",
];

/** The client gives an enum by name or by number. */
function toState(state: unknown): Execution["state"] {
  return states.find((name, number) => state === name || state === number) ?? "STATE_UNSPECIFIED";
}

function toRfc3339(time: protos.google.protobuf.ITimestamp | null | undefined): string | undefined {
  if (time?.seconds === undefined || time.seconds === null) return undefined;
  return new Date(Number(time.seconds) * 1000 + Math.floor((time.nanos ?? 0) / 1e6)).toISOString();
}
