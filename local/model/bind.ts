import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Field, Model } from "./model.ts";
import { findField, parseMessage, type Reading } from "./parse.ts";
import type { Match } from "./router.ts";

/** What an HTTP request carries beside its path. */
export interface HttpInput {
  readonly query: URLSearchParams;
  /** The parsed JSON body; `undefined` when there was none. */
  readonly body: Json | undefined;
}

/** Query parameters that every Google API takes and that are no fields. */
const systemParameters = new Set([
  ...["alt", "access_token", "callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "trace", "userIp"],
  ...["uploadType", "upload_protocol", "userProject", "cpa"],
]);

/** A parameter of every list of Compute Engine, though its definitions leave it out. */
const ofLists = "returnPartialSuccess";

/** Merges path, query and body of an HTTP request into one request message, as the method's binding says. */
export function bindRequest(reading: Reading, match: Match, input: HttpInput): JsonObject {
  const type = reading.model.methods[match.route.method]?.request ?? "";
  const merged = { ...bindBody(reading, match, input.body) } as Record<string, Json>;
  for (const [name, value] of bindQuery(reading, type, input.query)) place(merged, name, value);
  const parsed = parseMessage(reading, type, merged);
  return withVariables(reading.model, type, parsed, match.variables);
}

/** Puts path variables over whatever the body says in their place. */
function withVariables(
  model: Model,
  type: string,
  request: JsonObject,
  variables: Readonly<Record<string, string>>,
): JsonObject {
  const result = structuredClone(request) as Record<string, Json>;
  for (const [name, value] of Object.entries(variables)) place(result, jsonPath(model, type, name), value);
  return result;
}

function bindBody(reading: Reading, { route }: Match, body: Json | undefined): JsonObject {
  const type = reading.model.methods[route.method]?.request ?? "";
  const field = route.body;
  // Generated clients send an empty JSON string with a POST that has no body.
  if (body === undefined || (body === "" && field === undefined)) return {};
  const at = field && field !== "*" ? (reading.model.messages[type]?.fields[field]?.proto ?? field) : "";
  if (!isJsonObject(body)) {
    const description = "Invalid JSON payload received. Root element must be a message.";
    reading.violations.push({ field: at, description });
    return {};
  }
  if (field === "*") return body;
  if (field) return { [field]: body };
  const [first] = Object.keys(body);
  if (first !== undefined) {
    const description = `Invalid JSON payload received. Unknown name "${first}": Cannot bind body. The method takes none.`;
    reading.violations.push({ field: "", description });
  }
  return {};
}

/** Query parameters as paths of JSON names with the JSON value that they stand for. */
function bindQuery(
  reading: Reading,
  type: string,
  query: URLSearchParams,
): (readonly [path: readonly string[], value: Json])[] {
  const names = [...new Set(query.keys())].filter((name) => !name.startsWith("$") && !systemParameters.has(name));
  return names.flatMap((name) => {
    const found = fieldAt(reading.model, type, name);
    if (!found && name === ofLists) return [];
    if (found) return [[found.path, queryValue(found.field, query.getAll(name))] as const];
    const description = `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`;
    reading.violations.push({ field: "", description });
    return [];
  });
}

function queryValue(field: Field, values: readonly string[]): Json {
  const converted = values.map((value) => (field.type === "bool" ? queryBool(value) : value));
  return field.repeated ? converted : (converted.at(-1) ?? "");
}

/** Command line tools send Python's spelling; a bare parameter means true. */
function queryBool(value: string): Json {
  if (value === "" || value === "1") return true;
  return value === "0" ? false : value;
}

function fieldAt(model: Model, type: string, name: string): { path: string[]; field: Field } | undefined {
  const path: string[] = [];
  let current = type;
  let field: Field | undefined;
  for (const part of name.split(".")) {
    const found = findField(model.messages[current]?.fields ?? {}, part);
    if (!found || field?.repeated || field?.map) return undefined;
    path.push(found[0]);
    field = found[1];
    current = field.type;
  }
  return field && (isScalar(model, field) ? { path, field } : undefined);
}

function isScalar(model: Model, { type, map }: Field): boolean {
  return !map && (!model.messages[type] || type.startsWith("google.protobuf."));
}

function jsonPath(model: Model, type: string, name: string): string[] {
  return fieldAt(model, type, name)?.path ?? [name];
}

function place(target: Record<string, Json>, [first = "", ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const copy: Record<string, Json> = isJsonObject(inner) ? ({ ...inner } as Record<string, Json>) : {};
  place(copy, rest, value);
  target[first] = copy;
}

/** Reads a request that did not come over HTTP: the same checks without bindings. */
export function readRequest(reading: Reading, method: string, request: JsonObject): JsonObject {
  return parseMessage(reading, reading.model.methods[method]?.request ?? "", request);
}
