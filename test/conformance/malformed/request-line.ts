import type { Json, JsonObject } from "../../../local/json.ts";
import type { Model } from "../../../local/model/model.ts";
import { plausibleRequest, type Subject } from "./subject.ts";

/** A plausible request as it goes over HTTP. */
export interface RequestLine {
  /** Verb and address, with a query if it needs one. */
  readonly target: string;
  readonly body?: Json;
}

/** The HTTP form of what the definition makes a plausible request of a method. */
export function plausibleLine(model: Model, subject: Subject): RequestLine {
  const { route, address, method } = subject;
  if (!route) throw new Error(`${subject.name} has no HTTP form`);
  const request = plausibleRequest(model, subject);
  const fields = model.messages[method.request]?.fields ?? {};
  const inPath = new Set([...route.path.matchAll(/\{([^=}.]+)/g)].map(([, name = ""]) => name));
  const inQuery = Object.entries(request).filter(
    ([name]) => route.body !== "*" && name !== route.body && !inPath.has(fields[name]?.proto ?? name),
  );
  const query = new URLSearchParams(flatten(Object.fromEntries(inQuery))).toString();
  const target = `${route.verb} ${address}?${query}`;
  return route.body === undefined ? { target } : { target, body: route.body === "*" ? request : request[route.body] };
}

function flatten(value: JsonObject, prefix = ""): [string, string][] {
  return Object.entries(value).flatMap(([name, item]): [string, string][] => {
    const [first = item] = Array.isArray(item) ? (item as readonly Json[]) : [];
    if (typeof first === "object" && first !== null) return flatten(first as JsonObject, `${prefix}${name}.`);
    return [[`${prefix}${name}`, String(first)]];
  });
}
