import type { Request, Response } from "@google-cloud/functions-framework";
import type * as z from "zod";
import { createAuth, unguarded } from "../../google/auth.ts";
import { connectLogging } from "../../google/clients/logging.ts";
import { connectPubsub } from "../../google/clients/pubsub.ts";
import { connectResourceManager } from "../../google/clients/resource-manager.ts";
import { connectStorage } from "../../google/clients/storage.ts";
import { type CallbackClient, connectCallbacks } from "../../google/clients/workflow-callbacks.ts";
import { connectWorkflowExecutions } from "../../google/clients/workflow-executions.ts";
import { StepError } from "../error.ts";
import type { Log } from "../log.ts";
import { once } from "../once.ts";
import { badField } from "../parse.ts";
import { accept } from "../request/accept.ts";
import { type ChangeClients, extend, freeze, unfreeze } from "../request/change-environment.ts";
import { cancelRun, resumeRun } from "../request/change-run.ts";
import { decide, viewApproval } from "../request/decide.ts";
import { demandDoor, isDoor } from "../request/doors.ts";
import { listEnvironments, viewEnvironment } from "../request/environments.ts";
import { lookForExpiries } from "../request/expiries.ts";
import { keyFrom } from "../request/key.ts";
import { parseBody, parseRequestBody, refuseQuery, withQuery } from "../request/parse.ts";
import type { PublisherClients } from "../request/publishers.ts";
import { viewRun } from "../request/run-view.ts";
import { acceptScheduled, firingOf } from "../request/scheduled.ts";
import {
  decisionSchema,
  emptySchema,
  extendSchema,
  freezeSchema,
  messageSchema,
  requestSchema,
} from "../request/schema.ts";
import { takeMessage } from "../request/take-message.ts";
import { beginUnstarted } from "../request/unstarted.ts";
import { WrongMethodError } from "../request/wrong-method.ts";
import { demandBody, demandJson } from "./body.ts";
import { emailOfCaller } from "./caller.ts";
import { openDoor } from "./door.ts";
import { bodyOf } from "./entry.ts";
import { readInstallation } from "./installation.ts";

/** One call of the request function, taken apart. */
export interface Call {
  readonly caller: string;
  readonly request: Request;
  /** What the path's placeholders stand for. */
  readonly parameter: string;
  readonly clients: Clients;
}

/** What the function works with. */
type Clients = ChangeClients & PublisherClients & { readonly callbacks: CallbackClient };

/** What an answer is called in the description of the function. */
export type AnswerName =
  | "Accepted"
  | "Run"
  | "Environment"
  | "Environments"
  | "Approval"
  | "Expiries"
  | "Refused"
  | "Skipped";

/** One thing that may be asked, with what the description of the function says of it. */
export interface Route {
  readonly method: "GET" | "POST";
  /** With at most one placeholder. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** By which the body is checked; absent when there is none. */
  readonly body?: z.ZodType;
  readonly status: 200 | 202;
  readonly answers: AnswerName;
  /** What else it may be answered with status 200, as good as done, and when. */
  readonly orAnswers?: { readonly name: AnswerName; readonly when: string };
  /** Whether an `Idempotency-Key` counts. */
  readonly isKeyed?: boolean;
  /** Whether anything may be said behind the `?` of its address. */
  readonly takesQuery?: boolean;
  /** Statuses of its problem documents. */
  readonly refuses: readonly number[];
  readonly answer: (call: Call) => Promise<object>;
}

const reading = [401, 403, 404, 500, 503];
const changing = [400, ...reading];

