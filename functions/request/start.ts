import type { StoredRequest } from "../entry/stored.ts";
import { type AcceptClients, editRequest } from "./note.ts";

/** Starts the execution and notes it. Should two calls both get here for one request, the lock lets one execution work. */
export async function start(request: StoredRequest, clients: AcceptClients): Promise<StoredRequest> {
  const { project, region, bucket } = clients.installation;
  const workflow = `projects/${project}/locations/${region}/workflows/${workflowOf(request)}`;
  const execution = await clients.executions.createExecution({
    workflow,
    argument: argumentOf(request, bucket),
    labels: {
      run: request.run,
      action: request.action,
      ...(request.environment && { environment: request.environment }),
    },
  });
  return editRequest(request, clients, (present) =>
    present.execution === undefined ? { ...present, execution: execution.name } : present,
  );
}

function workflowOf({ action }: StoredRequest): string {
  return action === "sweep" ? "alloyrun-sweep" : "alloyrun-environment";
}

/** What the workflow is told: small, for it reads the plan itself. */
function argumentOf(request: StoredRequest, bucket: string): object {
  const { run, environment, action, of, level, planHash, requestedBy, ticket, teardown, expiry } = request;
  if (action === "sweep") return { run, bucket };
  return {
    ...{ run, environment, action, of, level, planHash, bucket, requestedBy, ticket },
    isContinued: teardown !== undefined,
    isExpired: expiry !== undefined,
    expectedSeconds: request.expectedSeconds,
  };
}
