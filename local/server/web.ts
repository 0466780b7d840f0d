import type { IncomingMessage, ServerResponse } from "node:http";
import type { Site } from "../api.ts";
import { ApiError, toApiError } from "../error.ts";
import { ConnectionLost } from "../fault/connection-lost.ts";
import { noLine } from "../fault/effect.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http.ts";
import type { OAuthContext } from "../oauth/context.ts";
import { answerIdentity, identityHosts } from "../oauth/pages.ts";
import { withPatience } from "../patience.ts";
import { kept } from "../state/change-log.ts";
import { errorResponse } from "./envelope.ts";
import type { HostTable } from "./hosts.ts";
import { plainHeaders, readBody, sendResponse, signalOf } from "./http.ts";
import { answerMetadata, type MetadataContext, type MetadataSubject } from "./metadata.ts";
import { answerRest, type RestContext } from "./rest.ts";
import { answerSite, fetchSite } from "./site.ts";
import { isLoopback, targetOf } from "./target.ts";

/** What every kind of request is answered with. */
export interface WebContext {
  readonly rest: RestContext;
  readonly hosts: HostTable;
  readonly sites: () => readonly Site[];
  /** What the identity pages are answered from. */
  readonly oauth: OAuthContext;
  readonly metadata: MetadataContext;
  /** Whom the port's own metadata pages speak for. */
  readonly subject: MetadataSubject;
  readonly admin: (request: HttpRequest) => Promise<HttpResponse>;
  /** Whether requests to hosts outside are refused. */
  readonly offline: boolean;
}

const metadataHosts = new Set(["metadata.google.internal", "metadata", "169.254.169.254"]);

/** The HTTP side of the local cloud. */
export interface Web {
  /** Whether a host name is answered here. */
  knows(host: string): boolean;
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Answers requests to one API whatever host they name. */
  handleFor(host: string): (request: IncomingMessage, response: ServerResponse) => void;
  fetch(request: HttpRequest): Promise<HttpResponse>;
}

/** Brings requests to APIs, sites, metadata and admin pages. */
export function createWeb(context: WebContext): Web {
  const siteOf = (host: string) => context.sites().find((site) => site.matches(host));

  function knows(host: string): boolean {
    const known = identityHosts.has(host) || metadataHosts.has(host) || context.hosts.apiHost(host) !== undefined;
    return known || siteOf(host) !== undefined;
  }

  async function toRequest(request: IncomingMessage, url: URL): Promise<HttpRequest> {
    return { method: request.method ?? "GET", url, headers: plainHeaders(request), body: await readBody(request) };
  }

  /** An answer of an API or of Google's identity hosts; `undefined` for any other host. */
  function answer(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> | HttpResponse | undefined {
    const { hostname: name, pathname } = request.url;
    const host = context.hosts.apiHost(name, pathname);
    if (host !== undefined) return answerRest(context.rest, { host, request, signal });
    return identityHosts.has(name) ? answerIdentity(context.oauth, request) : undefined;
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url, isOwn } = targetOf(request, knows);
    const isMetadata = metadataHosts.has(url.hostname) || (isOwn && isMetadataPage(request, url));
    if (isMetadata) return answerMetadata(context.metadata, context.subject, { request, response });
    const site = isOwn ? undefined : siteOf(url.hostname);
    if (site) return answerSite(context.rest, site, { request, response, url });
    const signal = signalOf(response);
    const whole = await toRequest(request, url);
    const answered = isOwn ? await answerOwn(context, whole) : await answer(whole, signal);
    await kept();
    sendResponse(response, answered ?? (await fetchOutside(context, whole)));
  }

  return {
    knows,
    handle(request, response) {
      response.setHeader("date", new Date(context.rest.clock.now()).toUTCString());
      respond(request, response).catch((caught: unknown) => fail(response, caught));
    },
    handleFor: (host) => (request, response) => {
      response.setHeader("date", new Date(context.rest.clock.now()).toUTCString());
      const url = new URL(request.url ?? "/", `https://${host}`);
      toRequest(request, url)
        .then((whole) => answerRest(context.rest, { host, request: whole, signal: signalOf(response) }))
        .then((answered) => kept().then(() => sendResponse(response, continuedAt(request, url, answered))))
        .catch((caught: unknown) => fail(response, caught));
    },
    async fetch(request) {
      const site = siteOf(request.url.hostname);
      const inside = (signal: AbortSignal) =>
        site ? fetchSite(context.rest, site, { request, signal }) : answer(request, signal);
      const { timeoutMs } = request;
      const patient = timeoutMs !== undefined && knows(request.url.hostname);
      const answered = await (patient ? withPatience(context.rest.clock, timeoutMs, inside) : inside(noLine));
      return answered ?? fetchOutside(context, request);
    },
  };
}

/** An upload in parts goes on at the port where it began: whoever came there need not find the API's own name. */
function continuedAt({ headers: { host } }: IncomingMessage, { origin }: URL, answered: HttpResponse): HttpResponse {
  const { location } = answered.headers;
  if (host === undefined || !location?.startsWith(`${origin}/`)) return answered;
  const headers = { ...answered.headers, location: `http://${host}${location.slice(origin.length)}` };
  return { ...answered, headers };
}

function isMetadataPage(request: IncomingMessage, url: URL): boolean {
  return url.pathname.startsWith("/computeMetadata/") || (url.pathname === "/" && "metadata-flavor" in request.headers);
}

async function answerOwn(context: WebContext, request: HttpRequest): Promise<HttpResponse> {
  if (request.url.pathname.startsWith("/_local/")) return context.admin(request);
  if (request.url.pathname === "/")
    return jsonResponse(200, { service: "Local Google Cloud", pages: "/_local/health" });
  const message = `${request.url.pathname} names no API host: http://${request.url.host}/{api host}/{path}`;
  return jsonResponse(404, { error: { code: 404, message, status: "NOT_FOUND" } });
}

/** A request to the world, or to a server on this machine. */
async function fetchOutside(
  { offline }: WebContext,
  { method, url, headers, body }: HttpRequest,
): Promise<HttpResponse> {
  if (offline && !isLoopback(url.hostname)) {
    const message = `${url.hostname} is not part of the local Google Cloud, and it was started offline.`;
    return errorResponse(new ApiError({ code: "UNAVAILABLE", message, httpStatus: 502 }));
  }
  const { host: _host, connection: _connection, "proxy-connection": _proxy, ...sent } = headers;
  const hasBody = method !== "GET" && method !== "HEAD";
  const response = await fetch(url, {
    method,
    headers: sent,
    body: hasBody ? new Uint8Array(body) : undefined,
    redirect: "manual",
  });
  const { "content-encoding": _encoding, "content-length": _length, ...kept } = Object.fromEntries(response.headers);
  return { status: response.status, headers: kept, body: Buffer.from(await response.arrayBuffer()) };
}

function fail(response: ServerResponse, caught: unknown): void {
  if (caught instanceof ConnectionLost) return void response.socket?.destroy();
  if (response.headersSent || response.destroyed) return void response.destroy();
  sendResponse(response, errorResponse(toApiError(caught)));
}
