import type { Json } from "../../google/json.ts";

/**
 * The value that a JSON pointer finds; undefined when there is none.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6901
 */
export function valueAt(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(key)) return undefined;
    value = Object.hasOwn(value, key) ? (value as Readonly<Record<string, Json>>)[key] : undefined;
  }
  return value;
}
