import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Field, Message, Model } from "./model.ts";
import { findField, join } from "./parse.ts";
import type { Router } from "./router.ts";
import type { Violation } from "./violation.ts";

/** What the rules of a method are checked against. */
export interface Rules {
  readonly model: Model;
  readonly router: Router;
  readonly method: string;
}

/** Removes what callers may send but not decide: fields that are output only, unless the URL names the resource by them. */
export function withoutOutputOnly({ model, router, method }: Rules, request: JsonObject): JsonObject {
  const kept = new Set(router.pathFields(method));
  const strip = (type: string, value: JsonObject, path: string): JsonObject =>
    mapFields(model.messages[type], value, (name, field, item) => {
      const at = join(path, field.proto ?? name);
      if (field.behaviors?.includes("OUTPUT_ONLY") && !kept.has(at)) return undefined;
      return mapMessages({ model, field }, item, (inner) => strip(field.type, inner, at));
    });
  return strip(model.methods[method]?.request ?? "", request, "");
}

/**
 * Fields that are REQUIRED and absent. The body of a PATCH is a partial resource, so nothing is demanded inside it;
 * numbers and booleans without presence cannot be told from absent ones.
 */
export function missingFields({ model, router, method }: Rules, request: JsonObject): Violation[] {
  const partial = router.isPatch(method) ? router.bodyField(method) : undefined;
  const missing = (type: string, value: JsonObject, path: string): Violation[] =>
    Object.entries(model.messages[type]?.fields ?? {}).flatMap(([name, field]) => {
      const at = join(path, field.proto ?? name);
      const item = value[name];
      if (item === undefined) return isDemanded(model, field) ? [missingField(at)] : [];
      if (path === "" && name === partial) return [];
      return messagesIn(model, field, item).flatMap((inner) => missing(field.type, inner, at));
    });
  return missing(model.methods[method]?.request ?? "", request, "");
}

function missingField(field: string): Violation {
  return { field, description: `Missing required field: ${field}.` };
}

function isDemanded(model: Model, field: Field): boolean {
  if (!field.behaviors?.includes("REQUIRED")) return false;
  const tracked =
    field.presence || field.repeated || field.map || model.messages[field.type] || model.enums[field.type];
  return tracked !== undefined || field.type === "string" || field.type === "bytes";
}

/** A page of less than nothing. */
export function negativeSizes({ model, method }: Rules, request: JsonObject): Violation[] {
  const fields = model.messages[model.methods[method]?.request ?? ""]?.fields ?? {};
  return ["pageSize", "maxResults"]
    .filter((name) => Number(request[name] ?? 0) < 0)
    .map((name) => ({ field: fields[name]?.proto ?? name, description: "Page size must not be negative." }));
}

/** Names that no binding of the method would find in a URL, which only a call without one can carry. */
export function malformedNames({ model, router, method }: Rules, request: JsonObject): Violation[] {
  const type = model.methods[method]?.request ?? "";
  return router.namePatterns(method).flatMap(({ field, patterns, matches }) => {
    const value = valueAt(model, { type, value: request }, field.split("."));
    if (typeof value !== "string" || matches(value)) return [];
    return [{ field, description: `Invalid resource name '${value}': it must be ${patterns.join(" or ")}.` }];
  });
}

function valueAt(
  model: Model,
  { type, value }: { readonly type: string; readonly value: JsonObject },
  [first = "", ...rest]: readonly string[],
): Json | undefined {
  const [name = first, field] = findField(model.messages[type]?.fields ?? {}, first) ?? [];
  const inner = value[name];
  if (rest.length === 0) return inner;
  return field && isJsonObject(inner) ? valueAt(model, { type: field.type, value: inner }, rest) : undefined;
}

