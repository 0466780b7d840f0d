import { parseExpression } from "./condition/parser.ts";
import type { ConditionContext, Expression } from "./condition/value.ts";

/** Conditions already read, so that a decision does not read them again. */
const parsed = new Map<string, Expression>();

const mostKept = 1000;

/**
 * Reads the condition of a binding.
 *
 * @returns whether it holds
 * @throws ApiError INVALID_ARGUMENT for what is no condition, UNIMPLEMENTED for attributes that are not evaluated here
 * @see https://cloud.google.com/iam/docs/conditions-attribute-reference
 */
export function parseCondition(expression: string): (context: ConditionContext) => boolean {
  const found = parsed.get(expression) ?? parseExpression(expression);
  if (parsed.size >= mostKept) parsed.clear();
  parsed.set(expression, found);
  return (context) => found.evaluate(context) === true;
}
