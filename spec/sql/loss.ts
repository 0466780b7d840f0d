import { checkSql, splitIntoStatements } from "./check.ts";
import type { SqlToken } from "./tokens.ts";

/** What in a seed file may cost rows that are in the database already. */
export interface SqlLoss {
  /** Place of the statement in the file, counted from 1; absent where the file cannot be taken apart. */
  readonly statement?: number;
  /** Offset in the text. */
  readonly offset: number;
  /** The first words of the statement, or what is wrong with the file. */
  readonly words: string;
}

/** Words with which rows are changed or removed. */
const changing = new Set(["DELETE", "UPDATE", "MERGE", "TRUNCATE", "DROP", "ALTER"]);

/** What carries statements of its own, which run later, or may be put together only then. */
const codeKinds = new Set(["FUNCTION", "PROCEDURE", "RULE"]);

/**
 * The first statement of a file that is not shown to leave all rows as they are. Only what creates and inserts is; where
 * such a statement carries others, none of those may change or remove rows. What cannot be taken apart is not shown either.
 * What triggers and functions do that the database has already is not seen.
 */
export function findLoss(sql: string): SqlLoss | undefined {
  const [fault] = checkSql(sql);
  if (fault) return { offset: fault.offset, words: fault.message };
  const statements = splitIntoStatements(sql, []);
  const index = statements.findIndex((statement) => !keepsRows(statement));
  const found = statements[index];
  return found && { statement: index + 1, offset: found[0]?.start ?? 0, words: wordsOf(found) };
}

function keepsRows(statement: readonly SqlToken[]): boolean {
  const [first, ...further] = statement.map(({ text }) => text.toUpperCase());
  if (first === "INSERT") return !further.some((word) => changing.has(word));
  if (first !== "CREATE") return false;
  const isCode = further.slice(0, 4).some((word) => codeKinds.has(word)) || further.includes(";");
  // Elsewhere the same words say what happens to references and views: `ON DELETE CASCADE`.
  return isCode ? !statement.some(mayChange) : !further.some((word, at) => word === "(" && isQuery(further[at + 1]));
}

/** Bodies of functions are quoted, and may put their statements together when they are called. */
function mayChange({ text, kind }: SqlToken): boolean {
  const words = kind === "quoted" ? (text.toUpperCase().match(/[A-Z_]+/g) ?? []) : [text.toUpperCase()];
  return words.some((word) => changing.has(word) || word === "EXECUTE" || word === "CALL");
}

function isQuery(word: string | undefined): boolean {
  return word !== undefined && changing.has(word);
}

const mostWords = 4;

function wordsOf(statement: readonly SqlToken[]): string {
  const text = statement
    .slice(0, mostWords)
    .map((token) => token.text)
    .join(" ");
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
