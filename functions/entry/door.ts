import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { http, type Request, type Response } from "@google-cloud/functions-framework";
import { functionId } from "../../spec/names.ts";
import type { Problem } from "../api.ts";
import type { Log } from "../log.ts";
import { problemType, toProblem } from "../request/problem.ts";
import { logOf } from "./entry.ts";

/** Answers one call from outside; what it throws is answered as a problem document. */
export type DoorAnswer = (request: Request, response: Response, log: Log) => Promise<void>;

/**
 * Registers a function that others call, under `alloyrun-<name>`. Every refusal is a problem document, those too which the
 * framework gives before it calls the function, because it cannot read the body.
 *
 * @param what names a request in the log; its path unless given
 */
export function openDoor(name: string, answer: DoorAnswer, what = ({ path }: Request): string => path): void {
  subscribe("http.server.request.start", (message) => {
    replacePage((message as { readonly response: ServerResponse }).response);
  });
  http(functionId(name), async (request: Request, response: Response) => {
    const log = logOf(request, name);
    try {
      await answer(request, response, log);
    } catch (caught) {
      const problem = toProblem(caught);
      log(problem.status < 500 ? "WARNING" : "ERROR", `${request.method} ${what(request)}: ${problem.detail}`);
      sendProblem(response, problem);
    }
  });
}

/** Answers a problem document. */
export function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).type(problemType).send(JSON.stringify(problem));
}

/** Has the page that the framework answers by itself be a problem document, too. */
function replacePage(response: ServerResponse): void {
  const end = response.end;
  response.end = ((...given: Parameters<typeof end>) => {
    response.end = end;
    if (response.headersSent || !isPageOfFramework(response)) return end.apply(response, given);
    const { statusCode: status } = response;
    const detail = isReadable(response.req.url)
      ? "the request's body cannot be read as its content type says"
      : "the path has a malformed escape";
    const problem: Problem = { type: "about:blank", title: "UNREADABLE", status, detail };
    const body = JSON.stringify(problem);
    response.setHeader("content-type", problemType);
    response.setHeader("content-length", Buffer.byteLength(body));
    return end.call(response, body, "utf8");
  }) as typeof end;
}

function isReadable(url = ""): boolean {
  try {
    decodeURIComponent(url.replace(/\?.*/s, ""));
    return true;
  } catch {
    return false;
  }
}

/** What Express answers for an error that nobody handles; no answer of ours has this policy. */
function isPageOfFramework(response: ServerResponse): boolean {
  const isHtml = String(response.getHeader("content-type")).startsWith("text/html");
  return response.statusCode >= 400 && isHtml && response.getHeader("content-security-policy") === "default-src 'none'";
}
