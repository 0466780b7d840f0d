/** A piece of a filter. */
export interface Lexeme {
  readonly kind: "text" | "mark" | "operator" | "minus" | "word" | "end";
  readonly text: string;
}

const quoted = `"((?:[^"\\\\]|\\\\.)*)"|'((?:[^'\\\\]|\\\\.)*)'`;
const lexer = new RegExp(
  `\\s*(?:${quoted}|([()])|(!=|<=|>=|[=<>:])|(-(?=[A-Za-z(]))|([^\\s()=<>:!"'][^\\s()=<>:!"]*))`,
  "y",
);
/** What stands behind an operator may hold operators itself, as times and addresses do. */
const value = new RegExp(`\\s*(?:${quoted}|([^\\s()=<>:!"'][^\\s()"]*))`, "y");

/** Cuts a filter into pieces. `undefined` when something in it is none. */
export function tokenize(source: string): readonly Lexeme[] | undefined {
  const lexemes: Lexeme[] = [];
  let at = 0;
  while (source.slice(at).trim() !== "") {
    const isValue = isOperator(lexemes.at(-1));
    const found = (isValue ? valueAt(source, at) : undefined) ?? lexemeAt(source, at);
    if (!found) return undefined;
    lexemes.push(found.lexeme);
    at = found.end;
  }
  return [...lexemes, { kind: "end", text: "" }];
}

/** The words are operators of Compute Engine. */
export function isOperator(lexeme: Lexeme | undefined): boolean {
  return lexeme?.kind === "operator" || (lexeme?.kind === "word" && /^(?:eq|ne)$/.test(lexeme.text));
}

interface Found {
  readonly lexeme: Lexeme;
  readonly end: number;
}

function valueAt(source: string, at: number): Found | undefined {
  value.lastIndex = at;
  const match = value.exec(source);
  if (!match) return undefined;
  const [, double, single, word = ""] = match;
  const text = double ?? single;
  const lexeme: Lexeme = text === undefined ? { kind: "word", text: word } : { kind: "text", text };
  return { lexeme, end: value.lastIndex };
}

function lexemeAt(source: string, at: number): Found | undefined {
  lexer.lastIndex = at;
  const match = lexer.exec(source);
  if (!match) return undefined;
  const [, double, single, mark, operator, minus, word = ""] = match;
  const text = double ?? single;
  const end = lexer.lastIndex;
  if (text !== undefined) return { lexeme: { kind: "text", text }, end };
  if (mark !== undefined) return { lexeme: { kind: "mark", text: mark }, end };
  if (operator !== undefined) return { lexeme: { kind: "operator", text: operator }, end };
  return { lexeme: minus === undefined ? { kind: "word", text: word } : { kind: "minus", text: minus }, end };
}