/** All that may be asked of the function. */
export const routes: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/requests",
    id: "request",
    status: 202,
    answers: "Accepted",
    orAnswers: { name: "Skipped", when: "Of a schedule: left out this time, and told." },
    summary: "Asks for something of an environment: one run is started for it.",
    body: requestSchema,
    isKeyed: true,
    takesQuery: true,
    refuses: [400, 401, 403, 404, 409, 410, 500, 503],
    answer: postRequest,
  },
  {
    method: "POST",
    path: "/v1/messages",
    id: "pushMessage",
    status: 202,
    answers: "Accepted",
    orAnswers: { name: "Refused", when: "Refused for good, and told." },
    summary:
      "Takes a message of the topic alloyrun-requests, as Pub/Sub pushes it; its data is the body of a request. What can never be done is told by an event and answered 200, so that it is not pushed again.",
    body: messageSchema,
    refuses: [400, 401, 403, 404, 409, 410, 500, 503],
    answer: postMessage,
  },
  {
    method: "POST",
    path: "/v1/expiries",
    id: "lookForExpiries",
    status: 200,
    answers: "Expiries",
    summary:
      "For the sweep alone: gives the warnings that are due, begins what was noted and never started, and tells which environments have expired.",
    refuses: [401, 403, 500, 503],
    async answer({ caller, clients }) {
      const expiries = await lookForExpiries(caller, clients);
      await beginUnstarted(clients);
      return expiries;
    },
  },
  {
    method: "GET",
    path: "/v1/requests/{request}",
    id: "getRequest",
    status: 200,
    answers: "Run",
    summary: "How the run of a request stands.",
    refuses: reading,
    answer: ({ parameter, clients }) => viewRun(parameter, clients),
  },
  {
    method: "GET",
    path: "/v1/runs/{run}",
    id: "getRun",
    status: 200,
    answers: "Run",
    summary: "How a run stands.",
    refuses: reading,
    answer: ({ parameter, clients }) => viewRun(parameter, clients),
  },
  {
    method: "POST",
    path: "/v1/runs/{run}:cancel",
    id: "cancelRun",
    status: 200,
    answers: "Run",
    summary: "Ends a run at once; what it had made is kept. One that has ended stays as it ended.",
    refuses: changing,
    answer: (call) => cancelRun(alone(call), call.caller, call.clients),
  },
  {
    method: "POST",
    path: "/v1/runs/{run}:resume",
    id: "resumeRun",
    status: 202,
    answers: "Run",
    summary: "Goes on with a run that failed or was cancelled; what is done is not done twice.",
    refuses: changing,
    answer: (call) => resumeRun(alone(call), call.caller, call.clients),
  },
  {
    method: "GET",
    path: "/v1/environments",
    id: "listEnvironments",
    status: 200,
    answers: "Environments",
    summary: "The names of all environments of which something stands.",
    refuses: reading.filter((status) => status !== 404),
    answer: async ({ clients }) => ({ environments: await listEnvironments(clients) }),
  },
  {
    method: "GET",
    path: "/v1/environments/{environment}",
    id: "getEnvironment",
    status: 200,
    answers: "Environment",
    summary: "How an environment stands, with its newest runs.",
    refuses: reading,
    answer: ({ parameter, clients }) => viewEnvironment(parameter, clients),
  },
  {
    method: "POST",
    path: "/v1/environments/{environment}:freeze",
    id: "freezeEnvironment",
    status: 200,
    answers: "Environment",
    summary: "Keeps everybody from changing an environment for a while: people, schedules and expiry.",
    body: freezeSchema,
    isKeyed: true,
    refuses: [...changing, 409, 410],
    answer: (call) => freeze(call.parameter, { body: bodyAs(freezeSchema, call), ...changerOf(call) }, call.clients),
  },
  {
    method: "POST",
    path: "/v1/environments/{environment}:unfreeze",
    id: "unfreezeEnvironment",
    status: 200,
    answers: "Environment",
    summary: "Ends a freeze.",
    isKeyed: true,
    refuses: [...changing, 409],
    answer: (call) => unfreeze(alone(call), changerOf(call), call.clients),
  },
  {
    method: "POST",
    path: "/v1/environments/{environment}:extend",
    id: "extendEnvironment",
    status: 200,
    answers: "Environment",
    summary: "Lets an environment live longer. Sent twice, it counts twice, unless under one key.",
    body: extendSchema,
    isKeyed: true,
    refuses: [...changing, 409, 410],
    answer: (call) => {
      const { by: longer } = bodyAs(extendSchema, call);
      return extend(call.parameter, { longer, ...changerOf(call) }, call.clients);
    },
  },
  {
    method: "GET",
    path: "/v1/approvals/{approval}",
    id: "getApproval",
    status: 200,
    answers: "Approval",
    summary: "What the approvers are asked.",
    refuses: reading,
    answer: ({ parameter, clients }) => viewApproval(parameter, clients),
  },
  {
    method: "POST",
    path: "/v1/approvals/{approval}:approve",
    id: "approve",
    status: 200,
    answers: "Approval",
    summary: "Lets a run do what it has planned. Whoever asked for it may not.",
    body: decisionSchema,
    refuses: [...changing, 409],
    answer: (call) => postDecision(call, "approved"),
  },
  {
    method: "POST",
    path: "/v1/approvals/{approval}:reject",
    id: "reject",
    status: 200,
    answers: "Approval",
    summary: "Ends a run before it does what it has planned. Whoever asked for it may not.",
    body: decisionSchema,
    refuses: [...changing, 409],
    answer: (call) => postDecision(call, "rejected"),
  },
];

/**
 * The installation's door, and the only thing that starts executions, so that "who asked" is an identity that Google has
 * verified. Answers JSON; refusals are problem documents.
 */
