import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../access/principal.ts";
import { anonymous, emailOf } from "../access/principal.ts";
import type { Tokens } from "../access/tokens.ts";
import type { Site } from "../api.ts";
import type { Clock } from "../clock.ts";
import { type ApiError, toApiError } from "../error.ts";
import { ConnectionLost } from "../fault/connection-lost.ts";
import { suffer, trafficFlow } from "../fault/effect.ts";
import type { FaultGate } from "../fault/gate.ts";
import type { Fault } from "../fault/plan.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import type { Journal } from "../journal.ts";
import { sendResponse, signalOf } from "./http.ts";

/** What requests to sites pass through. */
export interface SiteContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly gate: FaultGate;
  readonly tokens: Tokens;
}

/** A request to a site that came in over the network. */
export interface SiteVisit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Has a site answer a request from the network, unless a planned fault wants it otherwise. */
export function answerSite(context: SiteContext, site: Site, { request, response, url }: SiteVisit): void {
  const visit = startVisit(context, url, {
    method: request.method ?? "GET",
    authorization: request.headers.authorization,
  });
  response.once("close", () => visit.end(response.headersSent ? response.statusCode : 0));
  const handle = () => site.handle(request, response, url);
  const { fault } = visit;
  if (!fault) return void handle();
  const flow = trafficFlow(context.clock, signalOf(response));
  const isAfter = "after" in fault.effect && fault.effect.after === true;
  const taken = isAfter ? takeAnswer(response) : undefined;
  const work = async () => {
    handle();
    await taken?.begun;
  };
  suffer(fault.effect, flow, work).catch((caught: unknown) => {
    const error = toApiError(caught);
    if (error instanceof ConnectionLost || error.code === "CANCELLED") response.socket?.destroy();
    else if (taken) taken.send(toPage(error));
    else sendResponse(response, toPage(error));
  });
}

/** Has a site answer a request from inside this process. */
export async function fetchSite(
  context: SiteContext,
  site: Site,
  { request, signal }: { readonly request: HttpRequest; readonly signal: AbortSignal },
): Promise<HttpResponse> {
  const { method, url, headers } = request;
  const visit = startVisit(context, url, { method, authorization: headers.authorization });
  try {
    const flow = trafficFlow(context.clock, signal);
    const response = await suffer(visit.fault?.effect, flow, () => site.fetch(request));
    visit.end(response.status);
    return response;
  } catch (caught) {
    const error = toApiError(caught);
    visit.end(error instanceof ConnectionLost ? 0 : error.httpStatus);
    if (visit.fault === undefined || error instanceof ConnectionLost) throw caught;
    return toPage(error);
  }
}

/** Notes a request, and tells the fault that it meets. */
function startVisit(
  { clock, journal, gate, tokens }: SiteContext,
  url: URL,
  { method, authorization }: { readonly method: string; readonly authorization: string | undefined },
) {
  const started = performance.now();
  const time = clock.timestamp();
  const principal = callerOf(tokens, authorization);
  const resource = `${url.origin}${url.pathname}`;
  const host = url.hostname;
  const fault: Fault | undefined = gate.take({ on: "site", host, resource, principal });
  return {
    fault,
    end(status: number): void {
      journal.record({
        ...{ kind: "site", time, endTime: clock.timestamp(), host, method, resource, status },
        principal: emailOf(principal),
        code: status > 0 && status < 500 ? "OK" : "UNAVAILABLE",
        ...(fault ? { fault: fault.id } : {}),
        durationMs: performance.now() - started,
      });
    },
  };
}

/** Sites decide themselves whom they let in; here a bad token is a caller like any other. */
function callerOf(tokens: Tokens, authorization = ""): Principal {
  try {
    return tokens.verifyIdToken(authorization.replace(/^bearer\s+/i, "")).principal;
  } catch {
    return anonymous;
  }
}

/** A response that a site writes to in vain. */
interface TakenAnswer {
  /** Resolves when the site begins to answer. */
  readonly begun: Promise<void>;
  /** Answers in its place. */
  send(page: HttpResponse): void;
}

/** Takes a response's answer from the site that is about to write it; its end and its connection stay what they are. */
function takeAnswer(response: ServerResponse): TakenAnswer {
  const { writeHead, write, end } = response;
  const begun = new Promise<void>((resolve) => {
    const begin = () => {
      resolve();
      return response;
    };
    Object.assign(response, { writeHead: begin, flushHeaders: begin, write: () => true, end: begin });
  });
  return {
    begun,
    send(page) {
      Object.assign(response, { writeHead, write, end });
      sendResponse(response, page);
      // What the site still has to say comes too late.
      Object.assign(response, { write: () => true, end: () => response });
    },
  };
}

/** What the front end of Cloud Run says when it answers for a service. */
function toPage({ httpStatus, message }: ApiError): HttpResponse {
  const body = Buffer.from(`${message}\n`);
  return { status: httpStatus, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}
