/**
 * Any value of the Workflows language. Integers are `bigint` (64 bit, signed) and doubles are `number`, so that `2` and
 * `2.0` stay apart. Values are immutable: an assignment into a map or list makes a new one.
 *
 * @see https://cloud.google.com/workflows/docs/reference/syntax/datatypes
 */
export type Value = null | boolean | bigint | number | string | Uint8Array | ValueList | ValueMap | FunctionValue;

/** A list of the language. */
export type ValueList = readonly Value[];

/** A map of the language; keys keep the order in which they were first set. */
export type ValueMap = ReadonlyMap<string, Value>;

/** A library function or subworkflow used as a value, as in `predicate: ${retryOnConflict}`. */
export interface FunctionValue {
  readonly functionName: string;
}

/** The word that `get_type` gives for a value. */
export type TypeName = "null" | "boolean" | "integer" | "double" | "string" | "bytes" | "list" | "map" | "function";

/** Tells whether a value is a list. */
export function isList(value: Value): value is ValueList {
  return Array.isArray(value);
}

/** Tells whether a value is a map. */
export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}

/** Tells whether a value is bytes. */
export function isBytes(value: Value): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** Tells whether a value is a function used as a value. */
export function isFunction(value: Value): value is FunctionValue {
  return typeof value === "object" && value !== null && !isList(value) && !isMap(value) && !isBytes(value);
}

/** Tells whether a value is an integer or a double. */
export function isNumber(value: Value): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

/** Gives the language's name of a value's type. */
export function typeName(value: Value): TypeName {
  if (value === null) return "null";
  if (isList(value)) return "list";
  if (isMap(value)) return "map";
  if (isBytes(value)) return "bytes";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "bigint":
      return "integer";
    case "number":
      return "double";
    case "string":
      return "string";
    default:
      return "function";
  }
}

/** Compares two values as `==` does: numbers by amount, lists and maps by content, unlike types as different (choice `deep-equality`). */
export function isEqual(left: Value, right: Value): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: between bigint and number only this compares amounts exactly
  if (isNumber(left) && isNumber(right)) return left == right;
  if (isList(left)) return isList(right) && areListsEqual(left, right);
  if (isMap(left)) return isMap(right) && areMapsEqual(left, right);
  if (isBytes(left)) return isBytes(right) && Buffer.compare(left, right) === 0;
  if (left !== null && typeof left === "object" && right !== null && isFunction(right)) {
    return left.functionName === right.functionName;
  }
  return left === right;
}

function areListsEqual(left: ValueList, right: ValueList): boolean {
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index] ?? null));
}

function areMapsEqual(left: ValueMap, right: ValueMap): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([key, item]) => right.has(key) && isEqual(item, right.get(key) ?? null));
}
