import { describe, expect, it } from "@jest/globals";
import type { Json } from "../../../local/json.ts";
import type { Field, Model } from "../../../local/model/model.ts";
import { parseMessage, startReading } from "../../../local/model/parse.ts";

const field = (type: string, more: Partial<Field> = {}): Field => ({ id: 1, type, ...more });
const model: Model = {
  routes: [],
  methods: {},
  enums: { "t.Color": { COLOR_UNSPECIFIED: 0, RED: 1 } },
  messages: {
    "t.All": {
      fields: {
        anInt: field("int32", { proto: "an_int" }),
        unsigned: field("uint32"),
        long: field("int64"),
        ratio: field("double"),
        flag: field("bool"),
        text: field("string"),
        bytes: field("bytes"),
        color: field("t.Color"),
        colors: field("t.Color", { repeated: true }),
        present: field("int32", { presence: true }),
        labels: field("string", { map: "string" }),
        list: field("t.All", { repeated: true }),
        time: field("google.protobuf.Timestamp"),
        span: field("google.protobuf.Duration"),
        mask: field("google.protobuf.FieldMask"),
        wrapped: field("google.protobuf.Int64Value"),
        value: field("google.protobuf.Value"),
        struct: field("google.protobuf.Struct"),
      },
    },
  },
};

function parse(value: Record<string, Json>) {
  const reading = startReading(model);
  return { parsed: parseMessage(reading, "t.All", value), violations: reading.violations.map((one) => one.field) };
}

describe("parseMessage", () => {
  it.each([
    [{ an_int: 3 }, { anInt: 3 }],
    [{ anInt: "3" }, { anInt: 3 }],
    [{ anInt: 3.0 }, { anInt: 3 }],
    [{ long: 12 }, { long: "12" }],
    [{ long: "9223372036854775807" }, { long: "9223372036854775807" }],
    [{ ratio: "0.5" }, { ratio: 0.5 }],
    [{ ratio: "NaN" }, { ratio: "NaN" }],
    [{ flag: "True" }, { flag: true }],
    [{ bytes: "_-8" }, { bytes: "/+8=" }],
    [{ color: "RED" }, { color: "RED" }],
    [{ color: 1 }, { color: "RED" }],
    [{ colors: ["RED", 1] }, { colors: ["RED", "RED"] }],
    [{ time: "2026-01-01T01:00:00.5+01:00" }, { time: "2026-01-01T00:00:00.5Z" }],
    [{ span: "1.5s" }, { span: "1.5s" }],
    [{ mask: "an_int,labels.a" }, { mask: "anInt,labels.a" }],
    [{ wrapped: 0 }, { wrapped: "0" }],
    [{ value: null }, { value: null }],
    [{ struct: { any: [1, { thing: null }] } }, { struct: { any: [1, { thing: null }] } }],
    [{ list: [{ text: "a" }, {}] }, { list: [{ text: "a" }, {}] }],
  ] as [Record<string, Json>, object][])("reads %j as %j", (value, expected) => {
    expect(parse(value)).toEqual({ parsed: expected, violations: [] });
  });

  it("leaves out what equals an absent field, and keeps it where presence is tracked", () => {
    const value = {
      anInt: 0,
      text: "",
      flag: false,
      long: "0",
      color: 0,
      labels: {},
      list: [],
      time: null,
      present: 0,
    };
    expect(parse(value)).toEqual({ parsed: { present: 0 }, violations: [] });
  });

  it.each([
    [{ unknown: 1 }, ""],
    [{ anInt: 2147483648 }, "an_int"],
    [{ anInt: 1.5 }, "an_int"],
    [{ anInt: true }, "an_int"],
    [{ unsigned: -1 }, "unsigned"],
    [{ long: "1e3" }, "long"],
    [{ ratio: "much" }, "ratio"],
    [{ flag: 1 }, "flag"],
    [{ text: 5 }, "text"],
    [{ bytes: "a b" }, "bytes"],
    [{ color: "BLUE" }, "color"],
    [{ color: 7 }, "color"],
    [{ color: "" }, "color"],
    [{ colors: "RED" }, "colors"],
    [{ labels: { a: 1 } }, "labels.a"],
    [{ labels: [] }, "labels"],
    [{ list: [{}, { text: 1 }] }, "list[1].text"],
    [{ list: ["x"] }, "list[0]"],
    [{ time: "2026-01-01" }, "time"],
    [{ time: "2026-13-01T00:00:00Z" }, "time"],
    [{ span: "5 minutes" }, "span"],
    [{ struct: [] }, "struct"],
  ] as [Record<string, Json>, string][])("refuses %j", (value, at) => {
    expect(parse(value).violations).toEqual([at]);
  });

  it("reports everything that is wrong at once", () => {
    expect(parse({ anInt: "x", flag: "y", labels: { a: 1 } }).violations).toEqual(["an_int", "flag", "labels.a"]);
  });

  it("does not repeat what may be secret", () => {
    const reading = startReading(model);
    parseMessage(reading, "t.All", { bytes: "pass word" });
    expect(reading.violations[0]?.description).not.toContain("pass");
  });

  it("takes no inherited property for a field or an enum's value", () => {
    expect(parse(JSON.parse('{"constructor": 1, "__proto__": 2}')).violations).toEqual(["", ""]);
    expect(parse({ color: "toString" }).violations).toEqual(["color"]);
  });
});
