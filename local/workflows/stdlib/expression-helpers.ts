import { fault } from "../fault.ts";
import { isInt64 } from "../value/integer.ts";
import { writeDouble } from "../value/json.ts";
import { isList, isMap, typeName, type Value } from "../value/value.ts";
import { row } from "./function.ts";

/**
 * Functions without a namespace; all their arguments are evaluated (choice `eager-helpers`).
 *
 * @see https://cloud.google.com/workflows/docs/reference/stdlib/expression-helpers
 */
// biome-ignore format: a table
export const expressionHelpers = [
  row("double",   "x: value",                              "double",  ({ x }) => toDouble(x)),
  row("int",      "x: value",                              "integer", ({ x }) => toInteger(x)),
  row("string",   "x: value",                              "string",  ({ x }) => toText(x)),
  row("keys",     "map: map",                            "list",    ({ map }) => [...map.keys()]),
  row("len",      "value: value",                          "integer", ({ value }) => BigInt(lengthOf(value))),
  row("default",  "val: value, defaultVal: value",         "value",   ({ val, defaultVal }) => val ?? defaultVal),
  row("if",       "condition: boolean|null, ifTrue: value, ifFalse: value", "value", ({ condition, ifTrue, ifFalse }) => (condition ? ifTrue : ifFalse)),
  row("get_type", "value: value",                          "string",  ({ value }) => typeName(value)),
];

function toDouble(value: Value): number {
  if (typeof value === "bigint" || typeof value === "number") return Number(value);
  if (typeof value !== "string") throw unsupported("double", value);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value))
    throw fault("ValueError", `invalid literal for double(): '${value}'`);
  return Number(value);
}

function toInteger(value: Value): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return within(Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined, value);
  if (typeof value !== "string") throw unsupported("int", value);
  return within(/^[+-]?\d+$/.test(value) ? BigInt(value.replace("+", "")) : undefined, value);
}

function within(amount: bigint | undefined, value: string | number): bigint {
  if (amount === undefined || !isInt64(amount)) throw fault("ValueError", `invalid literal for int(): '${value}'`);
  return amount;
}

/** See choice `text-of-double`. */
function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return writeDouble(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  throw unsupported("string", value);
}

function lengthOf(value: Value): number {
  if (typeof value === "string") return [...value].length;
  if (isList(value)) return value.length;
  if (isMap(value)) return value.size;
  throw unsupported("len", value);
}

function unsupported(name: string, value: Value) {
  return fault("TypeError", `unsupported operand type for ${name}(): '${typeName(value)}'`);
}
