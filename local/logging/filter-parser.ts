import { ApiError } from "../error.ts";

/** What a filter says. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "text"; readonly text: string }
  | Comparison;

/** A field compared with a value. */
export interface Comparison {
  readonly kind: "comparison";
  /** Segments of the field's path; quoted ones may contain dots. */
  readonly path: readonly string[];
  readonly operator: "=" | "!=" | ":" | "<" | "<=" | ">" | ">=" | "=~" | "!~";
  readonly value: string;
}

interface Token {
  readonly kind: "word" | "string" | "operator" | "(" | ")" | "-";
  readonly text: string;
  readonly position: number;
}

/**
 * Parses a filter of the Logging query language.
 *
 * @returns `undefined` for an empty filter
 * @throws ApiError INVALID_ARGUMENT with the position
 */
export function parseFilter(text: string): Condition | undefined {
  const parser = new Parser(tokenize(text));
  return parser.parse();
}

const tokenPattern = /\s+|--[^\n]*|"((?:[^"\\]|\\.)*)"|(=~|!~|!=|<=|>=|[=:<>])|([()])|(-(?=[\w"(]))|([^\s"=:<>!()]+)/gy;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  for (let position = 0; position < text.length; position = tokenPattern.lastIndex) {
    const match = tokenPattern.exec(text);
    if (!match) throw unparseable(`unexpected ${text[position]}`, position);
    const [, quoted, operator, bracket, minus, word] = match;
    if (quoted !== undefined) tokens.push({ kind: "string", text: quoted.replace(/\\(.)/g, "$1"), position });
    else if (operator) tokens.push({ kind: "operator", text: operator, position });
    else if (bracket) tokens.push({ kind: bracket === "(" ? "(" : ")", text: bracket, position });
    else if (minus) tokens.push({ kind: "-", text: minus, position });
    else if (word) tokens.push({ kind: "word", text: word, position });
  }
  return tokens;
}

/** One pass over the tokens, one method a level of precedence: OR binds tighter than AND, as Logging has it. */
class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Condition | undefined {
    if (this.#tokens.length === 0) return undefined;
    const condition = this.#and();
    const rest = this.#peek();
    if (rest) throw unparseable(`unexpected ${rest.text}`, rest.position);
    return condition;
  }

  #and(): Condition {
    const of = [this.#or()];
    for (let token = this.#peek(); token && token.kind !== ")"; token = this.#peek()) {
      if (isWord(token, "AND")) this.#next += 1;
      of.push(this.#or());
    }
    return of.length === 1 && of[0] ? of[0] : { kind: "and", of };
  }

  #or(): Condition {
    const of = [this.#not()];
    while (isWord(this.#peek(), "OR")) {
      this.#next += 1;
      of.push(this.#not());
    }
    return of.length === 1 && of[0] ? of[0] : { kind: "or", of };
  }

  #not(): Condition {
    const token = this.#peek();
    if (token?.kind !== "-" && !isWord(token, "NOT")) return this.#primary();
    this.#next += 1;
    return { kind: "not", of: this.#not() };
  }

  #primary(): Condition {
    const token = this.#take();
    if (token.kind === "(") {
      const inner = this.#and();
      const close = this.#take();
      if (close.kind !== ")") throw unparseable(`expected ) but found ${close.text}`, close.position);
      return inner;
    }
    if (token.kind !== "word" && token.kind !== "string") throw unparseable(`unexpected ${token.text}`, token.position);
    const path = this.#path(token);
    const operator = this.#peek();
    if (operator?.kind !== "operator") return { kind: "text", text: path.join(".") };
    this.#next += 1;
    return this.#comparison(path, operator.text as Comparison["operator"]);
  }

  /** `labels."run.googleapis.com/x".y` comes as a word ending in a dot, a string, and a word beginning with one. */
  #path(first: Token): string[] {
    const path = first.kind === "string" ? [first.text] : first.text.split(".");
    for (;;) {
      const token = this.#peek();
      const isOpen = path.at(-1) === "";
      if (isOpen && token?.kind === "string") path.splice(-1, 1, token.text);
      else if (!isOpen && token?.kind === "word" && token.text.startsWith("."))
        path.push(...token.text.slice(1).split("."));
      else return path;
      this.#next += 1;
    }
  }

  #comparison(path: readonly string[], operator: Comparison["operator"]): Condition {
    const token = this.#peek();
    if (token?.kind === "(") return this.#alternatives(path, operator);
    return { kind: "comparison", path, operator, value: this.#value() };
  }

  /** `field = ("a" OR "b")` */
  #alternatives(path: readonly string[], operator: Comparison["operator"]): Condition {
    this.#take();
    const of: Condition[] = [{ kind: "comparison", path, operator, value: this.#value() }];
    while (isWord(this.#peek(), "OR")) {
      this.#next += 1;
      of.push({ kind: "comparison", path, operator, value: this.#value() });
    }
    const close = this.#take();
    if (close.kind !== ")") throw unparseable(`expected ) but found ${close.text}`, close.position);
    return { kind: "or", of };
  }

  /** Unquoted times contain colons, which come as operators of their own. */
  #value(): string {
    const sign = this.#peek()?.kind === "-" ? this.#take().text : "";
    const token = this.#take();
    if (token.kind !== "word" && token.kind !== "string") throw unparseable(`unexpected ${token.text}`, token.position);
    let text = token.text;
    while (token.kind === "word" && this.#peek()?.text === ":" && /T\d\d(:\d\d)?$/.test(text)) {
      this.#take();
      text += `:${this.#take().text}`;
    }
    return sign + text;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(): Token {
    const token = this.#peek();
    if (!token) throw unparseable("unexpected end of the filter", -1);
    this.#next += 1;
    return token;
  }
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === "word" && token.text === text;
}

function unparseable(what: string, position: number): ApiError {
  const place = position < 0 ? "" : ` at position ${position}`;
  return new ApiError({ code: "INVALID_ARGUMENT", message: `Unparseable filter: ${what}${place}` });
}
