/** One SQL statement of a file. */
export interface Statement {
  readonly text: string;
  /** Place in the file, counted from 1. */
  readonly number: number;
  /** Line on which the statement's first word stands, counted from 1. */
  readonly line: number;
}

/**
 * Cuts SQL text at the semicolons that end statements, so that an error can name the statement even where PostgreSQL
 * gives no position. Semicolons inside strings, quoted names, dollar quotes, comments, parentheses and
 * `BEGIN ATOMIC … END` bodies do not count.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function splitStatements(sql: string): readonly Statement[] {
  const statements: Statement[] = [];
  let open: OpenStatement | undefined;
  for (const token of tokens(sql)) {
    if (token.kind === "blank") continue;
    if (token.kind === ";" && (open === undefined || isAtTop(open))) {
      if (open) statements.push(toStatement(sql, open, token.start, statements.length + 1));
      open = undefined;
      continue;
    }
    open ??= { start: token.start, words: 0, depth: 0, parentheses: 0, definesRoutine: false, previous: "" };
    follow(open, token);
  }
  if (open) statements.push(toStatement(sql, open, sql.length, statements.length + 1));
  return statements;
}

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf("\n"); index !== -1 && index < offset; index = text.indexOf("\n", index + 1)) line += 1;
  return line;
}

interface OpenStatement {
  readonly start: number;
  words: number;
  /** Nesting of `BEGIN ATOMIC` and `CASE` inside a routine's body. */
  depth: number;
  parentheses: number;
  definesRoutine: boolean;
  previous: string;
}

interface Token {
  readonly kind: "blank" | "word" | "(" | ")" | ";" | "other";
  readonly start: number;
  readonly text: string;
}

function isAtTop(open: OpenStatement): boolean {
  return open.depth === 0 && open.parentheses <= 0;
}

function toStatement(sql: string, open: OpenStatement, end: number, number: number): Statement {
  return { text: sql.slice(open.start, end).trimEnd(), number, line: lineAt(sql, open.start) };
}

/** Only a routine's body in standard SQL has semicolons of its own; it stands between BEGIN ATOMIC and its END. */
function follow(open: OpenStatement, token: Token): void {
  if (token.kind === "(") open.parentheses += 1;
  if (token.kind === ")") open.parentheses -= 1;
  if (token.kind !== "word") return;
  const word = token.text.toUpperCase();
  open.words += 1;
  if (open.words <= 4 && (word === "FUNCTION" || word === "PROCEDURE")) open.definesRoutine = true;
  if (open.definesRoutine && word === "ATOMIC" && open.previous === "BEGIN") open.depth += 1;
  else if (open.depth > 0 && word === "CASE") open.depth += 1;
  else if (open.depth > 0 && word === "END") open.depth -= 1;
  open.previous = word;
}

/** Longest first where one could begin another; each is anchored at the place it is tried. */
const patterns: readonly (readonly [Token["kind"] | "comment" | "dollar", RegExp])[] = [
  ["blank", /[\s\uFEFF]+|--[^\n]*/y],
  ["comment", /\/\*/y],
  ["other", /[eE]'(?:[^'\\]|\\[\s\S]|'')*'?/y],
  ["other", /(?:[uU]&)?'(?:[^']|'')*'?/y],
  ["other", /(?:[uU]&)?"(?:[^"]|"")*"?/y],
  ["dollar", /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["other", /[0-9][\w.$]*/y],
  ["(", /\(/y],
  [")", /\)/y],
  [";", /;/y],
  ["other", /[\s\S]/y],
];

function* tokens(sql: string): Generator<Token> {
  let start = 0;
  while (start < sql.length) {
    const { kind, end } = tokenAt(sql, start);
    yield { kind, start, text: sql.slice(start, end) };
    start = end;
  }
}

function tokenAt(sql: string, start: number): { readonly kind: Token["kind"]; readonly end: number } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start;
    const match = pattern.exec(sql);
    if (!match) continue;
    if (kind === "comment") return { kind: "blank", end: commentEnd(sql, start) };
    if (kind === "dollar") return { kind: "other", end: dollarEnd(sql, start, match[0]) };
    return { kind, end: pattern.lastIndex };
  }
  return { kind: "other", end: start + 1 };
}

/** Block comments nest in PostgreSQL. */
function commentEnd(sql: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(sql); match; match = mark.exec(sql)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}

function dollarEnd(sql: string, start: number, tag: string): number {
  const end = sql.indexOf(tag, start + tag.length);
  return end === -1 ? sql.length : end + tag.length;
}
