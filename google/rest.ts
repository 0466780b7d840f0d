import { type AuthClient, type GoogleAuth, PassThroughClient } from "google-auth-library";
import type { Guard } from "./auth.ts";
import { ApiError, type CallSite, errorOfResponse, isAbsent, toApiError } from "./error.ts";
import { parseJson, toObject } from "./json.ts";

/** One call of a REST API. */
interface RestRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute, without query. */
  readonly url: string;
  readonly site: CallSite;
  /** Parameters that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as it is, instead of `body`. */
  readonly content?: { readonly type: string; readonly data: string | Uint8Array };
  /** Whether the call changes nothing although its verb is not GET (`:getIamPolicy`), so that no lock is needed. */
  readonly readsOnly?: boolean;
  /** Whether to send it without credentials (signed upload URLs). */
  readonly anonymous?: boolean;
  /** 60 when omitted; then DEADLINE_EXCEEDED. */
  readonly timeoutSeconds?: number;
}

/** Makes REST calls as the process's account, each exactly once: retrying belongs to whoever waits. */
export interface Rest {
  /** The answer's JSON object. @throws ApiError for every status but 2xx */
  readonly fetchJson: <Body extends object>(request: RestRequest) => Promise<Body>;
  /** The same, undefined when the resource does not exist. */
  readonly findJson: <Body extends object>(request: RestRequest) => Promise<Body | undefined>;
  /** The answer's text with its headers, for contents that are not JSON. */
  readonly fetchText: (request: RestRequest) => Promise<RestText>;
  /** The answer's bytes, for contents that are no text. */
  readonly fetchBytes: (request: RestRequest) => Promise<Uint8Array>;
}

/** An answer as it came. */
export interface RestText {
  readonly text: string;
  readonly headers: Headers;
}

/** An answer, as text unless bytes were asked for. */
interface Answer extends RestText {
  readonly status: number;
  readonly bytes: Uint8Array;
}

/** Opens REST for one request of ours; calls that change something ask `guard` first. */
export function createRest(auth: GoogleAuth, guard: Guard): Rest {
  const fetchAs = async (request: RestRequest, responseType: "text" | "arraybuffer"): Promise<Answer> => {
    if (request.method !== "GET" && !request.readsOnly) await guard();
    const answer = await send(auth, request, responseType);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw errorOfResponse(answer, request.site);
  };
  const fetchText: Rest["fetchText"] = (request) => fetchAs(request, "text");
  const fetchBytes: Rest["fetchBytes"] = async (request) => (await fetchAs(request, "arraybuffer")).bytes;
  const fetchJson = async <Body extends object>(request: RestRequest): Promise<Body> => {
    const { text } = await fetchText(request);
    const body = toObject(parseJson(text === "" ? "{}" : text));
    if (body) return body as object as Body;
    throw new ApiError({ ...request.site, code: "INTERNAL", text: `answered no JSON object: ${text.slice(0, 200)}` });
  };
  const findJson = <Body extends object>(request: RestRequest) => orAbsent(fetchJson<Body>(request));
  return { fetchText, fetchBytes, fetchJson, findJson };
}

/** What a call gives; undefined when it ended with NOT_FOUND. */
export async function orAbsent<Value>(call: Promise<Value>): Promise<Value | undefined> {
  try {
    return await call;
  } catch (caught) {
    if (isAbsent(caught)) return undefined;
    throw caught;
  }
}

/** A signature covers every header of Google's that comes with it: nothing is added. */
function withoutOwnHeaders(): PassThroughClient {
  return new PassThroughClient({ useAuthRequestParameters: false });
}

async function send(auth: GoogleAuth, request: RestRequest, responseType: "text" | "arraybuffer"): Promise<Answer> {
  const content = contentOf(request);
  const client = request.anonymous ? withoutOwnHeaders() : await clientOf(auth, request.site);
  try {
    const options = {
      url: toUrl(request),
      method: request.method,
      headers: content ? { "content-type": content.type } : {},
      ...(content && { data: content.data }),
      timeout: (request.timeoutSeconds ?? 60) * 1000,
      responseType,
      validateStatus: () => true,
    };
    const { status, data, headers } = await client.request<string | ArrayBuffer>(options);
    if (typeof data === "string") return { status, text: data, bytes: new Uint8Array(), headers };
    const bytes = Buffer.from(data);
    return { status, text: status < 300 ? "" : bytes.toString("utf8"), bytes, headers };
  } catch (caught) {
    throw toApiError(caught, request.site);
  }
}

/** Whoever is not logged in is told so, and not that some call went wrong. */
async function clientOf(auth: GoogleAuth, site: CallSite): Promise<AuthClient> {
  try {
    return await auth.getClient();
  } catch (cause) {
    const text = `no Google credentials were found: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ApiError({ ...site, code: "UNAUTHENTICATED", text, cause });
  }
}

function contentOf(request: RestRequest): RestRequest["content"] {
  if (request.content) return request.content;
  return request.body && { type: "application/json", data: JSON.stringify(request.body) };
}

function toUrl(request: RestRequest): string {
  const url = new URL(request.url);
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) url.searchParams.append(key, String(item));
  }
  return url.href;
}
