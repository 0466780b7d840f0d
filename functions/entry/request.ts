import { randomUUID } from "node:crypto";
import { http, type Request, type Response } from "@google-cloud/functions-framework";
import type { z } from "zod";
import { createAuth, unguarded } from "../../google/auth.ts";
import { connectLogging } from "../../google/clients/logging.ts";
import { connectPubsub } from "../../google/clients/pubsub.ts";
import { connectStorage } from "../../google/clients/storage.ts";
import { type CallbackClient, connectCallbacks } from "../../google/clients/workflow-callbacks.ts";
import { connectWorkflowExecutions } from "../../google/clients/workflow-executions.ts";
import { functionId } from "../../spec/names.ts";
import { StepError } from "../error.ts";
import { once } from "../once.ts";
import { badField } from "../parse.ts";
import { accept } from "../request/accept.ts";
import { extend, freeze, unfreeze } from "../request/change-environment.ts";
import { cancelRun, resumeRun } from "../request/change-run.ts";
import { decide, viewApproval } from "../request/decide.ts";
import { listEnvironments, viewEnvironment } from "../request/environments.ts";
import { lookForExpiries } from "../request/expiries.ts";
import { parseBody, parseRequestBody } from "../request/parse.ts";
import { problemType, toProblem } from "../request/problem.ts";
import { type ViewClients, viewRun } from "../request/run-view.ts";
import { acceptScheduled, firingOf } from "../request/scheduled.ts";
import { decisionSchema, emptySchema, extendSchema, freezeSchema } from "../request/schema.ts";
import type { TellClients } from "../request/tell.ts";
import { emailOfCaller } from "./caller.ts";
import { bodyOf, logOf } from "./entry.ts";
import { readInstallation } from "./installation.ts";

/** One call of the request function, taken apart. */
interface Call {
  readonly caller: string;
  readonly request: Request;
  /** What the path's placeholders stand for. */
  readonly parameter: string;
  readonly clients: Clients;
}

/** What the function works with. */
type Clients = ViewClients & TellClients & { readonly callbacks: CallbackClient };

interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly status: 200 | 202;
  readonly answer: (call: Call) => Promise<object>;
}

// biome-ignore format: a table
const routes: readonly Route[] = [
  { method: "POST", path: /^\/v1\/requests$/,                          status: 202, answer: postRequest },
  { method: "POST", path: /^\/v1\/expiries$/,                          status: 200, answer: ({ caller, clients }) => lookForExpiries(caller, clients) },
  { method: "GET",  path: /^\/v1\/requests\/([^/:]+)$/,                status: 200, answer: ({ parameter, clients }) => viewRun(parameter, clients) },
  { method: "GET",  path: /^\/v1\/runs\/([^/:]+)$/,                    status: 200, answer: ({ parameter, clients }) => viewRun(parameter, clients) },
  { method: "POST", path: /^\/v1\/runs\/([^/:]+):cancel$/,             status: 200, answer: (call) => cancelRun(alone(call), call.caller, call.clients) },
  { method: "POST", path: /^\/v1\/runs\/([^/:]+):resume$/,             status: 202, answer: (call) => resumeRun(alone(call), call.clients) },
  { method: "GET",  path: /^\/v1\/environments$/,                      status: 200, answer: async ({ clients }) => ({ environments: await listEnvironments(clients) }) },
  { method: "GET",  path: /^\/v1\/environments\/([^/:]+)$/,            status: 200, answer: ({ parameter, clients }) => viewEnvironment(parameter, clients) },
  { method: "POST", path: /^\/v1\/environments\/([^/:]+):freeze$/,     status: 200, answer: (call) => freeze(call.parameter, { body: bodyAs(freezeSchema, call), by: call.caller }, call.clients) },
  { method: "POST", path: /^\/v1\/environments\/([^/:]+):unfreeze$/,   status: 200, answer: (call) => unfreeze(alone(call), call.clients) },
  { method: "POST", path: /^\/v1\/environments\/([^/:]+):extend$/,     status: 200, answer: (call) => extend(call.parameter, bodyAs(extendSchema, call).by, call.clients) },
  { method: "GET",  path: /^\/v1\/approvals\/([^/:]+)$/,               status: 200, answer: ({ parameter, clients }) => viewApproval(parameter, clients) },
  { method: "POST", path: /^\/v1\/approvals\/([^/:]+):approve$/,       status: 200, answer: (call) => postDecision(call, "approved") },
  { method: "POST", path: /^\/v1\/approvals\/([^/:]+):reject$/,        status: 200, answer: (call) => postDecision(call, "rejected") },
];

