import type { Json, JsonObject } from "../../../local/json.ts";
import type { Field, Model } from "../../../local/model/model.ts";
import { freeForms, readers } from "../../../local/model/scalar.ts";

/** Something wrong inside a message. */
export interface Spoiling {
  readonly title: string;
  /** The message's JSON with what is wrong. */
  readonly body: JsonObject;
  /** Path of the field that is to be named, below the message, in the definition's spelling. */
  readonly field: string;
}

/** A field somewhere in a message. */
interface Place {
  readonly field: Field;
  readonly name: string;
  /** Path of the message that has the field. */
  readonly parent: string;
  readonly depth: number;
  /** Puts a value of the field into the whole. */
  readonly wrap: (value: Json) => JsonObject;
}

const deepest = 5;

/** Values that no field of a kind takes, by kind of field. */
const wrongValues: Readonly<Record<string, readonly Json[]>> = {
  string: [7, true, { a: 1 }, ["a"]],
  bool: ["maybe", 2, {}],
  int32: ["x", 2147483648, 1.5, true, {}],
  uint32: ["x", -1, 4294967296, {}],
  int64: ["9223372036854775808", "-9223372036854775809", "x", 0.5, []],
  uint64: ["18446744073709551616", -1, "x"],
  double: ["x", true, {}],
  float: ["x", true, {}],
  bytes: ["!!", 7, {}],
  "google.protobuf.Timestamp": ["tomorrow", "2030-13-45T00:00:00Z", 1_700_000_000, {}],
  "google.protobuf.Duration": ["5 minutes", 300, "s", {}],
  "google.protobuf.FieldMask": [7, {}],
  "google.protobuf.Struct": ["text", [], 7],
};

/** Everything that can be wrong inside a message: for each kind of field the first that is met at the top and deeper. */
export function spoilings(model: Model, type: string, { every = false } = {}): Spoiling[] {
  const met = new Set<string>();
  const chosen = placesIn(model, type).filter(({ field, depth }) => {
    const key = `${kindOf(model, field)} ${depth > 0}`;
    return every || (!met.has(key) && met.add(key));
  });
  return [
    ...chosen.flatMap((place) => spoiledPlace(model, place)),
    ...unknownNames(model, type),
    ...doubleOneofs(model, type),
  ];
}

function kindOf(model: Model, { type, repeated, map, values }: Field): string {
  if (map) return "map";
  if (repeated) return "list";
  if (values) return "name";
  return model.enums[type] ? "enum" : readers[type] || freeForms.has(type) ? type : "message";
}

function spoiledPlace(model: Model, { field, name, parent, wrap }: Place): Spoiling[] {
  const kind = kindOf(model, field);
  const at = join(parent, field.proto ?? name);
  const wrong = wrongOf(model, field).map((value) => ({
    title: `${at} is ${JSON.stringify(value)} instead of ${kind}`,
    body: wrap(value),
    field: at,
  }));
  if (kind !== "list" || !fillsBadly(model, field)) return wrong;
  const body = wrap([badItem(model, field)]);
  return [...wrong, { title: `${at} lists what is no ${field.type}`, body, field: `${at}[0]` }];
}

function wrongOf(model: Model, field: Field): readonly Json[] {
  const kind = kindOf(model, field);
  if (kind === "map") return ["text", [], 7];
  if (kind === "list") return [{}, "text", 7];
  if (kind === "enum") return ["NO_SUCH_NAME", 987_654_321, -3, {}];
  if (kind === "name") return ["NO_SUCH_NAME", 7];
  if (kind === "message") return ["text", [], 7, true];
  return wrongValues[field.type.replace(/^sint|^sfixed/, "int")] ?? [];
}

function fillsBadly(model: Model, { type }: Field): boolean {
  return type === "string" || (model.messages[type] !== undefined && !type.startsWith("google.protobuf."));
}

function badItem(model: Model, { type }: Field): Json {
  return model.messages[type] ? "text" : { a: 1 };
}

/** A name that no message has, in the message itself and in one inside of it. */
function unknownNames(model: Model, type: string): Spoiling[] {
  const nested = placesIn(model, type).filter(
    ({ field }) => !field.map && kindOf(model, { ...field, repeated: undefined }) === "message",
  );
  const inner = [nested[0], nested.at(-1)].filter((place) => place !== undefined);
  return [
    { title: "a name that it does not have", body: { noSuchField: 1 }, field: "" },
    ...inner.map(({ field, name, parent, wrap }) => {
      const at = join(parent, field.proto ?? name);
      const body = wrap(field.repeated ? [{ noSuchField: 1 }] : { noSuchField: 1 });
      return { title: `a name that ${at} does not have`, body, field: field.repeated ? `${at}[0]` : at };
    }),
  ];
}

/** Two members of a oneof. */
function doubleOneofs(model: Model, type: string): Spoiling[] {
  const groups = Map.groupBy(
    placesIn(model, type).filter(({ field, depth }) => field.oneof && depth < 2),
    ({ parent, field }) => `${parent} ${field.oneof}`,
  );
  return [...groups.values()].flatMap(([first, second]) => {
    if (!first || !second) return [];
    const body = merge(first.wrap(someValue(model, first.field)), second.wrap(someValue(model, second.field)));
    return [{ title: `two members of ${first.field.oneof}`, body, field: first.parent }];
  });
}

function someValue(model: Model, { type }: Field): Json {
  const values = model.enums[type];
  if (values) return Object.keys(values).at(-1) ?? "";
  if (type === "string" || type === "bytes") return "text";
  if (type === "google.protobuf.Timestamp") return "2030-01-01T00:00:00Z";
  if (type === "google.protobuf.Duration") return "60s";
  return type === "bool" ? true : model.messages[type] ? {} : 1;
}

function merge(one: JsonObject, other: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...one } as Record<string, Json>;
  for (const [key, value] of Object.entries(other)) {
    const present = result[key];
    if (value !== undefined) result[key] = present === undefined ? value : mergeValues(present, value);
  }
  return result;
}

function mergeValues(one: Json, other: Json): Json {
  if (Array.isArray(one) && Array.isArray(other)) return [mergeValues(one[0] as Json, other[0] as Json)];
  return typeof one === "object" && one !== null ? merge(one as JsonObject, other as JsonObject) : other;
}

/** Every field of a message and of the messages inside it, each message type on a path once. */
function placesIn(model: Model, type: string): Place[] {
  const found: Place[] = [];
  const visit = (at: { type: string; parent: string; wrap: Place["wrap"]; seen: readonly string[] }) => {
    for (const [name, field] of Object.entries(model.messages[at.type]?.fields ?? {})) {
      const depth = at.seen.length - 1;
      const wrap = (value: Json) => at.wrap({ [name]: value });
      found.push({ field, name, parent: at.parent, depth, wrap });
      const inner = model.messages[field.type] && !field.type.startsWith("google.protobuf.");
      if (!inner || at.seen.includes(field.type) || depth >= deepest) continue;
      const below = join(at.parent, field.proto ?? name);
      visit({
        type: field.type,
        parent: field.map ? join(below, "key") : field.repeated ? `${below}[0]` : below,
        wrap: (value) => wrap(field.map ? { key: value } : field.repeated ? [value] : value),
        seen: [...at.seen, field.type],
      });
    }
  };
  visit({ type, parent: "", wrap: (value) => value as JsonObject, seen: [type] });
  return found.sort((a, b) => a.depth - b.depth);
}

/** A path below another. */
export function join(path: string, name: string): string {
  return path && name ? `${path}.${name}` : path || name;
}
