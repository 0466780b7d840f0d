import fc from "fast-check";
import type { Json, JsonObject } from "../../../local/json.ts";
import type { Field, Model } from "../../../local/model/model.ts";

/** Values of a message's own types, each field there or not; `wildness` is how many values of a hundred may be anything. */
export function messageArbitrary(model: Model, type: string, wildness = 0, depth = 0): fc.Arbitrary<JsonObject> {
  const fields = Object.entries(model.messages[type]?.fields ?? {});
  if (depth > 3 || fields.length === 0) return fc.constant({});
  const few = fc.subarray(fields, { maxLength: Math.min(fields.length, depth === 0 ? 6 : 3) });
  return few.chain((chosen) =>
    fc.record(
      Object.fromEntries(chosen.map(([name, field]) => [name, fieldArbitrary(model, field, { wildness, depth })])),
    ),
  );
}

interface Shape {
  readonly wildness: number;
  readonly depth: number;
}

/** Values of one field. */
function fieldArbitrary(model: Model, field: Field, shape: Shape): fc.Arbitrary<Json> {
  const one = valueArbitrary(model, field, shape);
  const tame = field.map
    ? fc.dictionary(label, one, { maxKeys: 2 }).map((value): Json => ({ ...value }))
    : field.repeated
      ? fc.array(one, { maxLength: 2 })
      : one;
  if (shape.wildness === 0) return tame;
  return fc.oneof({ weight: 100 - shape.wildness, arbitrary: tame }, { weight: shape.wildness, arbitrary: anyJson });
}

/** Names and values of labels. */
export const label = fc.stringMatching(/^[a-z][a-z0-9_-]{0,9}$/);

/** Any JSON at all. */
export const anyJson: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);

function valueArbitrary(model: Model, field: Field, { wildness, depth }: Shape): fc.Arbitrary<Json> {
  const { type } = field;
  const names = model.enums[field.values ?? type];
  if (names) return fc.constantFrom(...Object.keys(names).filter((name) => !name.startsWith("UNDEFINED_")));
  const known = scalars[type];
  if (known) return known;
  return type.startsWith("google.protobuf.") ? anyJson : messageArbitrary(model, type, wildness, depth + 1);
}

const wholeNumber = fc.integer({ min: -3, max: 70_000 });
const path = fc.constantFrom("labels", "name", "description", "*", "a.b", "");
const odd = fc.constantFrom(
  "",
  " ",
  "-",
  "a/b",
  "../..",
  "%2F",
  "é\u0000",
  "projects/-",
  "__proto__",
  "constructor",
  "x".repeat(300),
);

const scalars: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  string: fc.oneof(label, odd, fc.string({ maxLength: 12 })),
  bool: fc.boolean(),
  bytes: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  ...{ int32: wholeNumber, int64: wholeNumber.map(String), uint32: fc.nat(70_000), uint64: fc.nat(70_000).map(String) },
  ...{ double: fc.double({ noNaN: true, noDefaultInfinity: true }), float: fc.integer({ min: -9, max: 9 }) },
  "google.protobuf.Timestamp": fc
    .date({ min: new Date("2000-01-01"), max: new Date("2099-01-01"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  "google.protobuf.Duration": fc.integer({ min: -5, max: 4_000_000 }).map((seconds) => `${seconds}s`),
  "google.protobuf.FieldMask": path,
};
