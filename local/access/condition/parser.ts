import { invalidCondition, unservedCondition } from "./error.ts";
import { attributes, functions, unserved } from "./functions.ts";
import { type Token, toTokens } from "./lexer.ts";
import { compare, constant, makeTime } from "./operators.ts";
import { isZone } from "./time.ts";
import type { Expression, Value } from "./value.ts";

/** Google takes at most so many `&&`, `||` and `!` in a condition. */
const mostOperators = 12;

const comparisons = new Set(["==", "!=", "<", "<=", ">", ">="]);
const arithmetic = new Set(["+", "-", "*", "/", "%", "?"]);

/**
 * Reads the expression of a condition: the part of CEL that Google's reference of attributes uses.
 *
 * @throws ApiError INVALID_ARGUMENT with the position of what is wrong; UNIMPLEMENTED for attributes not evaluated here
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(toTokens(text));
  return parser.parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #operators = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const whole = this.#or();
    this.#refuseArithmetic();
    const rest = this.#next();
    if (rest.kind !== "end") throw invalidCondition(`Syntax error: extraneous input '${rest.text}'`, rest.position);
    if (whole.type !== "bool") throw invalidCondition(`expected type 'bool' but found '${whole.type}'`, 0);
    if (this.#operators > mostOperators) {
      throw invalidCondition(`at most ${mostOperators} logical operators are allowed, not ${this.#operators}`, 0);
    }
    return whole;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] ?? { kind: "end", text: "", position: 0 };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #take(operator: string): boolean {
    const { kind, text } = this.#peek();
    const isIt = text === operator && (kind === "operator" || kind === "name");
    if (isIt) this.#at += 1;
    return isIt;
  }

  #demand(operator: string): void {
    const { text, position } = this.#peek();
    if (!this.#take(operator)) throw invalidCondition(`Syntax error: '${text}' where '${operator}' is due`, position);
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#take("||")) left = this.#logical(left, this.#and(), (a, b) => a || b);
    return left;
  }

  #and(): Expression {
    let left = this.#relation();
    while (this.#take("&&")) left = this.#logical(left, this.#relation(), (a, b) => a && b);
    return left;
  }

  #logical(left: Expression, right: Expression, join: (a: boolean, b: boolean) => boolean): Expression {
    this.#operators += 1;
    for (const { type } of [left, right]) {
      if (type !== "bool") throw invalidCondition(`expected type 'bool' but found '${type}'`, this.#peek().position);
    }
    return {
      type: "bool",
      evaluate: (context) => join(left.evaluate(context) === true, right.evaluate(context) === true),
    };
  }

  #relation(): Expression {
    const left = this.#unary();
    const { kind, text, position } = this.#peek();
    if (kind === "operator" && comparisons.has(text)) {
      this.#at += 1;
      return compare({ operator: text, left, right: this.#unary(), position });
    }
    if (!this.#take("in")) return left;
    const right = this.#unary();
    if (right.type !== "list") throw invalidCondition("'in' needs a list", position);
    return {
      type: "bool",
      evaluate: (context) => (right.evaluate(context) as readonly Value[]).includes(left.evaluate(context)),
    };
  }

  #unary(): Expression {
    const { position } = this.#peek();
    if (!this.#take("!")) return this.#member();
    this.#operators += 1;
    const operand = this.#unary();
    if (operand.type !== "bool") throw invalidCondition(`'!' needs a bool, not ${operand.type}`, position);
    return { type: "bool", evaluate: (context) => operand.evaluate(context) !== true };
  }

  #member(): Expression {
    let value = this.#primary();
    while (this.#take(".")) value = this.#method(value);
    return value;
  }

  #method(on: Expression): Expression {
    const { text: name, position } = this.#next();
    this.#demand("(");
    const given = [on, ...this.#items(")")];
    const found = functions.find(
      (one) =>
        one.name === name &&
        one.takes.length === given.length &&
        one.takes.every((type, at) => type === given[at]?.type),
    );
    if (!found) {
      const types = given.map(({ type }) => type).join(", ");
      throw invalidCondition(`found no matching overload for '${name}' applied to '(${types})'`, position);
    }
    const zone = on.type === "timestamp" ? given[1]?.constant : undefined;
    if (zone !== undefined && !isZone(String(zone))) throw invalidCondition(`unknown time zone '${zone}'`, position);
    return { type: found.gives, evaluate: (context) => found.apply(given.map((one) => one.evaluate(context))) };
  }

  #primary(): Expression {
    const { kind, text, position } = this.#next();
    if (kind === "string") return constant("string", text);
    if (kind === "number") return constant("int", Number(text));
    if (text === "true" || text === "false") return constant("bool", text === "true");
    if (kind === "name") return this.#named(text, position);
    if (text === "[") return this.#list(position);
    if (text !== "(") throw invalidCondition(`Syntax error: mismatched input '${text || "<EOF>"}'`, position);
    const inner = this.#or();
    this.#refuseArithmetic();
    this.#demand(")");
    return inner;
  }

  #list(position: number): Expression {
    const items = this.#items("]");
    if (items.some(({ constant: value }) => typeof value !== "string")) {
      throw invalidCondition("lists hold texts only", position);
    }
    return constant(
      "list",
      items.map((item) => String(item.constant)),
    );
  }

  #items(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(end)) {
      if (items.length > 0) this.#demand(",");
      items.push(this.#or());
    }
    return items;
  }

  #named(name: string, position: number): Expression {
    if (this.#take("(")) return makeTime({ name, given: this.#items(")"), position });
    this.#demand(".");
    const path = `${name}.${this.#next().text}`;
    if (path === "api.getAttribute") return this.#apiAttribute(position);
    const found = attributes[path];
    if (found) return found;
    if (unserved.has(path)) throw unservedCondition(path);
    throw invalidCondition(`undeclared reference to '${path}'`, position);
  }

  /** Roles that a request changes; none for requests that set no policy, so that limits hold for them. */
  #apiAttribute(position: number): Expression {
    this.#demand("(");
    const [name, fallback] = this.#items(")");
    if (typeof name?.constant !== "string" || fallback === undefined) {
      throw invalidCondition("api.getAttribute needs a name and a default", position);
    }
    if (name.constant !== "iam.googleapis.com/modifiedGrantsByRole") throw unservedCondition(name.constant);
    return {
      type: "list",
      // A list of something that no list of roles has, so that nothing is granted by it.
      evaluate: ({ modifiedRoles, ...context }) =>
        modifiedRoles === "untold" ? [modifiedRoles] : (modifiedRoles ?? fallback.evaluate(context)),
    };
  }

  #refuseArithmetic(): void {
    const { kind, text } = this.#peek();
    if (kind === "operator" && arithmetic.has(text)) throw unservedCondition(`The operator ${text}`);
  }
}
