import { fault } from "../fault.ts";
import { copyOf } from "../value/header-map.ts";
import { noteChange, sizeOf } from "../value/size.ts";
import { isList, isMap, typeName, type Value, type ValueList, type ValueMap } from "../value/value.ts";
import { row } from "./function.ts";

/** `list.*` and `map.*`; none changes its arguments. @see https://cloud.google.com/workflows/docs/reference/stdlib/map/get */
// biome-ignore format: a table
export const collections = [
  row("list.concat",      "objs: list, val: value",    "list", ({ objs, val }) => extended(objs, val, [...objs, val])),
  row("list.prepend",     "objs: list, val: value",    "list", ({ objs, val }) => extended(objs, val, [val, ...objs])),
  row("map.get",          "map: value, keys: value",   "value", ({ map, keys }) => get(map, toKeys(keys))),
  row("map.delete",       "map: map, key: string",   "map",  ({ map, key }) => remove(map, key)),
  row("map.merge",        "first: map, second: map", "map",  ({ first, second }) => merge(first, second)),
  row("map.merge_nested", "first: map, second: map", "map",  ({ first, second }) => mergeNested(first, second)),
];

/** A list with one element more, whose size is known from the one before. */
function extended(objs: ValueList, added: Value, longer: ValueList): ValueList {
  noteChange(longer, objs, { bytes: sizeOf(added), added });
  return longer;
}

function toKeys(keys: Value): readonly string[] {
  if (typeof keys === "string") return [keys];
  if (isList(keys)) return keys.map(toKey);
  throw fault("TypeError", `map.get: argument 'keys' must be a string or a list of strings, not ${typeName(keys)}`);
}

function toKey(key: Value): string {
  if (typeof key === "string") return key;
  throw fault("TypeError", `map.get: argument 'keys' must hold strings, not ${typeName(key)}`);
}

/** Null where a level is missing or is no map. */
function get(map: Value, keys: readonly string[]): Value {
  return keys.reduce<Value>((value, key) => (isMap(value) ? (value.get(key) ?? null) : null), map);
}

/** See choice `delete-missing`. */
function remove(map: ValueMap, key: string): ValueMap {
  if (!map.has(key)) throw fault("KeyError", `key not found: ${key}`);
  const copy = copyOf(map);
  copy.delete(key);
  return copy;
}

function merge(first: ValueMap, second: ValueMap): ValueMap {
  const merged = copyOf(first);
  for (const [key, value] of second) merged.set(key, value);
  return merged;
}

function mergeNested(first: ValueMap, second: ValueMap): ValueMap {
  const merged = copyOf(first);
  for (const [key, value] of second) {
    const present = merged.get(key) ?? null;
    merged.set(key, isMap(present) && isMap(value) ? mergeNested(present, value) : value);
  }
  return merged;
}
