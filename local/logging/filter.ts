import { ApiError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Comparison, type Condition, parseFilter } from "./filter-parser.ts";

/** Severities from the least to the gravest. */
const severities = [
  "DEFAULT",
  "DEBUG",
  "INFO",
  "NOTICE",
  "WARNING",
  "ERROR",
  "CRITICAL",
  "ALERT",
  "EMERGENCY",
] as readonly string[];

/**
 * Makes a test for log entries from a filter of the Logging query language: comparisons of fields, `AND`, `OR`, `NOT`,
 * brackets, and bare words that are searched for everywhere. Functions are not served.
 *
 * @throws ApiError INVALID_ARGUMENT when the filter cannot be parsed
 * @see https://cloud.google.com/logging/docs/view/logging-query-language
 */
export function compileFilter(text: string): (entry: JsonObject) => boolean {
  const condition = parseFilter(text);
  return condition ? (entry) => holds(condition, entry) : () => true;
}

function holds(condition: Condition, entry: JsonObject): boolean {
  switch (condition.kind) {
    case "and":
      return condition.of.every((part) => holds(part, entry));
    case "or":
      return condition.of.some((part) => holds(part, entry));
    case "not":
      return !holds(condition.of, entry);
    case "text":
      return texts(entry).some((value) => includes(value, condition.text));
    case "comparison":
      return compares(condition, entry);
  }
}

function compares({ path, operator, value }: Comparison, entry: JsonObject): boolean {
  const found = lookUp(entry, path);
  const [field] = path;
  if (field === "severity" && path.length === 1) return ranks(String(found ?? "DEFAULT"), { operator, value });
  // A field that is not there fails every comparison but those that negate.
  if (found === undefined || found === null) return operator === "!=" || operator === "!~";
  const actual = toText(found);
  switch (operator) {
    case "=":
      return field === "logName"
        ? unescaped(actual) === unescaped(value)
        : actual.toLowerCase() === value.toLowerCase();
    case "!=":
      return actual.toLowerCase() !== value.toLowerCase();
    case ":":
      return value === "*" || (isJsonObject(found) ? value in found : includes(actual, value));
    case "=~":
      return toPattern(value).test(actual);
    case "!~":
      return !toPattern(value).test(actual);
    default:
      return inOrder(order(actual, value), operator);
  }
}

function ranks(actual: string, { operator, value }: Pick<Comparison, "operator" | "value">): boolean {
  const rank = (name: string) => severities.indexOf(name.toUpperCase());
  if (rank(value) < 0)
    throw new ApiError({ code: "INVALID_ARGUMENT", message: `Unparseable filter: unknown severity ${value}` });
  return inOrder(rank(actual) - rank(value), operator === ":" ? "=" : operator);
}

function inOrder(difference: number, operator: Comparison["operator"]): boolean {
  switch (operator) {
    case "=":
      return difference === 0;
    case "!=":
      return difference !== 0;
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
    default:
      throw new ApiError({ code: "INVALID_ARGUMENT", message: `Unparseable filter: ${operator} does not apply here` });
  }
}

/** Times as instants, numbers as numbers, all else as text. */
function order(actual: string, value: string): number {
  const isTime = /^\d{4}-\d\d-\d\d/.test(actual) && /^\d{4}-\d\d-\d\d/.test(value);
  const [left, right] = isTime ? [Date.parse(actual), Date.parse(value)] : [Number(actual), Number(value)];
  if (isTime && left === right) return actual.replace("Z", "") < value.replace("Z", "") ? -1 : Number(actual !== value);
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  return actual < value ? -1 : Number(actual > value);
}

function lookUp(entry: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), entry);
}

function texts(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(texts);
  return isJsonObject(value) ? Object.values(value).flatMap(texts) : [toText(value)];
}

function toText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function includes(actual: string, value: string): boolean {
  return actual.toLowerCase().includes(value.toLowerCase());
}

function unescaped(logName: string): string {
  return logName.replaceAll("%2F", "/").replaceAll("%2f", "/");
}

function toPattern(value: string): RegExp {
  try {
    return new RegExp(value);
  } catch (cause) {
    throw new ApiError({
      code: "INVALID_ARGUMENT",
      message: `Unparseable filter: invalid regular expression ${value}`,
      cause,
    });
  }
}
