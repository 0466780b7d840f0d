import { fault } from "../fault.ts";
import { isBytes, isList, isMap, type Value, type ValueList, type ValueMap } from "./value.ts";

/** Most levels of lists and maps inside each other, the outermost one counted (choice `nesting`). */
export const maxNesting = 100;

/** Most memory that all variables of an execution may take together, in bytes. */
export const memoryLimitBytes = 512 * 1024;

/** Longest text, in bytes. */
const maxTextBytes = 256 * 1024;

/** What is known of a list or map. */
interface Measure {
  readonly bytes: number;
  /** Levels, itself included; a copy with a change may have fewer. */
  readonly levels: number;
}

/** Lists and maps already measured; they are immutable, so a measure never changes. */
const measured = new WeakMap<object, Measure>();

/**
 * Measures a text.
 *
 * @returns bytes
 * @throws WorkflowError ResourceLimitError when it is longer than a string may be
 */
export function textSize(text: string): number {
  const size = Buffer.byteLength(text);
  if (size <= maxTextBytes) return size;
  throw tooLong(size);
}

/** Says beforehand that a text of so many bytes would be too long. @throws WorkflowError ResourceLimitError */
export function expectTextSize(bytes: number): void {
  if (bytes > maxTextBytes) throw tooLong(bytes);
}

function tooLong(bytes: number) {
  return fault("ResourceLimitError", `a string of ${bytes} bytes is longer than ${maxTextBytes} bytes`);
}

/**
 * Estimates the memory that a value takes, in bytes, for the limit on all variables of an execution.
 *
 * @throws WorkflowError ResourceLimitError when a string in it is too long, or lists and maps are nested too deeply
 */
export function sizeOf(value: Value): number {
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "bigint" || typeof value === "number") return 8;
  if (typeof value === "string") return textSize(value);
  if (isBytes(value)) return value.byteLength;
  return isList(value) || isMap(value) ? measureOf(value).bytes : 8;
}

/**
 * Lets a value that was just made pass: one that no variable could hold is not worked with either.
 *
 * @throws WorkflowError ResourceLimitError
 */
export function admit<Made extends Value>(value: Made): Made {
  const size = sizeOf(value);
  if (size <= memoryLimitBytes) return value;
  throw fault("ResourceLimitError", `a value of ${size} bytes is larger than the ${memoryLimitBytes} bytes of memory`);
}

/** How a copy of a list or map differs from the original. */
interface Change {
  /** How much larger it is; its key counts. */
  readonly bytes: number;
  /** What was put in. */
  readonly added: Value;
}

/**
 * Notes the measure of a copy of a measured list or map in which little was changed, so that it need not be measured.
 *
 * @throws WorkflowError ResourceLimitError when the change makes it too deep
 */
export function noteChange(copy: ValueList | ValueMap, original: ValueList | ValueMap, { bytes, added }: Change): void {
  const before = measureOf(original);
  const levels = Math.max(before.levels, levelsOf(added) + 1);
  measured.set(copy, { bytes: before.bytes + bytes, levels: withinLimit(copy, levels) });
}

function measureOf(value: ValueList | ValueMap): Measure {
  const known = measured.get(value);
  if (known) return known;
  let bytes = 8;
  let levels = 0;
  for (const [key, item] of isList(value) ? value.entries() : value) {
    bytes += sizeOf(item) + (typeof key === "string" ? textSize(key) : 0);
    levels = Math.max(levels, levelsOf(item));
  }
  const measure = { bytes, levels: withinLimit(value, levels + 1) };
  measured.set(value, measure);
  return measure;
}

function levelsOf(value: Value): number {
  return isList(value) || isMap(value) ? measureOf(value).levels : 0;
}

/** Levels that were put together from what is known of the parts are exact only after counting. */
function withinLimit(value: Value, levels: number): number {
  if (levels <= maxNesting) return levels;
  const counted = countLevels(value);
  if (counted <= maxNesting) return counted;
  throw fault("ResourceLimitError", `lists and maps are nested more than ${maxNesting} levels deep`);
}

function countLevels(value: Value): number {
  if (!isList(value) && !isMap(value)) return 0;
  let most = 0;
  for (const item of value.values()) most = Math.max(most, countLevels(item));
  return most + 1;
}