/**
 * The installation's door, and the only thing that starts executions, so that "who asked" is an identity that Google has
 * verified. Answers JSON; refusals are problem documents.
 */
export async function handleRequest(request: Request, response: Response): Promise<void> {
  const log = logOf(request, "request");
  try {
    const caller = emailOfCaller({
      "x-serverless-authorization": request.get("x-serverless-authorization"),
      authorization: request.get("authorization"),
    });
    const { route, parameter } = findRoute(request);
    const answer = await route.answer({ caller, request, parameter, clients: openClients() });
    const status = "skipped" in answer ? 200 : route.status;
    log("INFO", `${request.method} ${request.path}: ${status}`, { caller });
    response.status(status).json(answer);
  } catch (caught) {
    const problem = toProblem(caught);
    log(problem.status < 500 ? "WARNING" : "ERROR", `${request.method} ${request.path}: ${problem.detail}`);
    response.status(problem.status).type(problemType).send(JSON.stringify(problem));
  }
}

http(functionId("request"), handleRequest);

async function postRequest({ caller, request, clients }: Call): Promise<object> {
  const body = parseRequestBody(bodyOf(request));
  const firing = firingOf(schedulerHeaders(request), caller, clients.installation.project);
  if (firing) return acceptScheduled(body, firing, clients);
  return accept({ body, requestedBy: caller, key: request.get("idempotency-key") ?? randomUUID() }, clients);
}

function schedulerHeaders(request: Request) {
  return {
    "x-cloudscheduler-jobname": request.get("x-cloudscheduler-jobname"),
    "x-cloudscheduler-scheduletime": request.get("x-cloudscheduler-scheduletime"),
  };
}

function postDecision(call: Call, state: "approved" | "rejected"): Promise<object> {
  const { parameter: id, caller: by, clients } = call;
  return decide({ id, by, state, body: bodyAs(decisionSchema, call) }, clients);
}

/** The path's parameter, where nothing else is taken: a body may be left out, and says nothing. */
function alone({ parameter, request }: Call): string {
  parseBody(emptySchema, request.body === undefined ? {} : bodyOf(request));
  return parameter;
}

function bodyAs<Body>(schema: z.ZodType<Body>, { request }: Call): Body {
  return parseBody(schema, bodyOf(request));
}

function findRoute({ method, path }: Request): { readonly route: Route; readonly parameter: string } {
  const matching = routes.filter((route) => route.path.test(path));
  const route = matching.find((candidate) => candidate.method === method);
  if (route) return { route, parameter: decode(path.match(route.path)?.[1] ?? "") };
  const message = matching.length > 0 ? `${path} does not take ${method}` : `there is nothing at ${path}`;
  throw new StepError({ code: "NOT_FOUND", reason: "NO_ROUTE", message });
}

function decode(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    throw badField("path", `has a malformed escape in ${parameter}`);
  }
}

const openClients = once((): Clients => {
  const auth = createAuth();
  return {
    installation: readInstallation(process.env),
    storage: connectStorage(auth)(unguarded),
    executions: connectWorkflowExecutions(auth)(unguarded),
    logging: connectLogging(auth)(unguarded),
    callbacks: connectCallbacks(auth)(unguarded),
    pubsub: connectPubsub(auth)(unguarded),
  };
});
