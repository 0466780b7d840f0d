import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { toJsonSchema } from "../../spec/json-schema.ts";
import { toReference } from "../../spec/reference.ts";
import { environmentSchema } from "../../spec/schema.ts";

describe("toJsonSchema", () => {
  it("is what the generated file contains", () => {
    expect(JSON.parse(readFileSync("spec/generated/environment.schema.json", "utf8"))).toEqual(toJsonSchema());
  });

  it("refuses unknown keys at every depth", () => {
    const open = objectsOf(toJsonSchema()).filter((schema) => !("additionalProperties" in schema));
    expect(open).toEqual([]);
  });
});

describe("toReference", () => {
  it("is what the page contains", () => {
    expect(readFileSync("docs/spec.md", "utf8")).toBe(toReference());
  });

  it("says what each key means", () => {
    const rows = toReference()
      .split("\n")
      .filter((line) => /^\| [`*]/.test(line));
    expect(rows.length).toBeGreaterThan(80);
    expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
  });
});

describe("environmentSchema", () => {
  it("has a description for everything it knows", () => {
    expect(objectsOf(z.toJSONSchema(environmentSchema, { io: "input" })).flatMap(undescribed)).toEqual([]);
  });
});

type Schema = Readonly<Record<string, unknown>>;

/** All schemas of mappings, however deep. */
function objectsOf(value: unknown): Schema[] {
  if (!isSchema(value)) return [];
  return [...(value.type === "object" ? [value] : []), ...Object.values(value).flatMap(objectsOf)];
}

function undescribed({ properties }: Schema): string[] {
  if (!isSchema(properties)) return [];
  return Object.entries(properties)
    .filter(([, property]) => !(isSchema(property) && typeof property.description === "string"))
    .map(([key]) => key);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null;
}
