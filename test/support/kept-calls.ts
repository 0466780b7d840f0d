import type { JsonObject } from "../../local/json.ts";
import type { KeptCloud } from "./kept-cloud.ts";
import { type RestCall, rest, testProject } from "./local-cloud.ts";

/** Calls an API as the owner and gives the body of an answer that is OK. */
export async function demand(
  local: Pick<KeptCloud, "url">,
  target: string,
  body?: unknown,
  call: RestCall = {},
): Promise<JsonObject> {
  const answer = await rest(local, target, { ...call, body });
  if (answer.status === 200) return answer.body;
  throw new Error(`${target} was answered with ${answer.status}: ${answer.text}`);
}

/** Asks for an operation until it is done, and gives it; time runs towards its end meanwhile. */
async function ended(
  local: Pick<KeptCloud, "url">,
  host: string,
  { name }: JsonObject,
): Promise<JsonObject & { readonly error?: JsonObject }> {
  for (;;) {
    const operation = await demand(local, `GET ${host}/v1/${String(name)}`);
    if (operation.done === true) return operation;
  }
}

/** The response of an operation that ends well. */
export async function done(local: Pick<KeptCloud, "url">, host: string, operation: JsonObject): Promise<JsonObject> {
  const { error, response } = await ended(local, host, operation);
  if (error) throw new Error(JSON.stringify(error));
  return response as JsonObject;
}

/** Waits for an operation of Compute Engine. */
export async function computeDone(local: Pick<KeptCloud, "url">, { name, error }: JsonObject): Promise<void> {
  if (error) throw new Error(JSON.stringify(error));
  const page = `compute.googleapis.com/compute/v1/projects/${testProject}/global/operations/${String(name)}`;
  const waited = await demand(local, `POST ${page}/wait`);
  if (waited.status !== "DONE") return computeDone(local, waited);
  if (waited.error) throw new Error(JSON.stringify(waited.error));
}

/** Everything that the local cloud knows of its operations. */
export async function allOperations(local: Pick<KeptCloud, "url">): Promise<readonly JsonObject[]> {
  return (await demand(local, "GET _local/operations")).operations as readonly JsonObject[];
}
