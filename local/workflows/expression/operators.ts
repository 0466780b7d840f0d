import { fault } from "../fault.ts";
import { isInt64 } from "../value/integer.ts";
import { textSize } from "../value/size.ts";
import { isEqual, isList, isMap, isNumber, typeName, type Value } from "../value/value.ts";
import type { BinaryOperator } from "./tree.ts";

type Operator = (left: Value, right: Value) => Value;

/** Operators whose operands are both evaluated first (`and` and `or` are not among them). */
// biome-ignore format: a table
const operators: Readonly<Record<Exclude<BinaryOperator, "and" | "or">, Operator>> = {
  "in": contains,
  "==": (left, right) => isEqual(left, right),
  "!=": (left, right) => !isEqual(left, right),
  "<":  (left, right) => compare("<", left, right) < 0,
  "<=": (left, right) => compare("<=", left, right) <= 0,
  ">":  (left, right) => compare(">", left, right) > 0,
  ">=": (left, right) => compare(">=", left, right) >= 0,
  "+":  add,
  "-":  (left, right) => arithmetic("-", [left, right], { integers: (a, b) => a - b, doubles: (a, b) => a - b }),
  "*":  (left, right) => arithmetic("*", [left, right], { integers: (a, b) => a * b, doubles: (a, b) => a * b }),
  "/":  (left, right) => divide(left, right),
  "//": (left, right) => arithmetic("//", [left, right], { integers: floorDivide, doubles: (a, b) => Math.floor(a / nonZero(b)) }),
  "%":  (left, right) => arithmetic("%", [left, right], { integers: modulo, doubles: (a, b) => a - b * Math.floor(a / nonZero(b)) }),
};

/**
 * Applies an operator to two values.
 *
 * @throws WorkflowError TypeError for operands it is not defined for, ZeroDivisionError
 */
export function applyBinary(operator: Exclude<BinaryOperator, "and" | "or">, left: Value, right: Value): Value {
  return operators[operator](left, right);
}

/** Negates a number. */
export function negate(operand: Value): Value {
  if (typeof operand === "bigint") return checked(-operand);
  if (typeof operand === "number") return -operand;
  throw fault("TypeError", `unsupported operand type for -: '${typeName(operand)}'`);
}

/** Demands a boolean operand of `and`, `or` and `not`, or a condition. */
export function toBoolean(value: Value, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw fault("TypeError", `unsupported operand type for ${where}: '${typeName(value)}', expected boolean`);
}

function contains(item: Value, container: Value): boolean {
  if (isList(container)) return container.some((candidate) => isEqual(candidate, item));
  if (!isMap(container)) throw fault("TypeError", "argument of 'in' must be a dict or an array");
  return typeof item === "string" && container.has(item);
}

/** See choice `unlike-order`. */
function compare(operator: string, left: Value, right: Value): number {
  const isComparable = (isNumber(left) && isNumber(right)) || (typeof left === "string" && typeof right === "string");
  if (!isComparable) throw unsupported(operator, left, right);
  if (typeof left === "string" && typeof right === "string")
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (left < right) return -1;
  // A comparison with NaN is neither; NaN makes every ordering false.
  return left > right ? 1 : isEqual(left, right) ? 0 : Number.NaN;
}

interface Arithmetic {
  readonly integers: (left: bigint, right: bigint) => bigint;
  readonly doubles: (left: number, right: number) => number;
}

/** Integers give an integer; as soon as one operand is a double, so is the result. */
function arithmetic(operator: string, [left, right]: readonly [Value, Value], by: Arithmetic): Value {
  if (typeof left === "bigint" && typeof right === "bigint") return checked(by.integers(left, right));
  if (isNumber(left) && isNumber(right)) return by.doubles(Number(left), Number(right));
  throw unsupported(operator, left, right);
}

/** See choice `text-and-number`. */
function add(left: Value, right: Value): Value {
  if (typeof left === "string" && typeof right === "string") {
    const text = left + right;
    textSize(text);
    return text;
  }
  return arithmetic("+", [left, right], { integers: (a, b) => a + b, doubles: (a, b) => a + b });
}

function divide(left: Value, right: Value): number {
  if (isNumber(left) && isNumber(right)) return Number(left) / nonZero(Number(right));
  throw unsupported("/", left, right);
}

/** See choice `floor-division`. */
function floorDivide(left: bigint, right: bigint): bigint {
  if (right === 0n) throw fault("ZeroDivisionError", "division by zero");
  const quotient = left / right;
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient;
}

/** The remainder that belongs to floor division: it has the sign of the divisor. */
function modulo(left: bigint, right: bigint): bigint {
  return left - right * floorDivide(left, right);
}

function nonZero(divisor: number): number {
  if (divisor === 0) throw fault("ZeroDivisionError", "division by zero");
  return divisor;
}

/** See choice `integer-overflow`. */
function checked(amount: bigint): bigint {
  if (!isInt64(amount)) throw fault("ValueError", `integer overflow: ${amount} does not fit 64 bits`);
  return amount;
}

function unsupported(operator: string, left: Value, right: Value) {
  return fault("TypeError", `unsupported operand types for ${operator}: '${typeName(left)}' and '${typeName(right)}'`);
}
