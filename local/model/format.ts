import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Field, Model } from "./model.ts";
import { freeForms, isDefault, readers } from "./scalar.ts";

/** How a response is written. */
export interface Format {
  readonly model: Model;
  /** Enums as numbers, which generated REST clients ask for. */
  readonly enumsAsNumbers?: boolean;
}

/**
 * Writes a message as the API shows it: known fields only, nothing that is input only, no field at its default.
 *
 * @throws Error for a field that the message does not have: the handler's mistake
 */
export function formatMessage(format: Format, type: string, value: JsonObject): JsonObject {
  const fields = format.model.messages[type]?.fields ?? {};
  const result: Record<string, Json> = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) throw new Error(`${type} has no field ${name}`);
    if (field.behaviors?.includes("INPUT_ONLY")) continue;
    const formatted = formatField(format, field, item);
    if (formatted !== undefined) result[name] = formatted;
  }
  return result;
}

function formatField(format: Format, field: Field, item: Json): Json | undefined {
  if (field.map && isJsonObject(item)) {
    const entries = Object.entries(item).flatMap(([key, inner]): [string, Json][] =>
      inner === undefined ? [] : [[key, formatValue(format, field, inner)]],
    );
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  }
  if (field.repeated && Array.isArray(item)) {
    const items = (item as readonly Json[]).map((inner) => formatValue(format, field, inner));
    return items.length > 0 ? items : undefined;
  }
  if (item === null) return field.type === "google.protobuf.Value" ? null : undefined;
  const keeps = field.presence || field.oneof || field.type.startsWith("google.protobuf.");
  return isDefault(item) && !keeps ? undefined : formatValue(format, field, item);
}

function formatValue(format: Format, { type }: Field, item: Json): Json {
  const values = format.model.enums[type];
  if (values) return format.enumsAsNumbers && typeof item === "string" ? (values[item] ?? item) : item;
  if (type === "google.protobuf.Any") return isJsonObject(item) ? formatAny(format, item) : item;
  if (freeForms.has(type) || readers[type] || !isJsonObject(item)) return item;
  return formatMessage(format, type, item);
}

/** What an `Any` holds is written like any other message when its type is known. */
function formatAny(format: Format, { "@type": url, ...rest }: JsonObject): JsonObject {
  const type = typeof url === "string" ? url.slice(url.lastIndexOf("/") + 1) : "";
  const known = format.model.messages[type] && !type.startsWith("google.protobuf.");
  return { "@type": url, ...(known ? formatMessage(format, type, rest) : rest) };
}
