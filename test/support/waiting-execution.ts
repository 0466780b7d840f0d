import type { JsonObject } from "../../local/json.ts";
import type { LocalCloud } from "../../local/main.ts";
import { rest } from "./local-cloud.ts";
import { operate } from "./local-operation.ts";

/** A definition whose executions wait for a callback that never comes. */
export const waitingDefinition = `main:
  steps:
    - open: { call: events.create_callback_endpoint, args: { http_callback_method: POST }, result: callback }
    - wait: { call: events.await_callback, args: { callback: "\${callback}", timeout: 86400 } }
`;

/**
 * Starts an execution that waits until it is cancelled. The workflow has its own definition again afterwards.
 *
 * @param workflow `projects/{project}/locations/{location}/workflows/{workflow}`
 * @returns the execution's name
 */
export async function startWaiting(local: LocalCloud, workflow: string, labels: object): Promise<string> {
  const { sourceContents } = await demand(local, `GET workflows.googleapis.com/v1/${workflow}`);
  const patch = `PATCH workflows.googleapis.com/v1/${workflow}?updateMask=sourceContents`;
  await demand(local, patch, { sourceContents: waitingDefinition });
  const started = await demand(local, `POST workflowexecutions.googleapis.com/v1/${workflow}/executions`, { labels });
  await demand(local, patch, { sourceContents });
  return String(started.name);
}

/** Cancels one; what comes back says that it was cancelled. */
export async function cancelExecution(local: LocalCloud, execution: string): Promise<void> {
  await rest(local, `POST workflowexecutions.googleapis.com/v1/${execution}:cancel`, { body: {} });
}

async function demand(local: LocalCloud, target: string, body?: object): Promise<JsonObject> {
  const answer = await operate(local, target, { body });
  if (answer.error) throw new Error(`${target}: ${JSON.stringify(answer.error)}`);
  return answer;
}
