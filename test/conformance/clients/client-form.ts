import { isJsonObject, type Json, type JsonObject } from "../../../local/json.ts";
import type { Field, Model } from "../../../local/model/model.ts";
import type { Wire } from "../../../local/model/wire.ts";

/** JSON forms of messages, turned into what the official clients take and give, and back. */
export interface ClientForm {
  /** A request in its JSON form as a client takes it: durations, times and masks as messages. */
  toClient(type: string, value: JsonObject): object;
  /** What a client gave, in its JSON form: no defaults, enums by name, 64-bit integers and bytes as text. */
  fromClient(type: string, value: unknown): JsonObject;
}

/** Makes the two directions for the messages of a model. */
export function createClientForm(model: Model, wire: Wire): ClientForm {
  function toClient(type: string, value: JsonObject): JsonObject {
    const fields = model.messages[type]?.fields ?? {};
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        const field = fields[name];
        return [name, field && item !== undefined ? eachOf(field, item, (one) => toItem(field, one)) : item];
      }),
    );
  }

  function toItem({ type }: Field, value: Json): Json {
    const known = typeof value === "string" ? texts[type]?.(value) : undefined;
    if (known !== undefined) return known;
    // What a client cannot say otherwise goes as the bytes that say it.
    if (free.has(type)) return toFree(value);
    return isJsonObject(value) && model.messages[type] ? toClient(type, value) : value;
  }

  function fromClient(type: string, value: unknown): JsonObject {
    const given = (value ?? {}) as Readonly<Record<string, unknown>>;
    const entries = Object.entries(model.messages[type]?.fields ?? {}).flatMap(([name, field]): [string, Json][] => {
      const item = given[name];
      if (item === undefined || item === null) return [];
      const json = fromField(field, item);
      return isDefault(field, json) ? [] : [[name, json]];
    });
    return Object.fromEntries(entries);
  }

  function fromField(field: Field, item: unknown): Json {
    if (Array.isArray(item)) return item.map((one) => fromItem(field, one));
    if (!field.map) return fromItem(field, item);
    return Object.fromEntries(Object.entries(item as object).map(([key, one]) => [key, fromItem(field, one)]));
  }

  function fromItem({ type }: Field, item: unknown): Json {
    const values = model.enums[type];
    if (values) return typeof item === "number" ? (nameOf(values, item) ?? item) : String(item);
    if (type === "bytes") return toBase64(item);
    if (integers.has(type)) return String(item);
    if (type === "google.protobuf.Any") return fromAny(item as { type_url?: string; value?: Uint8Array });
    if (messages[type]) return messages[type](item as Readonly<Record<string, never>>);
    return model.messages[type] && typeof item === "object" ? fromClient(type, item) : (item as Json);
  }

  function fromAny({ type_url: url = "", value }: { type_url?: string; value?: Uint8Array }): JsonObject {
    const type = url.slice(url.lastIndexOf("/") + 1);
    return { "@type": url, ...(value && model.messages[type] ? wire.decode(type, value) : {}) };
  }

  return { toClient, fromClient };
}

const integers = new Set(["int64", "uint64", "sint64", "fixed64", "sfixed64"]);
const free = new Set(["google.protobuf.Struct", "google.protobuf.Value"]);

/** Well-known types that JSON writes as text. */
const texts: Readonly<Record<string, (text: string) => Json>> = {
  "google.protobuf.FieldMask": (text) => ({ paths: text === "" ? [] : text.split(",") }),
  "google.protobuf.Duration": (text) => ({ seconds: text.replace(/(\.\d+)?s$/, "") }),
  "google.protobuf.Timestamp": (text) => ({ seconds: String(Math.floor(Date.parse(text) / 1000)) }),
};

interface Moment {
  readonly seconds?: unknown;
  readonly nanos?: number;
}

const messages: Readonly<Record<string, (value: Readonly<Record<string, never>>) => Json>> = {
  "google.protobuf.FieldMask": ({ paths = [] }: { paths?: readonly string[] }) => paths.join(","),
  "google.protobuf.Duration": ({ seconds = 0, nanos = 0 }: Moment) =>
    `${seconds}${nanos ? `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}` : ""}s`,
  "google.protobuf.Timestamp": ({ seconds = 0, nanos = 0 }: Moment) =>
    new Date(Number(seconds) * 1000 + Math.floor(nanos / 1e6)).toISOString(),
};

function toFree(value: Json): Json {
  if (Array.isArray(value)) return { listValue: { values: value.map(toFree) } };
  if (isJsonObject(value)) {
    return { fields: Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toFree(one ?? null)])) };
  }
  if (typeof value === "string") return { stringValue: value };
  return typeof value === "number" ? { numberValue: value } : { boolValue: value === true };
}

function eachOf(field: Field, item: Json, change: (one: Json) => Json): Json {
  if (field.repeated && Array.isArray(item)) return (item as readonly Json[]).map(change);
  if (!field.map || !isJsonObject(item)) return change(item);
  return Object.fromEntries(Object.entries(item).map(([key, one]) => [key, change(one ?? null)]));
}

function isDefault({ presence, oneof, type, repeated, map }: Field, value: Json): boolean {
  if (repeated) return Array.isArray(value) && value.length === 0;
  if (map) return Object.keys(value as object).length === 0;
  if (presence || oneof) return false;
  if (typeof value === "string" && /_UNSPECIFIED$/.test(value)) return true;
  return value === "" || value === false || value === 0 || (value === "0" && integers.has(type));
}

function nameOf(values: Readonly<Record<string, number>>, number: number): string | undefined {
  return Object.keys(values).find((name) => values[name] === number);
}

function toBase64(item: unknown): string {
  return item instanceof Uint8Array ? Buffer.from(item).toString("base64") : String(item);
}
