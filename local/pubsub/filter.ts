import { invalid } from "./error.ts";

type Attributes = Readonly<Record<string, string>>;
/** Tells whether a message's attributes pass. */
export type Filter = (attributes: Attributes) => boolean;

interface Token {
  readonly kind: "word" | "text" | "symbol" | "end";
  readonly value: string;
}

const tokenPattern = /\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z_][A-Za-z0-9_-]*)|(!=|[().,:=-]))/y;

/**
 * Makes a test from the filter of a subscription: `attributes:key`, `attributes.key = "value"`, `!=`,
 * `hasPrefix(attributes.key, "value")`, joined by `AND` or by `OR` (never both without brackets), with `NOT` or `-`.
 *
 * @throws ApiError INVALID_ARGUMENT when it is none, or has more than 256 bytes
 * @see https://cloud.google.com/pubsub/docs/subscription-message-filter
 */
export function compileFilter(text = ""): Filter {
  if (text === "") return () => true;
  if (Buffer.byteLength(text) > 256) throw invalid("The subscription filter is too long: it has more than 256 bytes.");
  const tokens = tokenize(text);
  const cursor = { index: 0 };
  const peek = (): Token => tokens[cursor.index] ?? { kind: "end", value: "" };
  const next = (): Token => {
    const token = peek();
    cursor.index += 1;
    return token;
  };
  const filter = parseJoined({ text, peek, next });
  if (peek().kind !== "end") throw malformed(text);
  return filter;
}

interface Source {
  readonly text: string;
  readonly peek: () => Token;
  readonly next: () => Token;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const length = text.trimEnd().length;
  while (pattern.lastIndex < length) {
    const [, quoted, word, symbol] = pattern.exec(text) ?? [];
    if (quoted !== undefined) tokens.push({ kind: "text", value: toPlain(quoted.slice(1, -1)) });
    else if (word !== undefined) tokens.push({ kind: "word", value: word });
    else if (symbol !== undefined) tokens.push({ kind: "symbol", value: symbol });
    else throw malformed(text);
  }
  return tokens;
}

/** Escapes by code point (`\u`, `\x`, octal) or of the next character. */
function toPlain(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{3})|(.))/g,
    (_, unicode?: string, hex?: string, octal?: string, plain?: string) => {
      const digits = unicode ?? hex;
      if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return plain === "n" ? "\n" : plain === "t" ? "\t" : (plain ?? "");
    },
  );
}

function parseJoined(source: Source): Filter {
  const parts = [parseTerm(source)];
  const joint = source.peek().value;
  if (source.peek().kind !== "word" || (joint !== "AND" && joint !== "OR")) return parts[0] ?? (() => true);
  while (source.peek().kind === "word" && source.peek().value === joint) {
    source.next();
    parts.push(parseTerm(source));
  }
  return joint === "AND"
    ? (attributes) => parts.every((part) => part(attributes))
    : (attributes) => parts.some((part) => part(attributes));
}

function parseTerm(source: Source): Filter {
  const { kind, value } = source.next();
  if ((kind === "word" && value === "NOT") || (kind === "symbol" && value === "-")) {
    const negated = parseTerm(source);
    return (attributes) => !negated(attributes);
  }
  if (kind === "symbol" && value === "(") {
    const inner = parseJoined(source);
    demand(source, ")");
    return inner;
  }
  if (kind === "word" && value === "hasPrefix") return parsePrefix(source);
  if (kind !== "word" || value !== "attributes") throw malformed(source.text);
  return parseComparison(source);
}

function parsePrefix(source: Source): Filter {
  demand(source, "(");
  if (source.next().value !== "attributes") throw malformed(source.text);
  demand(source, ".");
  const key = parseKey(source);
  demand(source, ",");
  const prefix = parseText(source);
  demand(source, ")");
  return (attributes) => attributes[key]?.startsWith(prefix) === true;
}

function parseComparison(source: Source): Filter {
  const access = source.next();
  const key = parseKey(source);
  if (access.kind === "symbol" && access.value === ":") return (attributes) => attributes[key] !== undefined;
  if (access.kind !== "symbol" || access.value !== ".") throw malformed(source.text);
  const operator = source.next();
  const value = parseText(source);
  if (operator.kind === "symbol" && operator.value === "=") return (attributes) => attributes[key] === value;
  if (operator.kind === "symbol" && operator.value === "!=") return (attributes) => attributes[key] !== value;
  throw malformed(source.text);
}

function parseKey(source: Source): string {
  const { kind, value } = source.next();
  if (kind !== "word" && kind !== "text") throw malformed(source.text);
  return value;
}

function parseText(source: Source): string {
  const { kind, value } = source.next();
  if (kind !== "text") throw malformed(source.text);
  return value;
}

function demand(source: Source, symbol: string): void {
  const { kind, value } = source.next();
  if (kind !== "symbol" || value !== symbol) throw malformed(source.text);
}

function malformed(text: string): Error {
  const help = "https://cloud.google.com/pubsub/docs/subscription-message-filter";
  return invalid(`Invalid filter expression given (filter=${text}). Refer to ${help} for its syntax.`);
}