/** Paths of the request's field mask that the resource does not have. */
export function badMaskPaths({ model, router, method }: Rules, request: JsonObject): Violation[] {
  const fields = model.messages[model.methods[method]?.request ?? ""]?.fields ?? {};
  const [mask, maskField] = Object.entries(fields).find(([, { type }]) => type === "google.protobuf.FieldMask") ?? [];
  const resource = resourceType(model, fields, router.bodyField(method));
  const paths = mask === undefined ? undefined : request[mask];
  if (!resource || !maskField || typeof paths !== "string") return [];
  return paths
    .split(",")
    .filter((path) => path !== "" && path !== "*" && !hasPath(model, resource, path.split(".")))
    .map((path) => ({
      field: maskField.proto ?? mask ?? "",
      description: `Invalid field mask: the path '${path}' is not a field of ${resource}.`,
    }));
}

function resourceType(model: Model, fields: Message["fields"], body: string | undefined): string | undefined {
  if (body !== undefined) return fields[body]?.type;
  const messages = Object.values(fields).filter(
    ({ type }) => model.messages[type] && !type.startsWith("google.protobuf."),
  );
  return messages.length === 1 ? messages[0]?.type : undefined;
}

function hasPath(model: Model, type: string, [first = "", ...rest]: readonly string[]): boolean {
  const message = model.messages[type];
  if (!message || type.startsWith("google.protobuf.")) return true;
  const found = findField(message.fields, first)?.[1];
  if (!found) return false;
  return (
    rest.length === 0 ||
    found.map !== undefined ||
    (model.messages[found.type] !== undefined && hasPath(model, found.type, rest))
  );
}

/** Replaces project numbers at the head of resource names by ids, in every field that names a resource. */
export function withProjectIds(
  { model, router, method }: Rules,
  request: JsonObject,
  idOf: (numberOrId: string) => string,
): JsonObject {
  const named = new Set(router.pathFields(method));
  const replace = (type: string, value: JsonObject, path: string): JsonObject =>
    mapFields(model.messages[type], value, (name, field, item) => {
      const at = join(path, field.proto ?? name);
      if (typeof item === "string" && (field.reference || named.has(at))) return withProjectId(item, idOf);
      return mapMessages({ model, field }, item, (inner) => replace(field.type, inner, at));
    });
  return replace(model.methods[method]?.request ?? "", request, "");
}

function withProjectId(name: string, idOf: (numberOrId: string) => string): string {
  if (/^\d+$/.test(name)) return idOf(name);
  return name.replace(/^projects\/(\d+)(?=\/|$)/, (_, number: string) => `projects/${idOf(number)}`);
}

function mapFields(
  message: Message | undefined,
  value: JsonObject,
  change: (name: string, field: Field, item: Json) => Json | undefined,
): JsonObject {
  const result: Record<string, Json> = {};
  for (const [name, item] of Object.entries(value)) {
    const field = message?.fields[name];
    const changed = field && item !== undefined ? change(name, field, item) : item;
    if (changed !== undefined) result[name] = changed;
  }
  return result;
}

function mapMessages(
  { model, field }: { model: Model; field: Field },
  item: Json,
  change: (inner: JsonObject) => JsonObject,
): Json {
  if (!model.messages[field.type] || field.type.startsWith("google.protobuf.")) return item;
  const each = (inner: Json): Json => (isJsonObject(inner) ? change(inner) : inner);
  if (Array.isArray(item)) return (item as readonly Json[]).map(each);
  if (field.map && isJsonObject(item)) {
    return Object.fromEntries(
      Object.entries(item).map(([key, inner]) => [key, inner === undefined ? inner : each(inner)]),
    );
  }
  return each(item);
}

function messagesIn(model: Model, field: Field, item: Json): JsonObject[] {
  if (!model.messages[field.type] || field.type.startsWith("google.protobuf.")) return [];
  const items: readonly (Json | undefined)[] = Array.isArray(item)
    ? (item as readonly Json[])
    : field.map && isJsonObject(item)
      ? Object.values(item)
      : [item];
  return items.filter(isJsonObject);
}
