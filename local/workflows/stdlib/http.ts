import type { HttpResponse } from "../../http.ts";
import type { HttpAuth } from "../execute/host.ts";
import { fault } from "../fault.ts";
import type { Task } from "../task.ts";
import { isList, type Value, type ValueMap } from "../value/value.ts";
import { blockingRow, type LibraryContext } from "./function.ts";
import { parseBody, toHeaders } from "./http-body.ts";
import { encodeBody, requestHeaders, requestUrl } from "./http-request.ts";

/** Two of them change nothing (choice `private-network`). */
const common =
  "url: string, timeout?: number, headers?: map, query?: map, auth?: map, private_service_name?: string, ca_certificate?: string";
const withBody = `${common}, body?: value` as const;

/** `http.*` @see https://cloud.google.com/workflows/docs/http-requests */
// biome-ignore format: a table
export const http = [
  blockingRow("http.get",     common,                              "map", (args, context) => send("GET", args, context)),
  blockingRow("http.post",    withBody,                            "map", (args, context) => send("POST", args, context)),
  blockingRow("http.put",     withBody,                            "map", (args, context) => send("PUT", args, context)),
  blockingRow("http.patch",   withBody,                            "map", (args, context) => send("PATCH", args, context)),
  blockingRow("http.delete",  withBody,                            "map", (args, context) => send("DELETE", args, context)),
  blockingRow("http.request", `method: string, ${withBody}` as const, "map", (args, context) => send(args.method.toUpperCase(), args, context)),
];

/** Longest time for one request, and its default. */
const maxTimeoutSeconds = 1800;

/** Largest response body. */
const maxResponseBytes = 2 * 1024 * 1024;

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

interface RequestArguments {
  readonly url: string;
  readonly timeout?: bigint | number;
  readonly headers?: ValueMap;
  readonly query?: ValueMap;
  readonly auth?: ValueMap;
  readonly body?: Value;
}

function* send(method: string, args: RequestArguments, { effects }: LibraryContext): Task<Value> {
  const timeout = toTimeout(args.timeout);
  const url = requestUrl(args.url, args.query);
  const auth = args.auth && toAuth(args.auth, args.url);
  const headers = requestHeaders(args.headers ?? new Map(), args.body);
  const body = args.body === undefined ? Buffer.alloc(0) : encodeBody(args.body, headers["content-type"] ?? "");
  const request = { method, url, headers, body };
  const response = yield* effects.fetch({ request, auth, timeoutMs: timeout * 1000 });
  return toResult(response);
}

function toTimeout(timeout: bigint | number = maxTimeoutSeconds): number {
  const seconds = Number(timeout);
  if (seconds > 0 && seconds <= maxTimeoutSeconds) return seconds;
  throw fault("ValueError", `timeout must be above 0 and at most ${maxTimeoutSeconds} seconds, not ${seconds}`);
}

function toAuth(auth: ValueMap, url: string): HttpAuth {
  const type = auth.get("type");
  if (type === "OIDC") {
    const audience = auth.get("audience") ?? url;
    if (typeof audience !== "string") throw fault("TypeError", "auth.audience must be a string");
    return { type, audience };
  }
  if (type === "OAuth2") return { type, scopes: toScopes(auth.get("scopes") ?? auth.get("scope") ?? cloudPlatform) };
  throw fault("ValueError", "auth.type must be OIDC or OAuth2");
}

function toScopes(scopes: Value): readonly string[] {
  return (isList(scopes) ? scopes : [scopes]).map((scope) => {
    if (typeof scope !== "string") throw fault("TypeError", "auth.scopes must be a string or a list of strings");
    return scope;
  });
}

/** See choice `http-success`. */
function toResult(response: HttpResponse): Value {
  if (response.body.length > maxResponseBytes) {
    throw fault("ResourceLimitError", `HTTP response is larger than ${maxResponseBytes} bytes`);
  }
  const fields = {
    body: parseBody(response.headers["content-type"], response.body),
    code: BigInt(response.status),
    headers: toHeaders(response.headers),
  };
  if (response.status >= 200 && response.status < 300) return new Map(Object.entries(fields));
  throw fault("HttpError", `HTTP server responded with error code ${response.status}`, { fields });
}
