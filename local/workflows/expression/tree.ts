import type { Value } from "../value/value.ts";

/** A parsed expression. `offset` counts characters from the start of the text inside `${…}`. */
export type Expression =
  | { readonly kind: "literal"; readonly offset: number; readonly value: Value }
  | { readonly kind: "list"; readonly offset: number; readonly items: readonly Expression[] }
  | { readonly kind: "name"; readonly offset: number; readonly name: string }
  | { readonly kind: "property"; readonly offset: number; readonly object: Expression; readonly name: string }
  | { readonly kind: "index"; readonly offset: number; readonly object: Expression; readonly index: Expression }
  | { readonly kind: "call"; readonly offset: number; readonly callee: string; readonly args: readonly Expression[] }
  | { readonly kind: "unary"; readonly offset: number; readonly operator: "not" | "-"; readonly operand: Expression }
  | BinaryExpression;

/** An operator between two operands. */
export interface BinaryExpression {
  readonly kind: "binary";
  readonly offset: number;
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** Operators between two operands, loosest binding first. */
export type BinaryOperator =
  | "or"
  | "and"
  | "in"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "+"
  | "-"
  | "*"
  | "/"
  | "//"
  | "%";

/** The dotted path that a name or a chain of properties spells, such as `http.default_retry`. */
export function dottedPath(expression: Expression): string | undefined {
  if (expression.kind === "name") return expression.name;
  if (expression.kind !== "property") return undefined;
  const object = dottedPath(expression.object);
  return object === undefined ? undefined : `${object}.${expression.name}`;
}

/** The expressions directly inside an expression. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "list":
      return expression.items;
    case "property":
      return [expression.object];
    case "index":
      return [expression.object, expression.index];
    case "call":
      return expression.args;
    case "unary":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    default:
      return [];
  }
}
