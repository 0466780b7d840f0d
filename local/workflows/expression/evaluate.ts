import { fault } from "../fault.ts";
import type { Task } from "../task.ts";
import { admit } from "../value/size.ts";
import { isList, isMap, typeName, type Value } from "../value/value.ts";
import { applyBinary, negate, toBoolean } from "./operators.ts";
import { type BinaryExpression, dottedPath, type Expression } from "./tree.ts";

/** What the names in an expression mean. */
export interface Environment {
  /** A variable's value; `undefined` when it has not been assigned. */
  variable(name: string): Value | undefined;
  /** What a dotted path stands for when it is no variable: a constant or a function. */
  constant(path: string): Value | undefined;
  /** Calls a library function or subworkflow with positional arguments. */
  call(callee: string, args: readonly Value[]): Task<Value>;
}

/**
 * Evaluates an expression. `and` and `or` evaluate their right side only when it matters (choice `short-circuit`).
 *
 * @throws WorkflowError TypeError, KeyError, IndexError, ZeroDivisionError …
 */
export function* evaluate(expression: Expression, environment: Environment): Task<Value> {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "name":
      return resolve(expression.name, environment);
    case "list":
      return admit(yield* evaluateAll(expression.items, environment));
    case "property": {
      const constant = resolvePath(expression, environment);
      if (constant !== undefined) return constant;
      return element(yield* evaluate(expression.object, environment), expression.name);
    }
    case "index": {
      const object = yield* evaluate(expression.object, environment);
      return element(object, yield* evaluate(expression.index, environment));
    }
    case "call":
      return yield* environment.call(expression.callee, yield* evaluateAll(expression.args, environment));
    case "unary": {
      const operand = yield* evaluate(expression.operand, environment);
      return expression.operator === "-" ? negate(operand) : !toBoolean(operand, "not");
    }
    case "binary":
      return yield* evaluateBinary(expression, environment);
  }
}

/**
 * Reads an element of a map or list.
 *
 * @throws WorkflowError KeyError, IndexError, TypeError
 */
function element(container: Value, key: Value): Value {
  if (isMap(container)) return mapElement(container, key);
  if (isList(container)) return container[toIndex(container.length, key)] ?? null;
  throw fault(
    "TypeError",
    `cannot read ${typeof key === "string" ? `'${key}'` : "an element"} of type '${typeName(container)}'`,
  );
}

/**
 * Checks a list index.
 *
 * @throws WorkflowError TypeError when it is no integer, IndexError when the list has no such element
 */
export function toIndex(length: number, key: Value): number {
  if (typeof key !== "bigint") throw fault("TypeError", `list index must be an integer, not ${typeName(key)}`);
  if (key < 0n || key >= BigInt(length))
    throw fault("IndexError", `index out of range: ${key}, list has ${length} elements`);
  return Number(key);
}

function mapElement(map: ReadonlyMap<string, Value>, key: Value): Value {
  if (typeof key !== "string") throw fault("TypeError", `map key must be a string, not ${typeName(key)}`);
  const value = map.get(key);
  if (value === undefined) throw fault("KeyError", `key not found: ${key}`);
  return value;
}

function* evaluateAll(expressions: readonly Expression[], environment: Environment): Task<readonly Value[]> {
  const values: Value[] = [];
  for (const expression of expressions) values.push(yield* evaluate(expression, environment));
  return values;
}

function* evaluateBinary({ operator, left, right }: BinaryExpression, environment: Environment): Task<Value> {
  const first = yield* evaluate(left, environment);
  if (operator === "and" || operator === "or") {
    if (toBoolean(first, operator) === (operator === "or")) return first;
    return toBoolean(yield* evaluate(right, environment), operator);
  }
  return applyBinary(operator, first, yield* evaluate(right, environment));
}

function resolve(name: string, environment: Environment): Value {
  const assigned = environment.variable(name);
  const value = assigned === undefined ? environment.constant(name) : assigned;
  // Deployment made sure that the variable is assigned somewhere; the path taken here went past that.
  if (value === undefined) throw fault("KeyError", `key not found: ${name}`);
  return value;
}

function resolvePath(expression: Expression, environment: Environment): Value | undefined {
  const path = dottedPath(expression);
  if (path === undefined) return undefined;
  const [root = ""] = path.split(".");
  return environment.variable(root) === undefined ? environment.constant(path) : undefined;
}
