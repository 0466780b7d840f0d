import { invalid } from "./names.ts";

/** A field's value for filtering: text (or several spellings of it), or a number (milliseconds of a time, seconds of a duration). */
export type FieldValue = string | readonly string[] | number | undefined;

/**
 * The fields that a list can be filtered by, in lower case, with what they are compared with; `labels` stands for
 * `labels.KEY` and `labels:KEY`.
 */
export type FilterFields = Readonly<Record<string, "text" | "amount" | readonly string[]>>;

/** Tells whether an item passes, by looking its fields up. */
export type Filter = (field: (name: string) => FieldValue) => boolean;

const lexer = /\s*(?:"((?:[^"\\]|\\.)*)"|([()])|(!=|<=|>=|[=<>:])|(-(?=[A-Za-z(]))|([^\s()=<>:!"]+))/y;

interface Lexeme {
  readonly kind: "text" | "mark" | "operator" | "minus" | "word" | "end";
  readonly text: string;
}

/**
 * Parses a list filter: comparisons joined by AND, OR (which binds tighter), NOT and parentheses.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://google.aip.dev/160
 */
export function parseFilter(source: string, fields: FilterFields): Filter {
  if (source.trim() === "") return () => true;
  const parser = new FilterParser(source, fields);
  const filter = parser.all();
  parser.expectEnd();
  return filter;
}

function tokenize(source: string): readonly Lexeme[] {
  const lexemes: Lexeme[] = [];
  lexer.lastIndex = 0;
  while (source.slice(lexer.lastIndex).trim() !== "") {
    const match = lexer.exec(source);
    if (!match) throw invalid(`Invalid list filter: ${source}`);
    const [, text, mark, operator, minus, word] = match;
    if (text !== undefined) lexemes.push({ kind: "text", text: text.replace(/\\(.)/g, "$1") });
    else if (mark !== undefined) lexemes.push({ kind: "mark", text: mark });
    else if (operator !== undefined) lexemes.push({ kind: "operator", text: operator });
    else lexemes.push(minus === undefined ? { kind: "word", text: word ?? "" } : { kind: "minus", text: minus });
  }
  return [...lexemes, { kind: "end", text: "" }];
}

class FilterParser {
  readonly #lexemes: readonly Lexeme[];
  readonly #source: string;
  readonly #fields: FilterFields;
  #index = 0;

  constructor(source: string, fields: FilterFields) {
    this.#lexemes = tokenize(source);
    this.#source = source;
    this.#fields = fields;
  }

  /** Terms one after the other, with or without AND, must all hold. */
  all(): Filter {
    const terms = [this.#any()];
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind === "end" || text === ")") return (field) => terms.every((term) => term(field));
      this.#skip("AND");
      terms.push(this.#any());
    }
  }

  expectEnd(): void {
    if (this.#peek().kind !== "end") this.#fail();
  }

  #any(): Filter {
    const terms = [this.#term()];
    while (this.#skip("OR")) terms.push(this.#term());
    return (field) => terms.some((term) => term(field));
  }

  #term(): Filter {
    if (this.#skip("NOT") || this.#skip("-")) {
      const term = this.#term();
      return (field) => !term(field);
    }
    if (!this.#skip("(")) return this.#comparison();
    const group = this.all();
    if (!this.#skip(")")) this.#fail();
    return group;
  }

  #comparison(): Filter {
    const name = this.#take("word", "text").text;
    const operator = this.#take("operator").text;
    const value = this.#take("word", "text").text;
    this.#check(name, operator, value);
    if (operator === ":" && /^labels?$/i.test(name)) return (field) => field(`labels.${value}`) !== undefined;
    return (field) => compare(field(name), operator, value);
  }

  /** What can be wrong with a comparison is so whether there is anything to compare or not. */
  #check(name: string, operator: string, value: string): void {
    const [root = "", key] = name.toLowerCase().split(/[.:]/);
    const isLabel = /^labels?$/.test(root) && (key !== undefined || operator === ":");
    const kind = isLabel ? this.#fields.labels : root === "labels" ? undefined : this.#fields[name.toLowerCase()];
    if (!kind) throw invalid(`Invalid field in list filter: ${name}`);
    if (value === "*" && operator === ":") return;
    if (kind === "amount") toNumber(value);
    else if (kind !== "text" && /^!?=$/.test(operator) && !value.includes("*") && !kind.includes(value)) {
      throw invalid(`Invalid value in list filter: ${value}`);
    }
  }

  #take(...kinds: readonly Lexeme["kind"][]): Lexeme {
    const lexeme = this.#peek();
    if (!kinds.includes(lexeme.kind)) this.#fail();
    this.#index += 1;
    return lexeme;
  }

  #skip(text: string): boolean {
    const lexeme = this.#peek();
    if (lexeme.kind === "text" || lexeme.text !== text) return false;
    this.#index += 1;
    return true;
  }

  #peek(): Lexeme {
    return this.#lexemes[this.#index] ?? { kind: "end", text: "" };
  }

  #fail(): never {
    throw invalid(`Invalid list filter: ${this.#source}`);
  }
}

function compare(present: FieldValue, operator: string, wanted: string): boolean {
  if (operator === "!=") return !compare(present, "=", wanted);
  if (typeof present === "object") return present.some((spelling) => compare(spelling, operator, wanted));
  if (present === undefined) return false;
  if (operator === ":" && wanted === "*") return true;
  if (operator === ":" && typeof present === "string") return present.includes(wanted);
  const order = typeof present === "number" ? present - toNumber(wanted) : compareText(present, wanted);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return order === 0 || (typeof present === "string" && matchesWildcard(present, wanted));
  }
}

function compareText(present: string, wanted: string): number {
  if (present === wanted) return 0;
  return present < wanted ? -1 : 1;
}

function matchesWildcard(present: string, wanted: string): boolean {
  const [start = "", end] = wanted.split("*");
  return end !== undefined && present.length >= wanted.length - 1 && present.startsWith(start) && present.endsWith(end);
}

/** A duration such as `3.5s`, or a time. */
function toNumber(text: string): number {
  const seconds = /^-?\d+(?:\.\d+)?s?$/.test(text) ? Number.parseFloat(text) : Date.parse(text);
  if (Number.isNaN(seconds)) throw invalid(`Invalid value in list filter: ${text}`);
  return seconds;
}
