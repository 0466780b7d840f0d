import { PassThroughClient } from "google-auth-library";
import { codes } from "../../../local/error.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel, type Route } from "../../../local/model/model.ts";
import type { Answer, Refusal } from "./caller.ts";

const model = loadModel();
const client = new PassThroughClient();

/** A call of a method that no official client has. */
export interface FetchedCall {
  readonly host: string;
  readonly method: string;
  readonly request: JsonObject;
}

/** Calls a method by google-auth-library's fetch, at the first of its addresses that the request fills. */
export async function fetchMethod(local: LocalCloud, { host, method, request }: FetchedCall): Promise<Answer> {
  const routes = model.routes.filter((route) => route.method === method && route.host === host);
  const found = routes.flatMap((route) => toLine(route, request) ?? [])[0];
  if (!found) throw new Error(`${method} has no address for ${JSON.stringify(request)}`);
  const response = await client.fetch({
    url: `${local.url}/${host}${found.path}`,
    method: found.verb,
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    validateStatus: () => true,
    ...(found.body === undefined ? {} : { body: JSON.stringify(found.body) }),
  });
  const data: unknown = response.data === "" ? {} : (response.data ?? {});
  if (response.status < 400) return { value: isJsonObject(data) ? data : {} };
  return { value: {}, refusal: toRefusal(response.status, data as { error: RefusalBody }) };
}

interface RefusalBody {
  readonly code: number;
  readonly message: string;
  readonly status?: string;
  readonly details?: readonly JsonObject[];
  readonly errors?: readonly { readonly reason?: string }[];
}

function toRefusal(status: number, { error }: { error: RefusalBody }): Refusal {
  if (error.code !== status) throw new Error(`HTTP ${status} says ${JSON.stringify(error)}`);
  const [byStatus] = Object.entries(codes).filter(([, { http }]) => http === status);
  const [first] = error.errors ?? [];
  return {
    code: error.status ?? byStatus?.[0] ?? String(status),
    message: error.message,
    details: error.details ?? [],
    ...(first?.reason ? { reason: first.reason } : {}),
  };
}

interface Line {
  readonly verb: string;
  readonly path: string;
  readonly body?: Json;
}

function toLine({ verb, path, body }: Route, request: JsonObject): Line | undefined {
  const used = new Set<string>();
  let isWhole = true;
  const filled = path.replace(/\{([^=}]+)(?:=([^}]+))?\}/g, (_, variable: string, pattern = "*") => {
    const value = String(at(request, variable) ?? "");
    if (!fits(pattern, value)) isWhole = false;
    // A name inside a message stays part of what is sent of the message.
    if (!variable.includes(".")) used.add(toJsonName(variable));
    return pattern === "*" ? encodeURIComponent(value) : value.split("/").map(encodeURIComponent).join("/");
  });
  if (!isWhole) return undefined;
  const rest = Object.entries(request).filter(([name]) => !used.has(name) && name !== body);
  const query =
    body === "*" ? "" : `?${new URLSearchParams(rest.flatMap(([name, item]) => flatten(name, item ?? null)))}`;
  const sent = body === undefined ? {} : { body: body === "*" ? Object.fromEntries(rest) : (request[body] ?? {}) };
  return { verb, path: `${filled}${query}`, ...sent };
}

function fits(pattern: string, value: string): boolean {
  const source = pattern.replaceAll("**", "\u0000").replaceAll("*", "[^/]+").replaceAll("\u0000", ".+");
  return new RegExp(`^${source}$`).test(value);
}

function flatten(name: string, item: Json): [string, string][] {
  if (Array.isArray(item)) return item.flatMap((one) => flatten(name, one));
  if (isJsonObject(item)) return Object.entries(item).flatMap(([key, one]) => flatten(`${name}.${key}`, one ?? null));
  return [[name, String(item)]];
}

function at(value: JsonObject, path: string): Json | undefined {
  const [first = "", ...rest] = path.split(".");
  const found = value[toJsonName(first)];
  return rest.length > 0 && isJsonObject(found) ? at(found, rest.join(".")) : found;
}

const toJsonName = (name: string) =>
  name.split(".")[0]?.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) ?? "";
