import type { Json } from "../json.ts";

/** What a value of the wrong kind turns into. */
export const wrong = Symbol("wrong");

/** Reads one JSON value as a kind of field; `wrong` when it is none. */
type Reader = (value: Json) => Json | typeof wrong;

const integer =
  (low: bigint, high: bigint, wide: boolean): Reader =>
  (value) => {
    if (typeof value !== "number" && typeof value !== "string") return wrong;
    const text = String(value).trim();
    if (!/^-?\d+(?:\.0+)?$/.test(text)) return wrong;
    const number = BigInt(text.replace(/\.0+$/, ""));
    if (number < low || number > high) return wrong;
    return wide ? String(number) : Number(number);
  };

const signed32 = integer(-(2n ** 31n), 2n ** 31n - 1n, false);
const unsigned32 = integer(0n, 2n ** 32n - 1n, false);
const signed64 = integer(-(2n ** 63n), 2n ** 63n - 1n, true);
const unsigned64 = integer(0n, 2n ** 64n - 1n, true);

function floating(value: Json): Json | typeof wrong {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return value;
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : wrong;
}

function bool(value: Json): Json | typeof wrong {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string" || !/^(?:true|false)$/i.test(value)) return wrong;
  return value.toLowerCase() === "true";
}

function text(value: Json): Json | typeof wrong {
  return typeof value === "string" ? value : wrong;
}

/** Both alphabets of base64 are accepted; the standard one comes out. */
function bytes(value: Json): Json | typeof wrong {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) return wrong;
  return Buffer.from(value.replaceAll("-", "+").replaceAll("_", "/"), "base64").toString("base64");
}

function timestamp(value: Json): Json | typeof wrong {
  if (typeof value !== "string") return wrong;
  const parts = value.match(/^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/);
  if (!parts) return wrong;
  const [, second = "", fraction = "", zone = ""] = parts;
  const ms = Date.parse(`${second}${zone}`);
  return Number.isNaN(ms) ? wrong : new Date(ms).toISOString().replace(".000Z", `${fraction}Z`);
}

function duration(value: Json): Json | typeof wrong {
  return typeof value === "string" && /^-?\d{1,12}(?:\.\d{1,9})?s$/.test(value) ? value : wrong;
}

/** Paths come out under their JSON names, separated by commas. */
function fieldMask(value: Json): Json | typeof wrong {
  if (typeof value !== "string") return wrong;
  const paths = value.split(",").map((path) => path.trim());
  return paths
    .filter((path) => path !== "")
    .map((path) => path.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()))
    .join(",");
}

/** Readers of scalar kinds and of the well-known types whose JSON form is a scalar. */
export const readers: Readonly<Record<string, Reader>> = {
  ...{ int32: signed32, sint32: signed32, sfixed32: signed32, uint32: unsigned32, fixed32: unsigned32 },
  ...{ int64: signed64, sint64: signed64, sfixed64: signed64, uint64: unsigned64, fixed64: unsigned64 },
  ...{ double: floating, float: floating, bool, string: text, bytes },
  "google.protobuf.Timestamp": timestamp,
  "google.protobuf.Duration": duration,
  "google.protobuf.FieldMask": fieldMask,
  "google.protobuf.StringValue": text,
  "google.protobuf.BytesValue": bytes,
  "google.protobuf.BoolValue": bool,
  "google.protobuf.Int32Value": signed32,
  "google.protobuf.UInt32Value": unsigned32,
  "google.protobuf.Int64Value": signed64,
  "google.protobuf.UInt64Value": unsigned64,
  "google.protobuf.FloatValue": floating,
  "google.protobuf.DoubleValue": floating,
};

/** Well-known types whose JSON form is free. */
export const freeForms: ReadonlySet<string> = new Set([
  "google.protobuf.Struct",
  "google.protobuf.Value",
  "google.protobuf.ListValue",
  "google.protobuf.NullValue",
  "google.protobuf.Any",
]);

/** Tells whether a scalar is what an absent field reads as. */
export function isDefault(value: Json): boolean {
  return value === "" || value === 0 || value === "0" || value === false;
}
