import { fault } from "../fault.ts";
import { isInt64 } from "../value/integer.ts";
import { row } from "./function.ts";

/** `math.*` @see https://cloud.google.com/workflows/docs/reference/stdlib/math/abs */
// biome-ignore format: a table
export const math = [
  row("math.abs",   "x: number",            "number",  ({ x }) => (typeof x === "bigint" ? abs(x) : Math.abs(x))),
  row("math.floor", "x: number",            "integer", ({ x }) => floor(x)),
  row("math.max",   "x: number, y: number", "number",  ({ x, y }) => (x >= y ? x : y)),
  row("math.min",   "x: number, y: number", "number",  ({ x, y }) => (x <= y ? x : y)),
];

function abs(x: bigint): bigint {
  const amount = x < 0n ? -x : x;
  if (!isInt64(amount)) throw fault("ValueError", `math.abs: ${x} has no positive counterpart`);
  return amount;
}

function floor(x: bigint | number): bigint {
  if (typeof x === "bigint") return x;
  const amount = Number.isFinite(x) ? BigInt(Math.floor(x)) : undefined;
  if (amount === undefined || !isInt64(amount)) throw fault("ValueError", `math.floor: ${x} does not fit an integer`);
  return amount;
}
