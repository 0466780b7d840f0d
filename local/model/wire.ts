import { isUtf8 } from "node:buffer";
import protobuf from "protobufjs";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Field, Model } from "./model.ts";
import { fromWellKnown, toWellKnown } from "./well-known.ts";

/** Messages in protocol buffers' own encoding, from and to their JSON form. */
export interface Wire {
  /** @throws Error for bytes that are no such message */
  decode(type: string, bytes: Uint8Array): JsonObject;
  encode(type: string, value: JsonObject): Buffer;
}

/** Enum fields go by number and types by flat names, so that no namespaces have to be built. */
const flat = (type: string): string => type.replaceAll(".", "_");

/** Builds types as protobufjs has them, each when it is first needed. */
function createTypes(model: Model): (type: string) => protobuf.Type {
  const root = new protobuf.Root();

  function lookup(type: string): protobuf.Type {
    const found = root.get(flat(type));
    return found instanceof protobuf.Type ? found : build(type);
  }

  function build(type: string): protobuf.Type {
    const message = model.messages[type];
    if (!message) throw new Error(`there is no message ${type}`);
    const built = new protobuf.Type(flat(type));
    root.add(built);
    for (const [name, field] of Object.entries(message.fields)) built.add(buildField(model, name, field));
    for (const { type: inner } of Object.values(message.fields)) if (model.messages[inner]) lookup(inner);
    return built;
  }

  return lookup;
}

function buildField(model: Model, name: string, { id, type, map, repeated }: Field): protobuf.FieldBase {
  const wireType = model.enums[type] ? "int32" : model.messages[type] ? flat(type) : type;
  if (map) return new protobuf.MapField(name, id, map, wireType);
  // Scalars of proto3 are packed; protobufjs packs none unless told.
  return repeated
    ? new protobuf.Field(name, id, wireType, "repeated", undefined, { packed: true })
    : new protobuf.Field(name, id, wireType);
}

/** Prepares the encoding of a model's messages. */
export function createWire(model: Model): Wire {
  const lookup = createTypes(model);
  const forms = { model, decode, encode, decodeFields, encodeFields };

  function decode(type: string, bytes: Uint8Array): JsonObject {
    return convert(type, decodeFields(type, bytes), fromWire);
  }

  function decodeFields(type: string, bytes: Uint8Array): JsonObject {
    const reflected = lookup(type);
    return reflected.toObject(reflected.decode(strictReader(bytes)), { longs: String, bytes: String }) as JsonObject;
  }

  function encode(type: string, value: JsonObject): Buffer {
    return encodeFields(type, convert(type, value, toWire));
  }

  function encodeFields(type: string, fields: JsonObject): Buffer {
    const reflected = lookup(type);
    return Buffer.from(reflected.encode(reflected.fromObject(fields)).finish());
  }

  function convert(type: string, value: JsonObject, change: (field: Field, item: Json) => Json): JsonObject {
    const fields = model.messages[type]?.fields ?? {};
    const result: Record<string, Json> = {};
    for (const [name, item] of Object.entries(value)) {
      const field = fields[name];
      if (field && item !== undefined) result[name] = eachValue(field, item, (inner) => change(field, inner));
    }
    return result;
  }

  function fromWire(field: Field, value: Json): Json {
    const values = model.enums[field.type];
    if (values) return Object.keys(values).find((name) => values[name] === value) ?? value;
    if (!model.messages[field.type] || !isJsonObject(value)) return value;
    return fromWellKnown(forms, field.type, value) ?? convert(field.type, value, fromWire);
  }

  function toWire(field: Field, value: Json): Json {
    const values = model.enums[field.type];
    if (values) return typeof value === "string" ? (values[value] ?? 0) : value;
    if (!model.messages[field.type]) return value;
    const known = toWellKnown(forms, field.type, value);
    if (known !== undefined) return known;
    return isJsonObject(value) ? convert(field.type, value, toWire) : value;
  }

  return { decode, encode };
}

/** A reader that, unlike protobufjs' own, takes no text that ends early or is no UTF-8. */
function strictReader(bytes: Uint8Array): protobuf.Reader {
  const reader = protobuf.Reader.create(bytes);
  reader.string = () => {
    const text = reader.bytes();
    if (!isUtf8(text)) throw new Error("text that is no UTF-8");
    return Buffer.from(text.buffer, text.byteOffset, text.length).toString("utf8");
  };
  return reader;
}

function eachValue(field: Field, item: Json, change: (inner: Json) => Json): Json {
  if (field.map && isJsonObject(item)) {
    return Object.fromEntries(
      Object.entries(item).map(([key, inner]) => [key, inner === undefined ? inner : change(inner)]),
    );
  }
  return field.repeated && Array.isArray(item) ? (item as readonly Json[]).map(change) : change(item);
}
