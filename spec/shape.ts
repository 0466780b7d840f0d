import * as z from "zod";
import type { Finding } from "./problem.ts";
import { environmentSchema } from "./schema.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** Says in our words what zod found, each with what to do about it. */
export function toFindings(issues: readonly Issue[], value: unknown): Finding[] {
  return issues.flatMap((issue) => toFinding(issue, valueAt(value, issue.path)));
}

function toFinding(issue: Issue, received: unknown): Finding | Finding[] {
  const path = issue.path;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key));
    case "invalid_key":
      return { path, atKey: true, message: issue.issues[0]?.message ?? issue.message, fix: keyFix(path.slice(0, -1)) };
    case "invalid_type":
      return wrongType(path, issue.expected, received);
    case "invalid_value":
      return wrongValue(path, issue.values, received);
    case "too_small":
      return {
        path,
        message: `must be at least ${issue.minimum}${unit(issue.origin)}`,
        fix: `write ${issue.minimum} or more`,
      };
    case "too_big":
      return {
        path,
        message: `must be at most ${issue.maximum}${unit(issue.origin)}`,
        fix: `write ${issue.maximum} or less`,
      };
    default:
      return { path, message: issue.message, fix: fixFor(path, received) };
  }
}

function unknownKey(path: readonly PropertyKey[], key: string): Finding {
  const known = keysAt(path);
  const meant = suggest(key, known);
  const fix = meant === undefined ? `remove it; known here: ${known.join(", ")}` : `did you mean ${meant}?`;
  return { path: [...path, key], atKey: true, message: "is not a known key", fix };
}

function wrongType(path: readonly PropertyKey[], expected: string, received: unknown): Finding {
  const key = String(path.at(-1) ?? "");
  if (received === undefined) return { path, message: "is missing", fix: missingFix(path, key) };
  const message = `must be ${typeNames[expected] ?? expected}, not ${describe(received)}`;
  if (expected === "string" && typeof received !== "object")
    return { path, message, fix: `put it in quotes: "${received}"` };
  if (expected === "boolean") return { path, message, fix: "write true or false, without quotes" };
  return { path, message, fix: fixFor(path, received) };
}

function wrongValue(path: readonly PropertyKey[], values: readonly unknown[], received: unknown): Finding {
  if (received === undefined) return { path, message: "is missing", fix: missingFix(path, String(path.at(-1))) };
  const words = values.map(String);
  const [only] = words;
  if (words.length === 1) return { path, message: `must be ${only}`, fix: `write ${only}` };
  const list = words.join(", ");
  const message = words.length > 20 ? `${describe(received)} is none of the known values` : `must be one of ${list}`;
  const meant = meantBy(received, words);
  return { path, message, fix: meant === undefined ? `write one of ${list}` : `did you mean ${meant}?` };
}

/** The listed value closest to a number, or to a text by its letters or its end. */
function meantBy(received: unknown, words: readonly string[]): string | undefined {
  const ending = words.find((word) => word.endsWith(`_${received}`));
  if (typeof received !== "number")
    return ending ?? (typeof received === "string" ? suggest(received, words) : undefined);
  const distance = (word: string) => Math.abs(Number(word) - received);
  const numbers = words.filter((word) => !Number.isNaN(Number(word)));
  return ending ?? numbers.sort((a, b) => distance(a) - distance(b))[0];
}

function missingFix(path: readonly PropertyKey[], key: string): string {
  return `add ${key}: ${sampleOf(schemaAt(path)) ?? "…"}`;
}

function fixFor(path: readonly PropertyKey[], received?: unknown): string {
  if (path.length === 0) return "begin with apiVersion: alloyrun/v1";
  const corrected = typeof received === "string" ? correct(received, path) : undefined;
  const example = corrected ?? sampleOf(schemaAt(path));
  if (example === undefined) return "write it as the reference says, or remove it";
  return corrected === undefined ? `write for example ${example}` : `write ${example}`;
}

function keyFix(path: readonly PropertyKey[]): string {
  const record = schemaAt(path);
  const sample = record instanceof z.ZodRecord ? sampleOf(record.keyType) : undefined;
  return sample === undefined ? "rename it" : `rename it, for example to ${sample}`;
}

/** The name that was probably meant: lower case, forbidden characters as hyphens, no longer than allowed. */
function correct(received: string, path: readonly PropertyKey[]): string | undefined {
  const schema = schemaAt(path);
  const slug = received
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "");
  for (let length = slug.length; schema && length > 0; length--) {
    const candidate = slug.slice(0, length);
    if (schema.safeParse(candidate).success) return candidate;
  }
  return undefined;
}

/** A value that fits, as it would stand in the file: an example of the schema's, or its required keys. */
function sampleOf(schema: unknown): string | undefined {
  const inner = unwrap(schema);
  const examples: unknown = inner?.meta()?.examples;
  if (Array.isArray(examples)) return typeof examples[0] === "string" ? examples[0] : JSON.stringify(examples[0]);
  if (inner instanceof z.ZodLiteral || inner instanceof z.ZodEnum) return String(firstOf(inner));
  if (inner instanceof z.ZodBoolean) return "false";
  if (!(inner instanceof z.ZodObject)) return undefined;
  const required = Object.entries(inner.shape).filter(([, value]) => !isOptional(value));
  return `{ ${required.map(([key, value]) => `${key}: ${sampleOf(value) ?? "…"}`).join(", ")} }`;
}

function firstOf(schema: z.ZodLiteral | z.ZodEnum): unknown {
  return schema instanceof z.ZodEnum ? schema.options[0] : [...schema.values][0];
}

function isOptional(schema: unknown): boolean {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
}

function keysAt(path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema of what stands at a path, without the wrappers that make it optional or give it a default. */
function schemaAt(path: readonly PropertyKey[]): z.ZodType | undefined {
  let schema: unknown = environmentSchema;
  for (const key of path) {
    const outer = unwrap(schema);
    if (outer instanceof z.ZodObject) schema = Object.entries(outer.shape).find(([name]) => name === key)?.[1];
    else if (outer instanceof z.ZodRecord) schema = outer.valueType;
    else if (outer instanceof z.ZodArray) schema = outer.element;
    else return undefined;
  }
  return unwrap(schema);
}

function unwrap(schema: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  return schema instanceof z.ZodType ? schema : undefined;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[String(key)] : undefined), value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
  array: "a list",
};

function describe(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? `the text "${value.slice(0, 40)}"` : `${value}`;
}

function unit(origin: string): string {
  return origin === "string" ? " characters" : "";
}
