import { DatabaseError } from "pg";
import { SeedFailure } from "./failure.ts";
import type { LogFacts } from "./log.ts";
import { lineAt, type Statement } from "./statement.ts";

/**
 * Says where a statement failed and why. PostgreSQL's `detail` is left out, for it quotes rows.
 *
 * @param options.statement absent when no single statement is to blame
 */
export function toSqlFailure(options: {
  readonly error: unknown;
  readonly file: string;
  readonly statement?: Statement;
}): SeedFailure {
  const { error, file, statement } = options;
  const place: LogFacts = statement ? { statement: statement.number, line: failingLine(error, statement) } : {};
  const code: LogFacts = error instanceof DatabaseError && error.code ? { code: error.code } : {};
  const where = [file, ...Object.entries(place).map(([name, value]) => `${name} ${value}`)].join(", ");
  return new SeedFailure({
    kind: "sql",
    message: `${where}: ${explain(error)}`,
    facts: { file, ...place, ...code },
    cause: error,
  });
}

/** The error's own position where PostgreSQL gives one, else the statement's first line. */
function failingLine(error: unknown, statement: Statement): number {
  if (!(error instanceof DatabaseError) || !error.position) return statement.line;
  const before = [...statement.text].slice(0, Number(error.position) - 1).join("");
  return statement.line + lineAt(before, before.length) - 1;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const extension = /extension "([^"]+)" is not available/.exec(error.message)?.[1];
  if (extension) {
    return `${error.message}: this PostgreSQL server does not ship ${extension}, and only extensions that a server ships can be created in it (pg_available_extensions lists them)`;
  }
  if (error instanceof DatabaseError && error.hint) return `${error.message} (${error.hint})`;
  return error.message;
}
