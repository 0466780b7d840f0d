import { checkSql, splitIntoStatements } from "./check.ts";
import {
  harmlessKinds,
  modifiers,
  namesListed,
  namesQualified,
  pureFunctions,
  reservedWords,
  sizedTypes,
  wordsAfter,
} from "./harmless.ts";
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

/**
 * The first statement of a file that is not shown to leave all rows as they are. Code is never shown to be harmless: only
 * what creates or inserts is, and makes and calls nothing that could run other statements. What cannot be taken apart is
 * not shown either. What triggers, views and defaults do that the database has already is not seen.
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
  const words = statement.map(({ text }) => text.toUpperCase());
  const [first, ...further] = words;
  // A name in escapes may be that of anything; a semicolon inside is another statement.
  if (further.some((word) => word === ";" || word.startsWith('U&"'))) return false;
  const isShown = first === "INSERT" ? insertsOnly(further) : first === "CREATE" && createsOnly(further);
  return isShown && words.every((_, at) => callsNothing(statement, words, at));
}

function insertsOnly(further: readonly string[]): boolean {
  // Rows of a catalog, or of the scheduler's, are code.
  const isCatalog = /^"?(pg_|cron"?$|information_schema)/i.test(further[1] ?? "");
  return !isCatalog && !further.some((word) => changing.has(word));
}

function createsOnly(further: readonly string[]): boolean {
  const kind = further.find((word) => !modifiers.has(word)) ?? "";
  if (!harmlessKinds.has(kind) || further.some((word) => word === "CREATE" || word === "EXECUTE")) return false;
  // Of other types functions are a part, which are named without a call.
  const made = further[further.indexOf("AS") + 1] ?? "";
  if (kind === "TYPE" && !(further.includes("AS") && (made === "ENUM" || made === "("))) return false;
  // Elsewhere the same words say what happens to references: `ON DELETE CASCADE`.
  return !further.some((word, at) => word === "(" && changing.has(further[at + 1] ?? ""));
}

/** Whether the token is no call of a function, or of one that is known to be pure. */
function callsNothing(statement: readonly SqlToken[], words: readonly string[], at: number): boolean {
  const word = words[at];
  if (word !== "(" && word !== ".") return true;
  const before = statement[at - 1];
  if (!before || (word === "." && /^\d$/.test(before.text))) return true;
  if (word === "(" && before.kind === "symbol") return true;
  const { lead, isQualified } = leadOf(words, at);
  const isIndexed = lead === "ON" && words.slice(1, 3).includes("INDEX");
  if (word === ".")
    return before.kind !== "symbol" && (isIndexed || namesQualified.has(lead)) && !isCompared(words, at);
  if (isIndexed || namesListed.has(lead)) return true;
  const name = words[at - 1] ?? "";
  if (isQualified) return false;
  return reservedWords.has(name) || pureFunctions.has(name) || sizedTypes.has(name) || isAfter(name, lead);
}

/** `IS DISTINCT FROM a.b` names no table. */
function isCompared(words: readonly string[], at: number): boolean {
  return words.lastIndexOf("FROM", at) - 1 === words.lastIndexOf("DISTINCT", at);
}

function isAfter(name: string, lead: string): boolean {
  return Object.hasOwn(wordsAfter, name) && wordsAfter[name]?.includes(lead) === true;
}

/** The word before the name, of however many parts, that ends before the token. */
function leadOf(words: readonly string[], at: number): { readonly lead: string; readonly isQualified: boolean } {
  let first = at - 1;
  while (words[first - 1] === ".") first -= 2;
  return { lead: words[first - 1] ?? "", isQualified: first < at - 1 };
}

const mostWords = 4;

function wordsOf(statement: readonly SqlToken[]): string {
  const text = statement
    .slice(0, mostWords)
    .map((token) => token.text)
    .join(" ");
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
