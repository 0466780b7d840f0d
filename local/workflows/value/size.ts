import { fault } from "../fault.ts";
import { isBytes, isList, isMap, type Value } from "./value.ts";

/** Sizes of lists and maps already measured; they are immutable, so a size never changes. */
const measured = new WeakMap<object, number>();

/** Longest text, in bytes. */
const maxTextBytes = 256 * 1024;

/**
 * Measures a text.
 *
 * @returns bytes
 * @throws WorkflowError ResourceLimitError when it is longer than a string may be
 */
export function textSize(text: string): number {
  const size = Buffer.byteLength(text);
  if (size <= maxTextBytes) return size;
  throw fault("ResourceLimitError", `a string of ${size} bytes is longer than ${maxTextBytes} bytes`);
}

/**
 * Estimates the memory that a value takes, in bytes, for the limit on all variables of an execution.
 *
 * @throws WorkflowError ResourceLimitError when a string in it is too long
 */
export function sizeOf(value: Value): number {
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "bigint" || typeof value === "number") return 8;
  if (typeof value === "string") return textSize(value);
  if (isBytes(value)) return value.byteLength;
  const known = measured.get(value);
  if (known !== undefined) return known;
  const size = measure(value);
  measured.set(value, size);
  return size;
}

/** Notes the size of a copy of a measured list or map in which little was changed, so that it need not be measured. */
export function noteChange(copy: Value, original: Value, changedBytes: number): void {
  if (copy !== null && typeof copy === "object") measured.set(copy, sizeOf(original) + changedBytes);
}

function measure(value: Value): number {
  if (isList(value)) return value.reduce<number>((total, item) => total + sizeOf(item), 8);
  if (!isMap(value)) return 8;
  let total = 8;
  for (const [key, item] of value) total += textSize(key) + sizeOf(item);
  return total;
}
