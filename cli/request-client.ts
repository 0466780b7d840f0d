import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  ApprovalView,
  DecisionBody,
  EnvironmentView,
  FreezeBody,
  Problem,
  RequestAccepted,
  RequestBody,
  RunView,
} from "../functions/api.ts";
import { ApiError } from "../google/error.ts";
import { commandLine, type Place } from "../spec/command-line.ts";

/** A refusal of the request function of an installation. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly place: Place;

  constructor(problem: Problem, place: Place) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
    this.place = place;
  }
}

/**
 * What the command line asks of an installation: everything goes through its request function. Each throws ProblemError
 * when it is refused, and ApiError UNAVAILABLE when the function cannot be reached.
 */
export interface RequestClient {
  request(body: RequestBody): Promise<RequestAccepted>;
  getRun(run: string): Promise<RunView>;
  cancelRun(run: string): Promise<RunView>;
  resumeRun(run: string): Promise<RunView>;
  /** The names of all of which something stands, or that come into being. */
  listEnvironments(): Promise<{ readonly environments: readonly string[] }>;
  /** With the newest runs. */
  getEnvironment(environment: string): Promise<EnvironmentView>;
  freeze(environment: string, body: FreezeBody): Promise<EnvironmentView>;
  unfreeze(environment: string): Promise<EnvironmentView>;
  /** @param by for example `24h`; counted once, so it is never sent again by itself */
  extend(environment: string, by: string): Promise<EnvironmentView>;
  getApproval(id: string): Promise<ApprovalView>;
  decide(id: string, verb: "approve" | "reject", body: DecisionBody): Promise<ApprovalView>;
}

/** How the request function is reached. */
export interface Door {
  /** `https://alloyrun-request-{number}.{region}.run.app` */
  readonly url: string;
  /** Where the installation is, for the commands that lead on from a refusal. */
  readonly place: Place;
  /** Gives the ID token of whoever is logged in. */
  readonly token: () => Promise<string>;
  /** Region of the project's one installation, undefined where there is none; not to be had where it may not be seen. */
  readonly installedIn?: () => Promise<string | undefined>;
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** One call, taken apart. */
interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
}

/** Calls of one request before giving up, half a second to four seconds apart. */
const attempts = 5;

/** Statuses of a function that is starting, overloaded or waiting for Google itself. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Speaks to the request function. A call that met a broken connection or an overloaded function is made again, a request
 * under the same idempotency key, so that it starts one run however often it is sent.
 */
export function createRequestClient(door: Door): RequestClient {
  const read = <Body>(path: string) => send<Body>(door, { method: "GET", path });
  const post = <Body>(path: string, body: object = {}) => send<Body>(door, { method: "POST", path, body });
  return {
    request: (body) => post("/v1/requests", body),
    getRun: (run) => read(pathOf("runs", run)),
    cancelRun: (run) => post(pathOf("runs", run, "cancel")),
    resumeRun: (run) => post(pathOf("runs", run, "resume")),
    listEnvironments: () => read("/v1/environments"),
    getEnvironment: (environment) => read(pathOf("environments", environment)),
    freeze: (environment, body) => post(pathOf("environments", environment, "freeze"), body),
    unfreeze: (environment) => post(pathOf("environments", environment, "unfreeze")),
    extend: (environment, by) => post(pathOf("environments", environment, "extend"), { by }),
    getApproval: (id) => read(pathOf("approvals", id)),
    decide: (id, verb, body) => post(pathOf("approvals", id, verb), body),
  };
}

function pathOf(collection: string, id: string, verb?: string): string {
  return `/v1/${collection}/${encodeURIComponent(id)}${verb === undefined ? "" : `:${verb}`}`;
}

async function send<Body>(door: Door, call: Call): Promise<Body> {
  const { token, pause = sleep } = door;
  const headers: Record<string, string> = { authorization: `Bearer ${await token()}` };
  if (call.body) headers["idempotency-key"] = randomUUID();
  if (call.body) headers["content-type"] = "application/json";
  for (let attempt = 1; ; attempt += 1) {
    const answer = await exchange(door, { ...call, headers });
    if (isAnswer(answer) && answer.ok) return JSON.parse(answer.text);
    const mayPass = !isAnswer(answer) || passing.has(answer.status);
    if (!mayPass || attempt === attempts)
      throw isAnswer(answer) ? new ProblemError(await problemOf(answer, door), door.place) : answer;
    await pause(250 * 2 ** attempt);
  }
}

/** What came back over the network. */
interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

/** Calls once; an answer, or the error of a connection that broke. */
async function exchange(
  { url }: Door,
  { method, path, body, headers }: Call & { readonly headers: Readonly<Record<string, string>> },
): Promise<Answer | ApiError> {
  try {
    const response = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) });
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch (cause) {
    return new ApiError({
      method: `${method} ${path}`,
      resource: url,
      code: "UNAVAILABLE",
      text: reasonOf(cause),
      cause,
    });
  }
}

function isAnswer(answer: Answer | ApiError): answer is Answer {
  return !(answer instanceof ApiError);
}

/** `fetch` says no more than that it failed; why is in its cause. */
function reasonOf(caught: unknown): string {
  const { cause = caught } = caught instanceof Error ? caught : {};
  return cause instanceof Error && cause.message !== "" ? cause.message : String(caught);
}

/** Cloud Run's own refusals are pages, not problem documents. */
async function problemOf({ status, text }: Answer, door: Door): Promise<Problem> {
  const refusal = { type: "about:blank", title: "Refused before alloyrun was reached", status };
  return parseProblem(text) ?? { ...refusal, detail: await meaningOf(status, door) };
}

function parseProblem(text: string): Problem | undefined {
  try {
    const problem = JSON.parse(text);
    return typeof problem?.detail === "string" ? problem : undefined;
  } catch {
    return undefined;
  }
}

async function meaningOf(status: number, door: Door): Promise<string> {
  if (status === 401) return "the login was not accepted: log in again with `gcloud auth application-default login`";
  if (status === 403)
    return "this identity may not call alloyrun: grant it roles/run.invoker on the service alloyrun-request";
  if (status === 404) return notHere(door);
  return `the request function answered HTTP ${status}`;
}

/** A project has one installation: where there is one elsewhere, none can be made here. */
async function notHere({ place, installedIn = async () => undefined }: Door): Promise<string> {
  const install = `alloyrun is not installed in ${place.region}: run \`${commandLine(place, "deploy")}\` first`;
  try {
    const region = await installedIn();
    if (region === undefined || region === place.region) return install;
    return `alloyrun is installed in ${region}, not in ${place.region}, and a project has one installation: name it with --region ${region}, and give specs of this project that region`;
  } catch {
    // Whoever may only ask the installation may not see where it is.
    return `${install}; where the project has an installation in another region, name that with --region, for there is one in a project`;
  }
}
