import type { HttpRequest } from "../../http.ts";
import { WorkflowError } from "../fault.ts";
import { parseJson } from "../value/json.ts";
import { isEqual, isList, isMap, type Value } from "../value/value.ts";
import type { StubCall } from "./stubs.ts";

/** Whether an entry answers a request. */
export function isAnsweredBy({ method, url, headers, body }: StubCall, request: HttpRequest): boolean {
  if (method !== undefined && method !== request.method) return false;
  if (!patternOf(url).test(request.url.href)) return false;
  if (Object.entries(headers).some(([name, value]) => request.headers[name] !== value)) return false;
  return body === undefined || holds(bodyOf(request), body);
}

/** Without a query, a pattern fits the address with any query. */
function patternOf(url: string): RegExp {
  const text = url
    .split("*")
    .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${text}${url.includes("?") ? "" : "/?(\\?.*)?"}$`, "s");
}

function bodyOf({ body }: HttpRequest): Value {
  const text = body.toString("utf8");
  try {
    return parseJson(text);
  } catch (caught) {
    if (caught instanceof WorkflowError) return text;
    throw caught;
  }
}

/** Whether a value is what is wanted; maps may hold more. */
function holds(present: Value, wanted: Value): boolean {
  if (isMap(wanted)) {
    return (
      isMap(present) && [...wanted].every(([key, item]) => present.has(key) && holds(present.get(key) ?? null, item))
    );
  }
  if (isList(wanted)) {
    if (!isList(present) || present.length !== wanted.length) return false;
    return wanted.every((item, index) => holds(present[index] ?? null, item));
  }
  return isEqual(present, wanted);
}