async function handleRequest(request: Request, response: Response, log: Log): Promise<void> {
  const caller = emailOfCaller({
    "x-serverless-authorization": request.get("x-serverless-authorization"),
    authorization: request.get("authorization"),
  });
  const { route, parameter } = findRoute(request);
  if (route.takesQuery !== true) refuseQuery(request.query);
  if (route.method === "POST") demandJson(request);
  const answer = await route.answer({ caller, request, parameter, clients: openClients() });
  const isDone = !("skipped" in answer || "refused" in answer);
  const status = isDone ? route.status : 200;
  const refused = "refused" in answer ? answer : undefined;
  const fields = { caller, ...aboutOf(answer), ...refused };
  log(refused ? "WARNING" : "INFO", `${request.method} ${request.path}: ${status}`, fields);
  response.status(status).json(answer);
}

openDoor("request", handleRequest);

/** The run and environment that an answer tells of, for the log. */
function aboutOf(answer: { readonly run?: unknown; readonly environment?: unknown }) {
  return { run: answer.run, environment: answer.environment || undefined };
}

async function postRequest({ caller, request, clients }: Call): Promise<object> {
  const body = parseRequestBody(withQuery(demandBody(request), request.query));
  const { onBehalfOf } = body;
  if (onBehalfOf !== undefined) demandDoor("hook", caller, { field: "onBehalfOf", ...clients.installation });
  const firing = firingOf(schedulerHeaders(request), caller, clients.installation.project);
  if (firing) return acceptScheduled(body, firing, clients);
  return accept({ body, requestedBy: caller, onBehalfOf, key: keyOf(request) }, clients);
}

function schedulerHeaders(request: Request) {
  return {
    "x-cloudscheduler-jobname": request.get("x-cloudscheduler-jobname"),
    "x-cloudscheduler-scheduletime": request.get("x-cloudscheduler-scheduletime"),
  };
}

/** A message of the topic `alloyrun-requests`, which Pub/Sub pushes in the name of the account for that. */
async function postMessage({ caller, request, clients }: Call): Promise<object> {
  demandDoor("push", caller, { field: "message", ...clients.installation });
  return takeMessage(demandBody(request), clients, (asked) => accept({ ...asked, requestedBy: caller }, clients));
}

function keyOf(request: Request): string {
  return keyFrom("Idempotency-Key", request.get("idempotency-key"));
}

function changerOf({ caller, request }: Call): { readonly by: string; readonly key: string } {
  return { by: caller, key: keyOf(request) };
}

/** Whoever decides is the caller, but for the public door, which says whose link was used. */
function postDecision(call: Call, state: "approved" | "rejected"): Promise<object> {
  const { parameter: id, caller, clients } = call;
  const { by, ...body } = bodyAs(decisionSchema, call);
  if (by !== undefined) demandDoor("hook", caller, { field: "by", ...clients.installation });
  else if (isDoor("hook", caller, clients.installation)) throw badField("by", "must say whose link was used");
  const via = by === undefined ? "api" : "link";
  return decide({ id, by: by ?? caller, via, state, body }, clients);
}

/** The path's parameter, where nothing else is taken: a body may be left out, and says nothing. */
function alone({ parameter, request }: Call): string {
  parseBody(emptySchema, request.body === undefined ? {} : bodyOf(request));
  return parameter;
}

function bodyAs<Body>(schema: z.ZodType<Body>, { request }: Call): Body {
  return parseBody(schema, demandBody(request));
}

const patterns = routes.map((route) => ({ route, pattern: toPattern(route.path) }));

/** A placeholder stands for all up to the next slash or colon. */
function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/, "([^/:]+)")}$`);
}

function findRoute({ method, path }: Request): { readonly route: Route; readonly parameter: string } {
  const matching = patterns.filter(({ pattern }) => pattern.test(path));
  const found = matching.find(({ route }) => route.method === method);
  if (found) return { route: found.route, parameter: nameIn(path.match(found.pattern)?.[1] ?? "") };
  const allowed = matching.map(({ route }) => route.method);
  if (allowed.length > 0) throw new WrongMethodError({ path, method, allowed });
  throw new StepError({ code: "NOT_FOUND", reason: "NO_ROUTE", message: `there is nothing at ${path}` });
}

/** The name that a path has for its placeholder; what no name of ours can be is not looked up anywhere. */
function nameIn(escaped: string): string {
  // The framework has refused what has malformed escapes.
  const name = decodeURIComponent(escaped);
  if (/^[a-z0-9][a-z0-9.-]{0,127}$/.test(name) || name === "") return name;
  const message = `${escaped.slice(0, 200)} cannot be the name of anything here`;
  throw new StepError({ code: "NOT_FOUND", reason: "NO_SUCH_NAME", message });
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
    resourceManager: connectResourceManager(auth)(unguarded),
  };
});
