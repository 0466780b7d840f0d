import { fault } from "../fault.ts";
import { stringifyJson, writeDouble } from "../value/json.ts";
import { isBytes, isList, isMap, typeName, type Value, type ValueMap } from "../value/value.ts";
import { urlEncode } from "./text.ts";

/** Appended to the user agent of every request. */
const userAgent = "GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)";

/**
 * The URL with the query's parameters appended; a list gives one parameter an item.
 *
 * @throws WorkflowError ValueError for a URL that is not http(s), TypeError for other query values
 */
export function requestUrl(text: string, query: ValueMap = new Map()): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw fault("ValueError", `invalid URL '${text}'`);
  const pairs = [...query].flatMap(([name, value]) =>
    (isList(value) ? value : [value]).map((item) => `${urlEncode(name)}=${urlEncode(toQueryText(name, item))}`),
  );
  if (pairs.length > 0) url.search = [url.search.slice(1), ...pairs].filter((part) => part !== "").join("&");
  return url;
}

/** The text that `string` gives. See choice `text-of-double`. */
function toQueryText(name: string, value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return writeDouble(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  throw fault("TypeError", `query parameter '${name}' must be a string, number or boolean, not ${typeName(value)}`);
}

/**
 * Lower-case headers of a request, with the content type that its body has unless one was given.
 *
 * @throws WorkflowError TypeError for values that are no strings
 */
export function requestHeaders(given: ValueMap, body: Value | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of given) {
    if (typeof value !== "string")
      throw fault("TypeError", `header '${name}' must be a string, not ${typeName(value)}`);
    headers[name.toLowerCase()] = value;
  }
  headers["user-agent"] = headers["user-agent"] ? `${headers["user-agent"]} ${userAgent}` : userAgent;
  if (body !== undefined) headers["content-type"] ??= contentTypeOf(body);
  return headers;
}

function contentTypeOf(body: Value): string {
  return isBytes(body) ? "application/octet-stream" : "application/json; charset=utf-8";
}

/**
 * A body as its content type says: bytes as they are, forms, text, and JSON for all else.
 *
 * @throws WorkflowError TypeError
 */
export function encodeBody(body: Value, contentType: string): Buffer {
  if (isBytes(body)) return Buffer.from(body);
  const mediaType = contentType.split(";")[0]?.trim().toLowerCase();
  if (mediaType === "application/x-www-form-urlencoded" && isMap(body)) return Buffer.from(encodeForm(body));
  const isJson = mediaType === "application/json" || mediaType?.endsWith("+json") === true;
  if (typeof body === "string" && !isJson) return Buffer.from(body);
  return Buffer.from(stringifyJson(body));
}

function encodeForm(form: ValueMap): string {
  return [...form].map(([name, value]) => `${urlEncode(name)}=${urlEncode(toQueryText(name, value))}`).join("&");
}
