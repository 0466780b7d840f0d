import { DefinitionError } from "../definition-error.ts";
import { childrenOf, dottedPath, type Expression } from "../expression/tree.ts";
import type { Position } from "../parse/syntax.ts";
import { constants } from "../stdlib/retry.ts";
import { parametersOf } from "./call.ts";
import type { Names } from "./names.ts";
import type { SymbolContext } from "./symbols.ts";

/** Where an expression stands and what its names may mean. */
export interface ExpressionContext extends SymbolContext {
  readonly names: Names;
  readonly position: Position;
  /** Where the expression's text begins, when it is on one line. */
  readonly start?: Position;
}

/** Checks the names, calls and argument counts in an expression. */
export function checkExpression(expression: Expression, context: ExpressionContext): void {
  switch (expression.kind) {
    case "name":
      checkName(expression, context);
      return;
    case "property":
      if (!isKnownPath(expression, context)) checkExpression(expression.object, context);
      return;
    case "call":
      checkCall(expression, context);
      for (const argument of expression.args) checkExpression(argument, context);
      return;
    default:
      for (const child of childrenOf(expression)) checkExpression(child, context);
  }
}

/** Whether a dotted path is a constant or function of the library, and not a variable's property. */
function isKnownPath(expression: Expression, { names, library }: ExpressionContext): boolean {
  const path = dottedPath(expression);
  if (path === undefined || names.has(path.split(".")[0] ?? "")) return false;
  const parts = path.split(".");
  const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join("."));
  return prefixes.some((known) => constants.has(known) || library.get(known) !== undefined);
}

function checkName({ name, offset }: Extract<Expression, { kind: "name" }>, context: ExpressionContext): void {
  if (context.names.has(name) || context.definition.routines.has(name) || context.library.get(name)) return;
  throw refusal(`symbol '${name}' is neither a variable nor a sub-workflow name`, context, offset);
}

function checkCall(call: Extract<Expression, { kind: "call" }>, context: ExpressionContext): void {
  const { callee, args, offset } = call;
  const { blocking, definition, library } = context;
  const found = library.get(callee);
  if (!found && !definition.routines.has(callee)) {
    throw refusal(`symbol '${callee}' is not a function or sub-workflow name`, context, offset);
  }
  if (found?.isBlocking || (!found && blocking.has(callee))) {
    throw refusal(`${callee} blocks and must be used in a call step`, context, offset);
  }
  const parameters = parametersOf(callee, context);
  const required = parameters.filter(({ isOptional }) => !isOptional).length;
  if (args.length >= required && args.length <= parameters.length) return;
  throw refusal(`${callee} takes ${countOf(required, parameters.length)}, not ${args.length}`, context, offset);
}

function countOf(least: number, most: number): string {
  if (least !== most) return `${least} to ${most} arguments`;
  return most === 1 ? "1 argument" : `${most} arguments`;
}

function refusal(reason: string, { step, position, start }: ExpressionContext, offset: number): DefinitionError {
  const at = start ? { line: start.line, column: start.column + offset } : position;
  return new DefinitionError({ message: `error evaluating expression: ${reason}`, position: at, step });
}
