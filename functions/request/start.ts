import type { InstallationEnvironment } from "../entry/installation.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { type AcceptClients, type Noted, noteExecution } from "./note.ts";

/** Starts the execution and notes it. Should two calls of one key both get here, the lock lets one execution work. */
export async function start(noted: Noted, clients: AcceptClients): Promise<StoredRequest> {
  const { request } = noted;
  const { installation } = clients;
  const { bucket } = installation;
  const workflow =
    request.action === "sweep" ? workflowName("alloyrun-sweep", installation) : environmentWorkflow(installation);
  const execution = await clients.executions.createExecution({
    workflow,
    argument: argumentOf(request, bucket),
    labels: {
      run: request.run,
      action: request.action,
      ...(request.environment && { environment: request.environment }),
    },
  });
  return noteExecution(noted, execution.name, clients);
}

type Installed = Pick<InstallationEnvironment, "project" | "region">;

/** Full name of the workflow that carries out all but sweeps. */
export function environmentWorkflow(installation: Installed): string {
  return workflowName("alloyrun-environment", installation);
}

function workflowName(id: string, { project, region }: Installed): string {
  return `projects/${project}/locations/${region}/workflows/${id}`;
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
