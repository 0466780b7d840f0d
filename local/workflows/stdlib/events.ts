import type { CallbackRequest } from "../execute/host.ts";
import { fault } from "../fault.ts";
import type { Task } from "../task.ts";
import type { Value, ValueMap } from "../value/value.ts";
import { blockingRow, type LibraryContext, row } from "./function.ts";
import { parseBody, toHeaders } from "./http-body.ts";

/** `events.*` @see https://cloud.google.com/workflows/docs/reference/stdlib/events/await_callback */
// biome-ignore format: a table
export const events = [
  row("events.create_callback_endpoint", "http_callback_method?: string",      "map", (args, { effects }) => new Map([["url", effects.createCallback(toMethod(args.http_callback_method))]])),
  blockingRow("events.await_callback",   "callback: map, timeout?: number",    "map", ({ callback, timeout = 43_200 }, context) => awaitCallback(callback, Number(timeout), context)),
];

const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);

function toMethod(method = "POST"): string {
  if (!methods.has(method)) throw fault("ValueError", `unsupported HTTP method ${method}`);
  return method;
}

function* awaitCallback(callback: ValueMap, timeoutSeconds: number, { effects }: LibraryContext): Task<Value> {
  const url = callback.get("url");
  if (typeof url !== "string") throw fault("ValueError", "events.await_callback: 'callback' is no callback endpoint");
  if (!(timeoutSeconds >= 0)) throw fault("ValueError", "events.await_callback: 'timeout' must not be negative");
  const request = yield* effects.awaitCallback(url, timeoutSeconds * 1000);
  if (!request) throw fault("TimeoutError", `callback has not been received within ${timeoutSeconds} seconds`);
  return toValue(request);
}

function toValue({ method, url, headers, body, receivedTime }: CallbackRequest): ValueMap {
  const request = new Map<string, Value>([
    ["body", body.length === 0 ? null : parseBody(headers["content-type"], body)],
    ["headers", toHeaders(headers)],
    ["method", method],
    ["query", toQuery(url.searchParams)],
    ["url", url.href],
  ]);
  return new Map<string, Value>([
    ["http_request", request],
    ["received_time", receivedTime],
    ["type", "HTTP"],
  ]);
}

/** A parameter that is given more than once has a list of texts (choice `repeated-query`). */
function toQuery(parameters: URLSearchParams): ValueMap {
  const names = new Set(parameters.keys());
  return new Map(
    [...names].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? "")];
    }),
  );
}
