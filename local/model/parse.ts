import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Field, Model } from "./model.ts";
import { freeForms, isDefault, readers, wrong } from "./scalar.ts";
import type { Violation } from "./violation.ts";

/** A reading of one request, at some place in it. */
export interface Reading {
  readonly model: Model;
  /** What was found wrong so far. */
  readonly violations: Violation[];
  /** Path of the place in the definition's spelling; empty at the top. */
  readonly path: string;
  /** Paths at which null, or an empty list or map, was sent, for a method that takes them away; absent for all others. */
  readonly cleared?: string[];
}

/** Starts reading a request; with `cleared` it is one that says by null what shall go. */
export function startReading(model: Model, cleared?: string[]): Reading {
  return { model, violations: [], path: "", cleared };
}

/**
 * Reads a JSON value as a message: names in either spelling, enums by name or number, 64-bit integers both ways.
 *
 * Comes out normalised: JSON names, enums by name, 64-bit integers as text, absent what equals an absent field.
 */
export function parseMessage(reading: Reading, type: string, value: JsonObject): JsonObject {
  const fields = reading.model.messages[type]?.fields ?? {};
  const result: Record<string, Json> = {};
  const oneofs = new Set<string>();
  for (const [key, raw] of Object.entries(value)) {
    if (raw === undefined) continue;
    const found = findField(fields, key);
    if (!found) {
      violate(reading, `Invalid JSON payload received. Unknown name "${key}"${at(reading)}: Cannot find field.`);
      continue;
    }
    const [name, field] = found;
    if (isClearing(field, raw)) reading.cleared?.push(join(reading.path, field.proto ?? name));
    if (raw === null && field.type !== "google.protobuf.Value") continue;
    if (field.oneof && oneofs.has(field.oneof)) {
      const set = `oneof field '${field.oneof}' is already set. Cannot set '${name}'`;
      violate(reading, `Invalid value${at(reading)} (oneof), ${set}`);
    }
    if (field.oneof) oneofs.add(field.oneof);
    const parsed = parseField(below(reading, field.proto ?? name), field, raw);
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

/** Clients also send an empty list or map for what shall go. */
function isClearing({ map }: Field, raw: Json): boolean {
  if (Array.isArray(raw)) return raw.length === 0;
  return raw === null || (map !== undefined && isJsonObject(raw) && Object.keys(raw).length === 0);
}

function below(reading: Reading, name: string): Reading {
  return { ...reading, path: join(reading.path, name) };
}

function at({ path }: Reading): string {
  return path ? ` at '${path}'` : "";
}

function parseField(reading: Reading, field: Field, raw: Json): Json | undefined {
  if (field.map) return parseMap(reading, field, raw);
  if (field.repeated) return parseList(reading, field, raw);
  const value = parseValue(reading, field, raw);
  const keeps = field.presence || field.oneof || field.type.startsWith("google.protobuf.");
  return value !== undefined && isDefault(value) && !keeps ? undefined : value;
}

function parseMap(reading: Reading, field: Field, raw: Json): Json | undefined {
  if (!isJsonObject(raw)) return mismatch(reading, "Map", raw);
  const entries = Object.entries(raw).flatMap(([key, value]): [string, Json][] => {
    if (value === undefined) return [];
    if (value === null && reading.cleared) {
      reading.cleared.push(join(reading.path, key));
      return [];
    }
    const parsed = parseValue(below(reading, key), field, value);
    return parsed === undefined ? [] : [[key, parsed]];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function parseList(reading: Reading, field: Field, raw: Json): Json | undefined {
  if (!Array.isArray(raw)) {
    violate(reading, `Invalid JSON payload received. Proto field is repeated, '${reading.path}' is not a list.`);
    return undefined;
  }
  const items = (raw as readonly Json[]).flatMap(
    (item, index) => parseValue({ ...reading, path: `${reading.path}[${index}]` }, field, item) ?? [],
  );
  return items.length > 0 ? items : undefined;
}

function parseValue(reading: Reading, field: Field, raw: Json): Json | undefined {
  const { type } = field;
  if (freeForms.has(type)) return parseFree(reading, type, raw);
  if (reading.model.enums[type]) return parseEnum(reading, type, raw);
  const read = readers[type];
  if (read) {
    const value = read(raw);
    if (value === wrong) return type === "bytes" ? undecodable(reading) : mismatch(reading, kindName(type), raw);
    return field.values ? checkName(reading, field.values, value) : value;
  }
  if (!isJsonObject(raw)) return mismatch(reading, kindName(type), raw);
  return parseMessage(reading, type, raw);
}

function parseFree(reading: Reading, type: string, raw: Json): Json | undefined {
  const fits =
    type === "google.protobuf.Value" ||
    (type === "google.protobuf.NullValue" && raw === null) ||
    (type === "google.protobuf.ListValue" ? Array.isArray(raw) : isJsonObject(raw));
  return fits ? raw : mismatch(reading, kindName(type), raw);
}

function parseEnum(reading: Reading, type: string, raw: Json): Json | undefined {
  const values = reading.model.enums[type] ?? {};
  const number = raw === "" ? Number.NaN : Number(raw);
  const isName = typeof raw === "string" && Object.hasOwn(values, raw);
  const name = isName ? raw : Object.keys(values).find((key) => values[key] === number);
  if (name === undefined) return mismatch(reading, kindName(type), raw);
  return values[name] === 0 ? undefined : name;
}

/** Compute's enums are strings on the wire; it refuses names that it does not know, in its own words. */
function checkName(reading: Reading, type: string, value: Json): Json | undefined {
  const names = Object.keys(reading.model.enums[type] ?? {}).filter((name) => !name.startsWith("UNDEFINED_"));
  if (typeof value === "string" && names.includes(value)) return value;
  const field = computePath(reading.path);
  const description = `Invalid value for field '${field}': '${value}'. The value must be one of ${names.join(", ")}`;
  reading.violations.push({ field, description, reason: "invalid" });
  return undefined;
}

/** A path as Compute's own refusals have it: JSON names below `resource`, or from the top in a request of an action. */
function computePath(path: string): string {
  const inBody = path.replace(/^\w+_request_resource\./, "").replace(/^\w+_resource(?=\.)/, "resource");
  return inBody.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function mismatch(reading: Reading, kind: string, raw: Json): undefined {
  const isStructure = typeof raw === "object" && raw !== null;
  const shown = isStructure ? "Starting an object on a scalar field" : JSON.stringify(raw);
  violate(reading, `Invalid value at '${reading.path}' (${kind}), ${shown}`);
  return undefined;
}

/** Bytes are often secret, so the value is not repeated. */
function undecodable(reading: Reading): undefined {
  violate(reading, `Invalid value at '${reading.path}' (TYPE_BYTES), Base64 decoding failed`);
  return undefined;
}

function violate({ violations, path }: Reading, description: string): void {
  violations.push({ field: path, description });
}

function kindName(type: string): string {
  return type.includes(".") ? `type.googleapis.com/${type}` : `TYPE_${type.toUpperCase()}`;
}
