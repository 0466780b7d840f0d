import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Model } from "./model.ts";

/** What the well-known types need of the encoding that they are part of. */
interface Forms {
  readonly model: Model;
  decode(type: string, bytes: Uint8Array): JsonObject;
  encode(type: string, value: JsonObject): Buffer;
  /** The same for fields as they are on the wire. */
  decodeFields(type: string, bytes: Uint8Array): JsonObject;
  encodeFields(type: string, fields: JsonObject): Buffer;
}

const wrappers = /^google\.protobuf\.(?:String|Bytes|Bool|U?Int32|U?Int64|Float|Double)Value$/;

/** The JSON form of a decoded well-known message; `undefined` for any other message. */
export function fromWellKnown(forms: Forms, type: string, value: JsonObject): Json | undefined {
  if (wrappers.test(type)) return value.value ?? emptyWrapped(type);
  switch (type) {
    case "google.protobuf.Timestamp":
      return new Date(Number(value.seconds ?? 0) * 1000).toISOString().replace(".000Z", `${fraction(value.nanos)}Z`);
    case "google.protobuf.Duration":
      return durationText(value);
    case "google.protobuf.FieldMask":
      return Array.isArray(value.paths) ? value.paths.map((path) => camel(String(path))).join(",") : "";
    case "google.protobuf.Struct":
      return fromStruct(value);
    case "google.protobuf.Value":
      return fromValue(value);
    case "google.protobuf.ListValue":
      return fromList(value);
    case "google.protobuf.Any":
      return fromAny(forms, value);
    default:
      return undefined;
  }
}

/** The fields of a well-known message from its JSON form; `undefined` for any other message. */
export function toWellKnown(forms: Forms, type: string, value: Json): Json | undefined {
  if (wrappers.test(type)) return { value };
  switch (type) {
    case "google.protobuf.Timestamp":
      return toTimestampFields(String(value));
    case "google.protobuf.Duration":
      return toDurationFields(String(value));
    case "google.protobuf.FieldMask":
      return { paths: String(value).split(",").filter(Boolean).map(snake) };
    case "google.protobuf.Struct":
      return isJsonObject(value) ? toStruct(value) : {};
    case "google.protobuf.Value":
      return toValue(value);
    case "google.protobuf.ListValue":
      return Array.isArray(value) ? { values: (value as readonly Json[]).map(toValue) } : {};
    case "google.protobuf.Any":
      return isJsonObject(value) ? toAny(forms, value) : {};
    default:
      return undefined;
  }
}

/** What a wrapper holds when the wire says nothing. */
function emptyWrapped(type: string): Json {
  if (/(?:String|Bytes)Value$/.test(type)) return "";
  return /Int64Value$/.test(type) ? "0" : type.endsWith("BoolValue") ? false : 0;
}

function fraction(nanos: Json | undefined): string {
  const digits = String(Math.abs(Number(nanos ?? 0))).padStart(9, "0");
  return digits === "000000000" ? "" : `.${digits.replace(/(?:000){1,2}$/, "")}`;
}

function durationText({ seconds, nanos }: JsonObject): string {
  const sign = Number(seconds ?? 0) < 0 || Number(nanos ?? 0) < 0 ? "-" : "";
  return `${sign}${Math.abs(Number(seconds ?? 0))}${fraction(nanos)}s`;
}

function toTimestampFields(text: string): JsonObject {
  const nanos = text.match(/\.(\d{1,9})/)?.[1] ?? "";
  return { seconds: String(Math.floor(Date.parse(text) / 1000)), nanos: Number(nanos.padEnd(9, "0")) };
}

function toDurationFields(text: string): JsonObject {
  const [, sign = "", seconds = "0", nanos = ""] = text.match(/^(-?)(\d+)(?:\.(\d{1,9}))?s$/) ?? [];
  return { seconds: `${sign}${seconds}`, nanos: Number(`${sign}${nanos.padEnd(9, "0")}`) };
}

function camel(path: string): string {
  return path.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function fromStruct({ fields }: JsonObject): JsonObject {
  if (!isJsonObject(fields)) return {};
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, isJsonObject(value) ? fromValue(value) : null]),
  );
}

function fromList({ values }: JsonObject): Json {
  return Array.isArray(values)
    ? (values as readonly Json[]).map((value) => (isJsonObject(value) ? fromValue(value) : null))
    : [];
}

function fromValue(value: JsonObject): Json {
  if (isJsonObject(value.structValue)) return fromStruct(value.structValue);
  if (isJsonObject(value.listValue)) return fromList(value.listValue);
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? null;
}

function toStruct(value: JsonObject): JsonObject {
  return { fields: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toValue(item ?? null)])) };
}

function toValue(value: Json): JsonObject {
  if (value === null) return { nullValue: 0 };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: (value as readonly Json[]).map(toValue) } };
  return isJsonObject(value) ? { structValue: toStruct(value) } : { nullValue: 0 };
}

function fromAny(forms: Forms, { typeUrl, type_url: url = typeUrl, value }: JsonObject): Json {
  const type =
    String(url ?? "")
      .split("/")
      .at(-1) ?? "";
  const bytes = Buffer.from(typeof value === "string" ? value : "", "base64");
  if (!forms.model.messages[type]) return { "@type": url };
  const known = fromWellKnown(forms, type, forms.decodeFields(type, bytes));
  return known === undefined ? { "@type": url, ...forms.decode(type, bytes) } : { "@type": url, value: known };
}

/** A type that the model does not have travels by name only. */
function toAny(forms: Forms, { "@type": url, ...fields }: JsonObject): JsonObject {
  const type =
    String(url ?? "")
      .split("/")
      .at(-1) ?? "";
  if (!forms.model.messages[type]) return { typeUrl: url };
  const known = toWellKnown(forms, type, fields.value ?? null);
  const inner = isJsonObject(known) ? forms.encodeFields(type, known) : forms.encode(type, fields);
  return { typeUrl: url, value: inner.toString("base64") };
}
