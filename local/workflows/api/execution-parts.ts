import type { Call } from "../../api.ts";
import type { Cloud } from "../../cloud.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../../http.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { notFound, parseName, withProjectId } from "./names.ts";
import type { Runner } from "./runner.ts";
import { getStepEntry, listStepEntries } from "./step-entries.ts";

/** What the parts of an execution are read from. */
interface PartsContext {
  readonly cloud: Cloud;
  readonly runner: Runner;
  /** @throws ApiError NOT_FOUND */
  readonly find: (name: string) => ExecutionRecord;
}

const path =
  /^\/v1\/(projects\/[^/]+\/locations\/[^/]+\/workflows\/[^/]+\/executions\/[^/]+)\/(callbacks|stepEntries)(?:\/([^/]+))?$/;

/**
 * Answers what lies below an execution and is in no published service definition: step entries, the list of callbacks,
 * and the callback endpoints themselves, which take any HTTP method.
 *
 * @returns `undefined` for any other request
 * @throws ApiError
 */
export async function answerExecutionPart(
  context: PartsContext,
  request: HttpRequest,
  call: Call,
): Promise<HttpResponse | undefined> {
  const [, written = "", part, id] = path.exec(decodeURI(request.url.pathname)) ?? [];
  if (part === undefined) return undefined;
  const execution = withProjectId(context.cloud, written);
  if (part === "callbacks" && id !== undefined) return deliver(context, request, { execution, id, call });
  if (request.method !== "GET") return undefined;
  demand(context, call, { execution, permission: permissionFor(part, id) });
  context.find(execution);
  return jsonResponse(200, read(context, request, { execution, part, id }));
}

interface Part {
  readonly execution: string;
  readonly part: string;
  readonly id?: string;
}

function read({ cloud, runner }: PartsContext, { url }: HttpRequest, { execution, part, id }: Part): object {
  if (part === "callbacks") return { callbacks: runner.callbacks.list(execution) };
  const entries = { cloud, execution, steps: runner.steps(execution) };
  return id === undefined ? listStepEntries(entries, url.searchParams) : getStepEntry(entries, id);
}

function permissionFor(part: string, id: string | undefined): string {
  if (part === "callbacks") return "workflows.callbacks.list";
  return id === undefined ? "workflows.stepEntries.list" : "workflows.stepEntries.get";
}

interface Delivery {
  readonly execution: string;
  readonly id: string;
  readonly call: Call;
}

function deliver(context: PartsContext, request: HttpRequest, { execution, id, call }: Delivery): HttpResponse {
  demand(context, call, { execution, permission: "workflows.callbacks.send" });
  const name = `${execution}/callbacks/${id}`;
  if (context.find(execution).state !== "ACTIVE") throw notFound(name);
  context.runner.callbacks.deliver(name, request);
  return jsonResponse(200, {});
}

interface Demand {
  readonly execution: string;
  readonly permission: string;
}

/** The permissions of an execution's parts are granted on its workflow's project. */
function demand({ cloud }: PartsContext, { principal }: Call, { execution, permission }: Demand): void {
  const { project, location, workflow } = parseName(execution);
  const resource = `//workflows.googleapis.com/projects/${project}/locations/${location}/workflows/${workflow}`;
  cloud.access.demand(principal, permission, resource);
}
