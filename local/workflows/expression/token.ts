import { isInt64 } from "../value/integer.ts";
import { ExpressionError } from "./expression-error.ts";

/** A lexical unit of an expression. */
export type Token =
  | { readonly kind: "integer"; readonly offset: number; readonly value: bigint }
  | { readonly kind: "double"; readonly offset: number; readonly value: number }
  | { readonly kind: "string"; readonly offset: number; readonly value: string }
  | { readonly kind: "name"; readonly offset: number; readonly text: string }
  | { readonly kind: "operator"; readonly offset: number; readonly text: string }
  | { readonly kind: "end"; readonly offset: number };

const space = /\s*/y;
const number = /(?:\d+(\.\d*)?|(\.\d+))([eE][+-]?\d+)?/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const operator = /\/\/|==|!=|<=|>=|[-+*/%<>()[\].,]/y;
const text = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y;

/** See choice `string-escapes`. */
// biome-ignore format: a table
const escapes: Readonly<Record<string, string>> = {
  n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "\\": "\\", '"': '"', "'": "'", "/": "/",
};

/**
 * Splits an expression into tokens; the last one is the end.
 *
 * @throws ExpressionError for what is no part of the language
 */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = skipSpace(source, 0);
  while (offset < source.length) {
    const token = readToken(source, offset);
    tokens.push(token.token);
    offset = skipSpace(source, token.end);
  }
  return [...tokens, { kind: "end", offset }];
}

interface ReadToken {
  readonly token: Token;
  readonly end: number;
}

function readToken(source: string, offset: number): ReadToken {
  const token =
    readString(source, offset) ??
    readNumber(source, offset) ??
    readName(source, offset) ??
    readOperator(source, offset);
  if (token) return token;
  const char = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  const reason = char === '"' || char === "'" ? "string literal is not closed" : `unexpected character '${char}'`;
  throw new ExpressionError(reason, offset);
}

function readString(source: string, offset: number): ReadToken | undefined {
  const match = matchAt(text, source, offset);
  if (!match) return undefined;
  return { token: { kind: "string", offset, value: unescapeLiteral(match[0], offset) }, end: offset + match[0].length };
}

function unescapeLiteral(literal: string, offset: number): string {
  return literal.slice(1, -1).replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (whole, hex?: string, char = "") => {
    const value = hex === undefined ? escapes[char] : String.fromCharCode(Number.parseInt(hex, 16));
    if (value === undefined) throw new ExpressionError(`unknown escape sequence ${whole}`, offset);
    return value;
  });
}

function readNumber(source: string, offset: number): ReadToken | undefined {
  const match = matchAt(number, source, offset);
  if (!match) return undefined;
  const [digits, fraction, bareFraction, exponent] = match;
  const end = offset + digits.length;
  if (matchAt(name, source, end)) throw new ExpressionError(`unexpected character '${source[end]}'`, end);
  if (fraction ?? bareFraction ?? exponent) return { token: { kind: "double", offset, value: Number(digits) }, end };
  const value = BigInt(digits);
  // 2^63 itself is let through for the sake of its negation, the smallest integer.
  if (!isInt64(-value)) throw new ExpressionError(`integer ${digits} does not fit 64 bits`, offset);
  return { token: { kind: "integer", offset, value }, end };
}

function readName(source: string, offset: number): ReadToken | undefined {
  const match = matchAt(name, source, offset);
  return match ? { token: { kind: "name", offset, text: match[0] }, end: offset + match[0].length } : undefined;
}

function readOperator(source: string, offset: number): ReadToken | undefined {
  const match = matchAt(operator, source, offset);
  return match ? { token: { kind: "operator", offset, text: match[0] }, end: offset + match[0].length } : undefined;
}

function skipSpace(source: string, offset: number): number {
  return offset + (matchAt(space, source, offset)?.[0].length ?? 0);
}

function matchAt(pattern: RegExp, source: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(source);
}
