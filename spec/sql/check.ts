import { suggest } from "../suggest.ts";
import { type SqlToken, sqlTokens } from "./tokens.ts";
import { statementWords } from "./words.ts";

/** Something in a seed file that PostgreSQL, or the way alloyrun applies it, would refuse. */
export interface SqlFault {
  /** Offset in the text. */
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

/**
 * Finds what is wrong with SQL on its face: quotes, comments and parentheses without an end, statements that begin with
 * no word of SQL's, and statements that a seed cannot contain. It is no parser; the rest is PostgreSQL's to say.
 */
export function checkSql(sql: string): SqlFault[] {
  const faults: SqlFault[] = [];
  const transactional = !/^\s*--\s*alloyrun:\s*no-transaction\b/.test(sql);
  const statements = splitIntoStatements(sql, faults);
  if (statements.length === 0 && faults.length === 0) {
    return [{ offset: 0, message: "contains no statement", fix: "write SQL into it, or remove it" }];
  }
  for (const statement of statements) faults.push(...checkStatement(statement, transactional));
  return faults.sort((a, b) => a.offset - b.offset);
}

/** The tokens of each statement; the faults of strings, comments and parentheses go to the list. */
export function splitIntoStatements(sql: string, faults: SqlFault[]): SqlToken[][] {
  const statements: SqlToken[][] = [];
  const parentheses: SqlToken[] = [];
  let current: SqlToken[] = [];
  for (const token of sqlTokens(sql)) {
    if (token.kind === "open") {
      faults.push(unended(token));
      // What is open swallowed the closing parentheses too: one cause, one message.
      parentheses.length = 0;
    }
    if (token.text === "(" || token.text === "[") parentheses.push(token);
    if (token.text === ")" || token.text === "]") closes(token, parentheses.pop(), faults);
    if (token.text === ";" && parentheses.length === 0 && !isInsideRoutine(current)) {
      if (current.length > 0) statements.push(current);
      current = [];
    } else current.push(token);
  }
  const left = parentheses[0];
  if (left)
    faults.push({
      offset: left.start,
      message: `${left.text} is never closed`,
      fix: `add the closing ${closing(left)}`,
    });
  return current.length > 0 ? [...statements, current] : statements;
}

/** Whether a `BEGIN ATOMIC` body is still open: its semicolons end no statement of the file's. */
function isInsideRoutine(statement: readonly SqlToken[]): boolean {
  if (statement[0]?.text.toUpperCase() !== "CREATE") return false;
  const words = statement.map(({ text }) => text.toUpperCase());
  const body = words.findIndex((word, index) => word === "BEGIN" && words[index + 1] === "ATOMIC");
  if (body === -1) return false;
  const inside = words.slice(body + 2);
  const count = (wanted: string) => inside.filter((word) => word === wanted).length;
  return count("END") <= count("CASE");
}

function closes(token: SqlToken, opened: SqlToken | undefined, faults: SqlFault[]): void {
  if (opened && closing(opened) === token.text) return;
  faults.push({ offset: token.start, message: `${token.text} closes nothing`, fix: "remove it, or open it before" });
}

function closing({ text }: SqlToken): string {
  return text === "(" ? ")" : "]";
}

function unended({ text, start }: SqlToken): SqlFault {
  if (text.startsWith("/*")) return { offset: start, message: "a comment is never closed", fix: "add the closing */" };
  const quote = /^\$\w*\$/.exec(text)?.[0] ?? text.charAt(0);
  const what = quote === '"' ? "a quoted name" : "a string";
  return { offset: start, message: `${what} is never closed`, fix: `add the closing ${quote}` };
}

function checkStatement(statement: readonly SqlToken[], transactional: boolean): SqlFault[] {
  const [first, second] = statement;
  if (!first || first.kind === "open" || first.text === "(") return [];
  const offset = first.start;
  if (first.text === "\\") {
    const message = "is a command of psql, not SQL";
    const fix = "remove it: alloyrun connects to the database and applies the files itself";
    return [{ offset, message: `\\${second?.text ?? ""} ${message}`, fix }];
  }
  const word = first.text.toUpperCase();
  if (first.kind !== "word" || !Object.hasOwn(statementWords, word))
    return [unknownWord(first, Object.keys(statementWords))];
  const seconds = statementWords[word];
  const next = second?.text.toUpperCase() ?? "";
  if (seconds && !seconds.includes(next)) return [wrongSecond(first, second, seconds)];
  return checkPurpose(statement, transactional);
}

function unknownWord({ text, start }: SqlToken, words: readonly string[]): SqlFault {
  const meant = suggest(text, words);
  const fix = meant === undefined ? "begin with a command such as CREATE, INSERT or SELECT" : `did you mean ${meant}?`;
  return { offset: start, message: `no SQL statement begins with ${text.slice(0, 40)}`, fix };
}

function wrongSecond(first: SqlToken, second: SqlToken | undefined, words: readonly string[]): SqlFault {
  const verb = first.text.toUpperCase();
  if (!second) return { offset: first.start, message: `${verb} says nothing further`, fix: `complete the statement` };
  const only = words.length === 1 ? words[0] : undefined;
  const meant = suggest(second.text, words);
  const fix = only
    ? `write ${verb} ${only}`
    : meant
      ? `did you mean ${verb} ${meant}?`
      : "name what it is about, such as TABLE";
  return { offset: second.start, message: `${verb} is not followed by ${second.text.slice(0, 40)}`, fix };
}

/** Statements that PostgreSQL knows but a seed cannot contain. */
function checkPurpose(statement: readonly SqlToken[], transactional: boolean): SqlFault[] {
  const words = statement.slice(0, 3).map(({ text }) => text.toUpperCase());
  const start = statement[0]?.start ?? 0;
  const [first, second] = words;
  if (first !== undefined && /^(CREATE|DROP)$/.test(first) && second === "DATABASE") {
    const message = `${first} DATABASE is alloyrun's own part`;
    return [{ offset: start, message, fix: "remove it: the seed runs inside the database that the spec names" }];
  }
  if (first === "COPY" && statement.some(({ text }) => /^std(in|out)$/i.test(text))) {
    return [{ offset: start, message: "COPY has no STDIN or STDOUT here", fix: "write INSERT statements" }];
  }
  const isControl = /^(BEGIN|COMMIT|ROLLBACK|ABORT|START)$/.test(first ?? "") && second !== "TO";
  if (transactional && isControl) {
    const fix = "remove it, or begin the file with -- alloyrun: no-transaction";
    return [{ offset: start, message: `${first} ends or nests the transaction in which each file is applied`, fix }];
  }
  if (transactional && (first === "VACUUM" || words.includes("CONCURRENTLY"))) {
    const what = first === "VACUUM" ? "VACUUM" : "CONCURRENTLY";
    const fix = "put it into a file of its own that begins with -- alloyrun: no-transaction";
    return [{ offset: start, message: `${what} cannot run in the transaction in which each file is applied`, fix }];
  }
  return [];
}
