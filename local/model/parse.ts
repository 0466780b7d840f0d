import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Field, Model } from "./model.ts";
import { freeForms, isDefault, readers, wrong } from "./scalar.ts";
import type { Violation } from "./violation.ts";

/** A reading of one request: the model, and what was found wrong so far. */
export interface Reading {
  readonly model: Model;
  readonly violations: Violation[];
}

/**
 * Reads a JSON value as a message: names in either spelling, enums by name or number, 64-bit integers both ways.
 *
 * Comes out normalised: JSON names, enums by name, 64-bit integers as text, absent what equals an absent field.
 */
export function parseMessage(reading: Reading, type: string, value: JsonObject, path: string): JsonObject {
  const fields = reading.model.messages[type]?.fields ?? {};
  const result: Record<string, Json> = {};
  const oneofs = new Map<string, string>();
  for (const [key, raw] of Object.entries(value)) {
    if (raw === undefined) continue;
    const found = findField(fields, key);
    if (!found) {
      const at = path ? ` at '${path}'` : "";
      violate(reading, path, `Invalid JSON payload received. Unknown name "${key}"${at}: Cannot find field.`);
      continue;
    }
    const [name, field] = found;
    if (raw === null && field.type !== "google.protobuf.Value") continue;
    if (field.oneof) checkOneof(reading, { path, oneof: field.oneof, name, oneofs });
    const parsed = parseField(reading, field, raw, join(path, field.proto ?? name));
    if (parsed !== undefined) result[name] = parsed;
  }
  return result;
}

/** Finds a field by its JSON name or the definition's. */
export function findField(fields: Readonly<Record<string, Field>>, key: string): [string, Field] | undefined {
  const direct = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (direct) return [key, direct];
  return Object.entries(fields).find(([, field]) => field.proto === key);
}

/** Path of a field below another. */
export function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

function checkOneof(
  reading: Reading,
  { path, oneof, name, oneofs }: { path: string; oneof: string; name: string; oneofs: Map<string, string> },
): void {
  if (oneofs.has(oneof)) {
    const at = path ? ` at '${path}'` : "";
    violate(reading, path, `Invalid value${at} (oneof), oneof field '${oneof}' is already set. Cannot set '${name}'`);
  }
  oneofs.set(oneof, name);
}

function parseField(reading: Reading, field: Field, raw: Json, path: string): Json | undefined {
  if (field.map) return parseMap(reading, field, raw, path);
  if (field.repeated) return parseList(reading, field, raw, path);
  const value = parseValue(reading, field, raw, path);
  const keeps = field.presence || field.oneof || field.type.startsWith("google.protobuf.");
  return value !== undefined && isDefault(value) && !keeps ? undefined : value;
}

function parseMap(reading: Reading, field: Field, raw: Json, path: string): Json | undefined {
  if (!isJsonObject(raw)) return mismatch(reading, path, "Map", raw);
  const entries = Object.entries(raw).flatMap(([key, value]): [string, Json][] => {
    const parsed = value === undefined ? undefined : parseValue(reading, field, value, `${path}.${key}`);
    return parsed === undefined ? [] : [[key, parsed]];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function parseList(reading: Reading, field: Field, raw: Json, path: string): Json | undefined {
  if (!Array.isArray(raw)) {
    violate(reading, path, `Invalid JSON payload received. Proto field is repeated, '${path}' is not a list.`);
    return undefined;
  }
  const items = (raw as readonly Json[]).flatMap(
    (item, index) => parseValue(reading, field, item, `${path}[${index}]`) ?? [],
  );
  return items.length > 0 ? items : undefined;
}

function parseValue(reading: Reading, field: Field, raw: Json, path: string): Json | undefined {
  const { type } = field;
  if (freeForms.has(type)) return parseFree(reading, type, raw, path);
  const values = reading.model.enums[type];
  if (values) return parseEnum(reading, { type, values, raw, path });
  const read = readers[type];
  if (read) {
    const value = read(raw);
    if (value === wrong && type === "bytes") return undecodable(reading, path);
    if (value === wrong) return mismatch(reading, path, kindName(type), raw);
    return field.values ? checkName(reading, { enumName: field.values, value, path }) : value;
  }
  if (!isJsonObject(raw)) return mismatch(reading, path, `type.googleapis.com/${type}`, raw);
  return parseMessage(reading, type, raw, path);
}

function parseFree(reading: Reading, type: string, raw: Json, path: string): Json | undefined {
  const fits =
    type === "google.protobuf.Value" ||
    (type === "google.protobuf.NullValue" && raw === null) ||
    (type === "google.protobuf.ListValue" ? Array.isArray(raw) : isJsonObject(raw));
  return fits ? raw : mismatch(reading, path, `type.googleapis.com/${type}`, raw);
}

function parseEnum(
  reading: Reading,
  { type, values, raw, path }: { type: string; values: Readonly<Record<string, number>>; raw: Json; path: string },
): Json | undefined {
  const name =
    typeof raw === "string" && Object.hasOwn(values, raw)
      ? raw
      : Object.keys(values).find((key) => values[key] === Number(raw === "" ? Number.NaN : raw));
  if (name === undefined) return mismatch(reading, path, `type.googleapis.com/${type}`, raw);
  return values[name] === 0 ? undefined : name;
}

/** Compute's enums are strings on the wire; it refuses names that it does not know. */
function checkName(
  reading: Reading,
  { enumName, value, path }: { enumName: string; value: Json; path: string },
): Json | undefined {
  const names = Object.keys(reading.model.enums[enumName] ?? {});
  if (typeof value === "string" && names.includes(value)) return value;
  violate(
    reading,
    path,
    `Invalid value for field '${path}': '${value}'. The value must be one of ${names.filter((name) => !name.startsWith("UNDEFINED_")).join(", ")}`,
  );
  return undefined;
}

function mismatch(reading: Reading, path: string, kind: string, raw: Json): undefined {
  const shown = typeof raw === "object" && raw !== null ? "Starting an object on a scalar field" : JSON.stringify(raw);
  violate(reading, path, `Invalid value at '${path}' (${kind}), ${shown}`);
  return undefined;
}

/** Bytes are often secret, so the value is not repeated. */
function undecodable(reading: Reading, path: string): undefined {
  violate(reading, path, `Invalid value at '${path}' (TYPE_BYTES), Base64 decoding failed`);
  return undefined;
}

function violate({ violations }: Reading, field: string, description: string): void {
  violations.push({ field, description });
}

function kindName(type: string): string {
  return type.includes(".") ? `type.googleapis.com/${type}` : `TYPE_${type.toUpperCase()}`;
}
