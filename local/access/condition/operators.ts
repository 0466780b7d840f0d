import { invalidCondition } from "./error.ts";
import type { Expression, Value, ValueType } from "./value.ts";

/** An expression that is always the same. */
export function constant(type: ValueType, value: Value): Expression {
  return { type, constant: value, evaluate: () => value };
}

const orders: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
};

/**
 * Compares two values of one type.
 *
 * @throws ApiError INVALID_ARGUMENT for values of two types, and for lists
 */
export function compare({
  operator,
  left,
  right,
  position,
}: {
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
  readonly position: number;
}): Expression {
  const order = orders[operator];
  if (!order || left.type !== right.type || left.type === "list") {
    const types = `(${left.type}, ${right.type})`;
    throw invalidCondition(`found no matching overload for '_${operator}_' applied to '${types}'`, position);
  }
  return { type: "bool", evaluate: (context) => order(left.evaluate(context), right.evaluate(context)) };
}

/**
 * `timestamp("…")`.
 *
 * @throws ApiError INVALID_ARGUMENT for any other function, and for a text that is no time
 */
export function makeTime({
  name,
  given,
  position,
}: {
  readonly name: string;
  readonly given: readonly Expression[];
  readonly position: number;
}): Expression {
  if (name !== "timestamp") throw invalidCondition(`undeclared reference to '${name}'`, position);
  const text = given[0]?.constant;
  const ms = typeof text === "string" && /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (given.length !== 1 || Number.isNaN(ms)) throw invalidCondition("timestamp() needs an RFC 3339 text", position);
  return constant("timestamp", ms);
}
