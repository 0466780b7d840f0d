import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server, ServerResponse } from "node:http";
import type { Request, Response } from "@google-cloud/functions-framework";
import { functionId } from "../../spec/names.ts";
import type { Problem } from "../api.ts";
import { StepError, stackOf, toStepError } from "../error.ts";
import { createLog, type Log } from "../log.ts";
import { registerFunction } from "../register.ts";
import { problemType, toProblem } from "../request/problem.ts";
import { WrongMethodError } from "../request/wrong-method.ts";
import { subjectOf } from "./subject.ts";

/** Answers one call from outside; what it throws is answered as a problem document. */
export type DoorAnswer = (request: Request, response: Response, log: Log) => Promise<void>;

/**
 * Registers a function that others call, under `alloyrun-<name>`. Every refusal is a problem document, those too which the
 * framework gives before it calls the function, because it cannot read the body. Each line of the log says which run and
 * environment it is about, as far as the call names them.
 */
export function openDoor(name: string, answer: DoorAnswer): void {
  if (process.env.FUNCTION_TARGET === functionId(name)) subscribe(requestStart, onFirstRequest);
  registerFunction(name, async (request, response) => {
    const log = createLog({ entry: name, ...subjectOf(request) });
    try {
      if ((request.rawBody?.length ?? 0) > longestBody) throw tooLong();
      await answer(request, response, log);
    } catch (caught) {
      const problem = toProblem(caught);
      if (caught instanceof WrongMethodError) response.set("allow", caught.allowed.join(", "));
      const { status, title: reason, detail } = problem;
      const isOurs = status >= 500;
      const stack = isOurs ? stackOf(toStepError(caught)) : undefined;
      log(isOurs ? "ERROR" : "WARNING", `${request.method} ${request.path}: ${detail}`, { status, reason, stack });
      sendProblem(response, problem);
    }
  });
}

const requestStart = "http.server.request.start";

/** In the process that is there for the function, the framework makes its server and shows it to nobody before it is asked. */
function onFirstRequest(message: unknown): void {
  const { server } = message as { readonly server: Server };
  if (!server.listeners("request").some((listener) => Object.hasOwn(listener, "locals"))) return; // no Express application
  unsubscribe(requestStart, onFirstRequest);
  answerInProblems(server);
}

/** Has whatever a server of the framework answers by itself be a problem document, from the request on that comes next. */
export function answerInProblems(server: Server): void {
  server.prependListener("request", (_request, response) => replacePage(response));
}

/** Bytes: what Cloud Run lets through, and no answer depends on where a function runs. */
const longestBody = 32 * 1024 * 1024;

function tooLong(): StepError {
  const message = `the request's body is longer than ${longestBody} bytes (${longestBody / 1024 / 1024} MiB)`;
  return new StepError({ code: "INVALID_ARGUMENT", reason: "TOO_LARGE", message });
}

/** Answers a problem document. */
export function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).type(problemType).send(JSON.stringify(problem));
}

/** Has what the framework answers by itself, before it calls the function, be a problem document, too. */
function replacePage(response: ServerResponse): void {
  const end = response.end;
  response.end = ((...given: Parameters<typeof end>) => {
    response.end = end;
    if (response.headersSent || !isOfFramework(response)) return end.apply(response, given);
    const problem = problemOf(response);
    response.statusCode = problem.status;
    const body = JSON.stringify(problem);
    response.setHeader("content-type", problemType);
    response.setHeader("content-length", Buffer.byteLength(body));
    return end.call(response, body, "utf8");
  }) as typeof end;
}

/**
 * What Express answers for an error that nobody handles, whose policy no answer of ours has; or nothing at all, which the
 * framework answers to whoever asks for an icon or for rules of robots.
 */
function isOfFramework(response: ServerResponse): boolean {
  if (response.statusCode < 400) return false;
  const type = response.getHeader("content-type");
  if (type === undefined) return true;
  return String(type).startsWith("text/html") && response.getHeader("content-security-policy") === "default-src 'none'";
}

/** The framework has tried to read the address and the body, and nothing else. */
function problemOf({ req, statusCode: status }: ServerResponse): Problem {
  const type = "about:blank";
  const [path = ""] = (req.url ?? "").split("?");
  if (!isDecodable(path)) {
    return { type, title: "BAD_REQUEST", status, detail: `path has a malformed escape in ${path.slice(0, 200)}` };
  }
  if (status === 404) return { type, title: "NO_ROUTE", status, detail: "there is nothing here" };
  if (status === 413 || Number(req.headers["content-length"]) > longestBody) return toProblem(tooLong());
  const detail = "the request's body cannot be read as its content type says";
  return { type, title: "UNREADABLE", status, detail };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
