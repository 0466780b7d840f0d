import { isInt64 } from "../value/integer.ts";
import { ExpressionError } from "./expression-error.ts";
import { type Token, tokenize } from "./token.ts";
import { type BinaryOperator, dottedPath, type Expression } from "./tree.ts";

/**
 * Binding power of the operators between two operands; `not` and unary minus bind tighter than all of them.
 *
 * @see https://cloud.google.com/workflows/docs/reference/syntax/datatypes#order-operations
 */
const bindingPowers = new Map<string, number>([
  ["or", 1],
  ["and", 2],
  ...["in", "==", "!=", "<", "<=", ">", ">="].map((operator) => [operator, 3] as const),
  ["+", 4],
  ["-", 4],
  ...["*", "/", "//", "%"].map((operator) => [operator, 5] as const),
]);

const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
  ["null", null],
]);

/** Words that are operators; all lower or all upper case, not mixed. */
const wordOperators = new Map([
  ...["and", "or", "not"].flatMap((word) => [[word, word] as const, [word.toUpperCase(), word] as const]),
  ["in", "in"],
]);

/**
 * Parses the text inside `${…}`.
 *
 * @throws ExpressionError
 */
export function parseExpression(source: string): Expression {
  const parser = new ExpressionParser(tokenize(source));
  const expression = parser.binary(0);
  parser.expectEnd();
  return expression;
}

class ExpressionParser {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  binary(minimum: number): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = this.#operator();
      const power = operator === undefined ? undefined : bindingPowers.get(operator);
      if (operator === undefined || power === undefined || power <= minimum) return left;
      const { offset } = this.#take();
      left = { kind: "binary", offset, operator: toBinary(operator), left, right: this.binary(power) };
    }
  }

  expectEnd(): void {
    if (this.#peek().kind !== "end") this.#unexpected();
  }

  #unary(): Expression {
    const operator = this.#operator();
    if (operator !== "not" && operator !== "-") return this.#postfix();
    const { offset } = this.#take();
    const token = this.#peek();
    if (operator === "-" && token.kind === "integer") {
      return this.#postfix({ kind: "literal", offset, value: -this.#takeInteger() });
    }
    return { kind: "unary", offset, operator, operand: this.#unary() };
  }

  #takeInteger(): bigint {
    const token = this.#take();
    return token.kind === "integer" ? token.value : 0n;
  }

  #postfix(first: Expression = this.#primary()): Expression {
    let expression = first;
    for (;;) {
      const { offset } = expression;
      if (this.#skip(".")) expression = { kind: "property", offset, object: expression, name: this.#propertyName() };
      else if (this.#skip("[")) expression = { kind: "index", offset, object: expression, index: this.#closed("]") };
      else if (this.#skip("(")) expression = this.#call(expression);
      else return expression;
    }
  }

  #call(callee: Expression): Expression {
    const path = dottedPath(callee);
    if (path === undefined) throw new ExpressionError("only functions and subworkflows can be called", callee.offset);
    return { kind: "call", offset: callee.offset, callee: path, args: this.#items(")") };
  }

  #primary(): Expression {
    const token = this.#peek();
    const { offset } = token;
    if (this.#skip("(")) return this.#closed(")");
    if (this.#skip("[")) return { kind: "list", offset, items: this.#items("]") };
    switch (token.kind) {
      case "integer":
        if (!isInt64(token.value)) throw new ExpressionError(`integer ${token.value} does not fit 64 bits`, offset);
        this.#take();
        return { kind: "literal", offset, value: token.value };
      case "double":
      case "string":
        this.#take();
        return { kind: "literal", offset, value: token.value };
      case "name":
        return this.#name(token.text);
      default:
        return this.#unexpected();
    }
  }

  #name(text: string): Expression {
    if (wordOperators.has(text)) return this.#unexpected();
    const { offset } = this.#take();
    const value = words.get(text);
    return value === undefined ? { kind: "name", offset, name: text } : { kind: "literal", offset, value };
  }

  #propertyName(): string {
    const token = this.#peek();
    if (token.kind !== "name") return this.#unexpected();
    this.#take();
    return token.text;
  }

  #closed(close: string): Expression {
    const expression = this.binary(0);
    if (!this.#skip(close)) this.#unexpected();
    return expression;
  }

  #items(close: string): readonly Expression[] {
    const items: Expression[] = [];
    if (this.#skip(close)) return items;
    for (;;) {
      items.push(this.binary(0));
      if (this.#skip(close)) return items;
      if (!this.#skip(",")) this.#unexpected();
    }
  }

  #operator(): string | undefined {
    const token = this.#peek();
    if (token.kind === "operator") return token.text;
    return token.kind === "name" ? wordOperators.get(token.text) : undefined;
  }

  #skip(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== "operator" || token.text !== text) return false;
    this.#take();
    return true;
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: "end", offset: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    this.#index += 1;
    return token;
  }

  #unexpected(): never {
    const token = this.#peek();
    if (token.kind === "end") throw new ExpressionError("unexpected end of expression", token.offset);
    const shown = "text" in token ? token.text : String(token.value);
    throw new ExpressionError(`unexpected '${shown}'`, token.offset);
  }
}

const binaryOperators: readonly BinaryOperator[] = [
  "or",
  "and",
  "in",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "+",
  "-",
  "*",
  "/",
  "//",
  "%",
];

function toBinary(text: string): BinaryOperator {
  const operator = binaryOperators.find((candidate) => candidate === text);
  if (operator === undefined) throw new Error(`${text} has a binding power but is no operator`);
  return operator;
}
