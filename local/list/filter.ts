import { ApiError } from "../error.ts";
import { unserved } from "../unserved.ts";
import { compile } from "./comparison.ts";
import type { Fields } from "./field.ts";
import { isOperator, type Lexeme, tokenize } from "./lexeme.ts";

/** Tells whether an item passes. */
export type Filter<T> = (item: T) => boolean;

/** What a filter is parsed for. */
export interface FilterRules<T> {
  readonly fields: Fields<T>;
  /** The refusal in the words of the API. */
  readonly refuse?: (why: string) => ApiError;
  /** Whether `eq` and `ne` match whole regular expressions, as with Compute Engine. */
  readonly takesPatterns?: boolean;
}

/**
 * Parses a list filter: comparisons joined by AND, OR (which binds tighter), NOT and parentheses. Fields and values are
 * checked whether or not there is anything to filter.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://google.aip.dev/160
 */
export function parseFilter<T>(source: string, rules: FilterRules<T>): Filter<T> {
  if (source.trim() === "") return () => true;
  return new FilterParser(source, rules).parse();
}

/** The refusal of a filter or an order. */
export function invalidArgument(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", reason: "invalid", message });
}

class FilterParser<T> {
  readonly #lexemes: readonly Lexeme[];
  readonly #source: string;
  readonly #rules: FilterRules<T>;
  #index = 0;

  constructor(source: string, rules: FilterRules<T>) {
    this.#source = source;
    this.#rules = rules;
    this.#lexemes = tokenize(source) ?? this.#fail();
  }

  parse(): Filter<T> {
    const filter = this.#all();
    if (this.#peek().kind !== "end") this.#fail();
    return filter;
  }

  /** Terms one after the other, with or without AND, must all hold. */
  #all(): Filter<T> {
    const terms = [this.#any()];
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind === "end" || (kind === "mark" && text === ")")) return (item) => terms.every((term) => term(item));
      this.#skip("AND");
      terms.push(this.#any());
    }
  }

  #any(): Filter<T> {
    const terms = [this.#term()];
    while (this.#skip("OR")) terms.push(this.#term());
    return (item) => terms.some((term) => term(item));
  }

  #term(): Filter<T> {
    if (this.#skip("NOT") || this.#skip("-")) {
      const term = this.#term();
      return (item) => !term(item);
    }
    if (!this.#skip("(")) return this.#comparison();
    const group = this.#all();
    if (!this.#skip(")")) this.#fail();
    return group;
  }

  #comparison(): Filter<T> {
    const { fields, takesPatterns = false } = this.#rules;
    const name = this.#take("word", "text").text;
    const operator = this.#peek();
    if (!isOperator(operator) || (operator.kind === "word" && !takesPatterns)) this.#failBehind(name);
    this.#index += 1;
    if (this.#peek().text === "(" && this.#peek().kind === "mark") throw this.#unserved("a group of values");
    const value = this.#take("word", "text");
    const kind = fields.kindOf(name) ?? this.#fail(`Invalid field in list filter: ${name}`);
    const choices = fields.choicesOf?.(name);
    const isExact = /^!?=$/.test(operator.text) && !value.text.includes("*");
    if (choices && isExact && !choices.includes(value.text)) this.#fail(`Invalid value in list filter: ${value.text}`);
    const comparison = { kind, operator: operator.text, wanted: value.text, isQuoted: value.kind === "text" };
    const test = compile(comparison) ?? this.#fail(`Invalid value in list filter: ${value.text}`);
    return (item) => test(fields.valueOf(item, name));
  }

  /** What stands without an operator is a word to be found anywhere, or a function; neither is malformed. */
  #failBehind(name: string): never {
    const { kind, text } = this.#peek();
    if (this.#rules.takesPatterns || /^(?:AND|OR|NOT)$/.test(name)) this.#fail();
    const isCall = kind === "mark" && text === "(";
    if (isCall || kind === "end" || kind === "word" || text === ")") {
      throw this.#unserved(isCall ? `the function ${name}` : `the bare word ${name}`);
    }
    this.#fail();
  }

  #unserved(what: string): ApiError {
    return unserved("lists.filters", `Invalid list filter: ${this.#source}: ${what} is not read here`);
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

  #fail(why = `Invalid list filter: ${this.#source}`): never {
    throw (this.#rules.refuse ?? invalidArgument)(why);
  }
}
