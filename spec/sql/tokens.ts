/** A piece of SQL text. `open` is what has no end: a string, a comment or a dollar quote up to the end of the file. */
export interface SqlToken {
  readonly kind: "word" | "quoted" | "symbol" | "open";
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
}

/**
 * Cuts SQL text into words, quoted pieces and symbols; blanks and comments are left out.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  let start = 0;
  while (start < sql.length) {
    const { kind, end } = tokenAt(sql, start);
    if (kind !== "blank") yield { kind, text: sql.slice(start, end), start };
    start = end;
  }
}

interface Piece {
  readonly kind: SqlToken["kind"] | "blank";
  readonly end: number;
}

/** Patterns in the order in which they are tried, each for what it is when it has its end. */
const patterns: readonly (readonly [Piece["kind"], RegExp])[] = [
  ["blank", /\s+|--[^\n\r]*/y],
  ["quoted", /[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'/sy],
  ["quoted", /(?:[bBxXnN]|[uU]&)?'[^']*(?:''[^']*)*'/y],
  ["quoted", /(?:[uU]&)?"[^"]*(?:""[^"]*)*"/y],
  ["quoted", /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$.*?\$\1\$/sy],
  // A word comes last: the letter before a quote belongs to the quote.
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
];

/** How a piece begins that only its end makes whole. */
const opening = /'|"|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

function tokenAt(sql: string, start: number): Piece {
  if (sql.startsWith("/*", start)) return commentAt(sql, start);
  for (const [kind, pattern] of patterns) {
    const end = matchEnd(pattern, sql, start);
    if (end !== undefined && end > start) return { kind, end };
  }
  if (matchEnd(opening, sql, start) !== undefined) return { kind: "open", end: sql.length };
  return { kind: "symbol", end: start + 1 };
}

/** Comments nest in PostgreSQL. */
function commentAt(sql: string, start: number): Piece {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return { kind: "blank", end: marks.lastIndex };
  }
  return { kind: "open", end: sql.length };
}

function matchEnd(pattern: RegExp, sql: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(sql) ? pattern.lastIndex : undefined;
}
