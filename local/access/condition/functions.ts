import { resourceName, resourceService, resourceType } from "./resource.ts";
import { timeParts } from "./time.ts";
import type { Expression, Value, ValueType } from "./value.ts";

/** A function of the language: types of what it is called on and with, type and way of its result. */
interface Overload {
  readonly name: string;
  readonly takes: readonly ValueType[];
  readonly gives: ValueType;
  readonly apply: (values: readonly Value[]) => Value;
}

/** The attributes that a condition may read. */
// biome-ignore format: a table
export const attributes: Readonly<Record<string, Expression>> = {
  "request.time":     { type: "timestamp", evaluate: ({ now }) => now },
  "resource.name":    { type: "string",    evaluate: ({ resource }) => resourceName(resource) },
  "resource.type":    { type: "string",    evaluate: ({ resource }) => resourceType(resource) },
  "resource.service": { type: "string",    evaluate: ({ resource }) => resourceService(resource) },
};

/** Attributes and functions of Google's that are known, and not evaluated. */
export const unserved: ReadonlySet<string> = new Set([
  ...["request.path", "request.host", "request.auth", "destination.ip", "destination.port", "origin.ip"],
  ...["resource.matchTag", "resource.matchTagId", "resource.hasTagKey", "resource.hasTagKeyId"],
]);

const text = (value: Value | undefined) => String(value ?? "");
const list = (value: Value | undefined) => (Array.isArray(value) ? (value as readonly string[]) : []);

/**
 * The functions of conditions; those of a value come with it first.
 *
 * @see https://cloud.google.com/iam/docs/conditions-attribute-reference
 */
// biome-ignore format: a table
export const functions: readonly Overload[] = [
  { name: "startsWith", takes: ["string", "string"], gives: "bool",   apply: ([on, prefix]) => text(on).startsWith(text(prefix)) },
  { name: "endsWith",   takes: ["string", "string"], gives: "bool",   apply: ([on, suffix]) => text(on).endsWith(text(suffix)) },
  { name: "contains",   takes: ["string", "string"], gives: "bool",   apply: ([on, part]) => text(on).includes(text(part)) },
  { name: "extract",    takes: ["string", "string"], gives: "string", apply: ([on, template]) => extract(text(on), text(template)) },
  { name: "hasOnly",    takes: ["list", "list"],     gives: "bool",   apply: ([on, allowed]) => list(on).every((one) => list(allowed).includes(one)) },
  ...Object.entries(timeParts).flatMap(([name, part]) => [
    { name, takes: ["timestamp"] as const,           gives: "int" as const, apply: ([on]: readonly Value[]) => part(Number(on), "") },
    { name, takes: ["timestamp", "string"] as const, gives: "int" as const, apply: ([on, zone]: readonly Value[]) => part(Number(on), text(zone)) },
  ]),
];

/** What stands in a text between the two ends of a template; all of it when the template ends there, nothing when they are not found. */
function extract(value: string, template: string): string {
  const [, before = "", after = ""] = /^([^{]*)\{[^}]*\}(.*)$/.exec(template) ?? [];
  const start = value.indexOf(before);
  if (start < 0) return "";
  const rest = value.slice(start + before.length);
  if (after === "") return rest;
  const end = rest.indexOf(after);
  return end < 0 ? "" : rest.slice(0, end);
}
