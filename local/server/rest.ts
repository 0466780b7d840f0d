import type { Identity, Tokens } from "../access/tokens.ts";
import type { Api, Call } from "../api.ts";
import { actFor } from "../caller.ts";
import { ApiError, toApiError } from "../error.ts";
import { ConnectionLost } from "../fault/connection-lost.ts";
import { flowOf } from "../fault/effect.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import type { Json } from "../json.ts";
import { bindRequest, type HttpInput } from "../model/bind.ts";
import { formatMessage } from "../model/format.ts";
import { invalidArgument } from "../model/violation.ts";
import { answerBatch, isBatch } from "./batch.ts";
import { startCall } from "./call-record.ts";
import type { DispatchContext, Dispatcher } from "./dispatch.ts";
import { errorResponse } from "./envelope.ts";
import { checkQuotaProject, quotaProjectIn } from "./project.ts";
import { formAnswer, formRaw, readForm } from "./system-parameters.ts";

/** Bytes that the body of a method may have, bytes as base64 included; content goes another way. */
const longestBody = 32 * 1024 * 1024;

/** What REST requests are answered with. */
export interface RestContext extends DispatchContext {
  readonly tokens: Tokens;
  readonly dispatcher: Dispatcher;
}

/** A request to an API, from outside or from inside this process. */
export interface RestRequest {
  /** Host of the API, whatever name the request came under. */
  readonly host: string;
  readonly request: HttpRequest;
  readonly signal: AbortSignal;
  /** Who calls, when that is not in the request's headers. */
  readonly identity?: Identity;
}

/**
 * Answers a REST request; refusals are answers too.
 *
 * @throws ConnectionLost when a planned fault wants no answer
 */
export async function answerRest(context: RestContext, rest: RestRequest): Promise<HttpResponse> {
  const api = context.api(rest.host);
  try {
    if (isBatch(rest.request)) {
      return await answerBatch(rest.request, (request) => answerRest(context, { ...rest, request }));
    }
    const response = api?.raw ? await answerRaw(context, api, rest) : undefined;
    return response ?? (await answerMethod(context, rest));
  } catch (caught) {
    if (caught instanceof ConnectionLost) throw caught;
    return errorResponse(toApiError(caught), api?.errorStyle);
  }
}

async function answerMethod(context: RestContext, rest: RestRequest): Promise<HttpResponse> {
  const { host, request, signal } = rest;
  const { pathname } = context.api(host)?.canonicalUrl?.(request.url) ?? request.url;
  const match = context.router.match(host, request.method, pathname);
  if (!match) return notFound(request);
  const form = readForm(request.url);
  const { query, body } = readContent(request);
  const response = await context.dispatcher.invoke({
    host,
    method: match.route.method,
    headers: request.headers,
    signal,
    identify: () => identify(context, rest),
    read: (reading) => bindRequest(reading, match, { query, body }),
  });
  const type = context.model.methods[match.route.method]?.response ?? "";
  const answersNothing = type === "google.protobuf.Empty";
  // Cloud Storage, older than the others, says nothing where they say `{}`.
  if (answersNothing && context.api(host)?.errorStyle === "storage") {
    return { status: 204, headers: {}, body: Buffer.alloc(0) };
  }
  const answer = form.enumsAsNumbers
    ? formatMessage({ model: context.model, enumsAsNumbers: true }, type, response)
    : response;
  return formAnswer(context.model, { answer, type, form });
}

function identify({ tokens, api }: RestContext, { host, identity, request }: RestRequest): Identity {
  if (identity === undefined && api(host)?.takesIdTokens?.(request.url)) {
    const meant = identityFor(tokens, request);
    if (meant) return meant;
  }
  const key = request.url.searchParams.get("access_token");
  return identity ?? tokens.identify(request.headers.authorization ?? (key ? `Bearer ${key}` : undefined));
}

/** Whom an ID token for the address asked, with or without its query, names. */
function identityFor(tokens: Tokens, { url, headers }: HttpRequest): Identity | undefined {
  const token = /^bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (!token?.includes(".")) return undefined;
  try {
    const { audience, ...found } = tokens.verifyIdToken(token);
    return audience === url.href || audience === `${url.origin}${url.pathname}` ? found : undefined;
  } catch {
    // Perhaps it is an access token; if not, it is refused as one.
    return undefined;
  }
}

/** Media up- and downloads and the like, which no method of the model describes. */
async function answerRaw(context: RestContext, api: Api, rest: RestRequest): Promise<HttpResponse | undefined> {
  const { request, signal } = rest;
  const identity = identify(context, rest);
  const { pathname: resource } = request.url;
  const method = `${request.method} ${resource}`;
  const record = startCall(context, { host: api.host, method });
  record.setCaller(identity);
  record.setResource(resource);
  try {
    const response = await actFor(identity, () =>
      context.clock.working((hold) => {
        const call: Call = { ...identity, method: "raw", headers: request.headers, signal, hold };
        const work = () => api.raw?.(request, call);
        if (!isRaw(context, rest)) return work();
        const { principal } = identity;
        checkQuotaProject({ ...context, api, principal, headers: request.headers });
        const event = { on: "call", host: api.host, method, resource, principal } as const;
        const gated = { ...event, projectId: quotaProjectIn(request.headers) ?? projectOfPath(api, resource) };
        return context.gate.call(gated, { ...flowOf(hold, signal), onFault: record.setFault }, work);
      }),
    );
    if (response) record.end();
    return response && request.url.searchParams.has("fields")
      ? formRaw(context.model, response, readForm(request.url))
      : response;
  } catch (caught) {
    record.end(toApiError(caught));
    throw caught;
  }
}

/** The project that a request without a method is about, when its path tells. */
function projectOfPath(api: Api, path: string): string | undefined {
  return api.projectOfPath?.(path) ?? /\/projects\/([^/]+)/.exec(path)?.[1];
}

/** Whether a request is content rather than a method's; a fault must be met once, by one or the other. */
function isRaw({ router }: RestContext, { host, request: { method, url } }: RestRequest): boolean {
  return url.searchParams.get("alt") === "media" || router.match(host, method, url.pathname) === undefined;
}

/** Query and body; a form, which is what curl sends unless told, counts as more of the query. */
function readContent({ url, headers, body }: HttpRequest): HttpInput {
  if (body.length > longestBody) throw tooLong();
  const text = body.toString("utf8");
  if (text.trim() === "") return { query: url.searchParams, body: undefined };
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "")) {
    return { query: url.searchParams, body: parseBody(text) };
  }
  return { query: new URLSearchParams([...url.searchParams, ...new URLSearchParams(text)]), body: undefined };
}

function tooLong(): ApiError {
  const message = `Request payload size exceeds the limit: ${longestBody} bytes.`;
  return new ApiError({ code: "INVALID_ARGUMENT", reason: "badRequest", message });
}

/** @throws ApiError INVALID_ARGUMENT for what is no JSON */
function parseBody(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const description = "Invalid JSON payload received. Unexpected token.";
    throw invalidArgument([{ field: "", description }]);
  }
}

function notFound({ url }: HttpRequest): HttpResponse {
  const path = url.pathname.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const body = `<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> That’s an error.\n<p>The requested URL <code>${path}</code> was not found on this server.\n`;
  return { status: 404, headers: { "content-type": "text/html; charset=UTF-8" }, body: Buffer.from(body) };
}
