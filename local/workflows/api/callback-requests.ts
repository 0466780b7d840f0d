import type { Call } from "../../api.ts";
import type { Cloud } from "../../cloud.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../../http.ts";
import type { Callbacks } from "./callbacks.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { notFound, parseName, withProjectId } from "./names.ts";

/** What requests to callback endpoints are answered with. */
interface CallbackContext {
  readonly cloud: Cloud;
  readonly callbacks: Callbacks;
  /** @throws ApiError NOT_FOUND */
  readonly find: (name: string) => ExecutionRecord;
}

const path = /^\/v1\/(projects\/[^/]+\/locations\/[^/]+\/workflows\/[^/]+\/executions\/[^/]+)\/callbacks\/([^/]+)$/;

/**
 * Answers a request to a callback endpoint, which may have any HTTP method and body.
 *
 * @returns `undefined` for a request to anything else
 * @throws ApiError PERMISSION_DENIED, NOT_FOUND when the execution has ended, RESOURCE_EXHAUSTED
 */
export async function answerCallback(
  { cloud, callbacks, find }: CallbackContext,
  request: HttpRequest,
  call: Call,
): Promise<HttpResponse | undefined> {
  const [, written = "", id] = path.exec(decoded(request.url)) ?? [];
  if (id === undefined) return undefined;
  const execution = withProjectId(cloud, written);
  demandSend(cloud, call, execution);
  const name = `${execution}/callbacks/${id}`;
  if (find(execution).state !== "ACTIVE") throw notFound(name);
  callbacks.deliver(name, request);
  return jsonResponse(200, {});
}

/** A path that cannot be decoded names no endpoint. */
function decoded({ pathname }: URL): string {
  try {
    return decodeURI(pathname);
  } catch {
    return "";
  }
}

/** The permission is granted on the workflow's project. */
function demandSend({ access }: Cloud, { principal }: Call, execution: string): void {
  const { project, location, workflow } = parseName(execution);
  const resource = `//workflows.googleapis.com/projects/${project}/locations/${location}/workflows/${workflow}`;
  access.demand(principal, "workflows.callbacks.send", resource);
}
