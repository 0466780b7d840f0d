import { fault } from "../fault.ts";
import { isInt64 } from "./integer.ts";
import { maxNesting } from "./size.ts";
import { isBytes, isList, isMap, type Value, type ValueMap } from "./value.ts";

const token = /\s*(?:([{}[\],:])|"((?:[^"\\]|\\.)*)"|(-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)|(true|false|null))/y;

/**
 * Reads JSON text. Numbers without fraction and exponent become integers (doubles when they do not fit 64 bits), all
 * others doubles.
 *
 * @throws WorkflowError ValueError when the text is not JSON
 */
export function parseJson(text: string): Value {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class JsonReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Value {
    const [, mark, text, number, fraction, exponent, word] = this.#next();
    if (text !== undefined) return this.#string(text);
    if (number !== undefined) return toNumber(number, fraction !== undefined || exponent !== undefined);
    if (word !== undefined) return word === "null" ? null : word === "true";
    if ((mark === "[" || mark === "{") && depth === maxNesting) throw tooDeep();
    if (mark === "[") return this.#list(depth);
    if (mark === "{") return this.#map(depth);
    return this.#fail();
  }

  end(): void {
    if (this.#text.slice(this.#offset).trim() !== "") this.#fail();
  }

  #list(depth: number): Value {
    const items: Value[] = [];
    if (this.#skip("]")) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      if (this.#skip("]")) return items;
      this.#expect(",");
    }
  }

  #map(depth: number): Value {
    const entries = new Map<string, Value>();
    if (this.#skip("}")) return entries;
    for (;;) {
      const [, , key] = this.#next();
      if (key === undefined) return this.#fail();
      this.#expect(":");
      entries.set(this.#string(key), this.value(depth + 1));
      if (this.#skip("}")) return entries;
      this.#expect(",");
    }
  }

  #string(body: string): string {
    try {
      return String(JSON.parse(`"${body}"`));
    } catch {
      return this.#fail();
    }
  }

  #next(): RegExpExecArray {
    token.lastIndex = this.#offset;
    const match = token.exec(this.#text);
    if (!match) return this.#fail();
    this.#offset = token.lastIndex;
    return match;
  }

  #skip(mark: string): boolean {
    token.lastIndex = this.#offset;
    if (token.exec(this.#text)?.[1] !== mark) return false;
    this.#offset = token.lastIndex;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#skip(mark)) this.#fail();
  }

  #fail(): never {
    throw fault("ValueError", `invalid JSON at offset ${this.#offset}`);
  }
}

/** See choice `nesting`. */
function tooDeep() {
  return fault("ValueError", `JSON is nested more than ${maxNesting} levels deep`);
}

function toNumber(text: string, isDouble: boolean): bigint | number {
  if (isDouble) return Number(text);
  const amount = BigInt(text);
  return isInt64(amount) ? amount : Number(text);
}

/** How JSON text is laid out. */
export interface JsonStyle {
  /** Spaces per level; 0 for one line. */
  readonly indent?: number;
}

/**
 * Writes a value as JSON text with keys in order of their text. Doubles keep a fraction or an exponent, so that they
 * are doubles again when read.
 *
 * @throws WorkflowError TypeError for bytes, functions and numbers that JSON cannot express
 */
export function stringifyJson(value: Value, { indent = 0 }: JsonStyle = {}): string {
  return write(value, indent, 0);
}

function write(value: Value, indent: number, depth: number): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return writeDouble(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (depth === maxNesting && (isList(value) || isMap(value))) throw tooDeep();
  if (isList(value)) {
    const items = value.map((item) => write(item, indent, depth + 1));
    return `[${layOut(items, indent, depth)}]`;
  }
  if (isMap(value)) return writeMap(value, indent, depth);
  throw fault("TypeError", `${isBytes(value) ? "bytes" : "functions"} cannot be encoded as JSON`);
}

function writeMap(map: ValueMap, indent: number, depth: number): string {
  const colon = indent > 0 ? ": " : ":";
  const items = [...map.keys()]
    .sort()
    .map((key) => `${JSON.stringify(key)}${colon}${write(map.get(key) ?? null, indent, depth + 1)}`);
  return `{${layOut(items, indent, depth)}}`;
}

function layOut(items: readonly string[], indent: number, depth: number): string {
  if (items.length === 0 || indent === 0) return items.join(",");
  const margin = `\n${" ".repeat(indent * depth)}`;
  const step = " ".repeat(indent);
  return `${items.map((item) => `${margin}${step}${item}`).join(",")}${margin}`;
}

/** Text of a double: always with a fraction or an exponent. */
export function writeDouble(amount: number): string {
  if (!Number.isFinite(amount)) throw fault("ValueError", `${amount} cannot be encoded as JSON`);
  const text = Object.is(amount, -0) ? "-0" : String(amount);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
