import { DefinitionError } from "../definition-error.ts";
import { ExpressionError } from "../expression/expression-error.ts";
import { parseExpression } from "../expression/parse.ts";
import type { Expression } from "../expression/tree.ts";
import { expectList, expectSingle } from "./fields.ts";
import type { Action, Position, Target } from "./syntax.ts";
import { parseTemplate } from "./template.ts";
import type { YamlNode } from "./yaml.ts";

/** Most assignments in one step. */
const maxAssignments = 50;

/** Parses the list of an assign step. */
export function parseAssign(node: YamlNode, step: string): Action {
  const { items } = expectList(node, "assign", step);
  if (items.length === 0 || items.length > maxAssignments) {
    const message = `assign must have 1 to ${maxAssignments} entries, not ${items.length}`;
    throw new DefinitionError({ message, position: node.position, step });
  }
  const entries = items.map((item) => {
    const { key, keyPosition, value } = expectSingle(item, "an assignment", step);
    return { target: parseTarget(key, keyPosition, step), value: parseTemplate(value, step) };
  });
  return { kind: "assign", entries };
}

/** Parses `name`, `map.key`, `list[0]` and chains of these. */
function parseTarget(text: string, position: Position, step: string): Target {
  const refuse = (message: string, offset = 0) =>
    new DefinitionError({ message, position: { line: position.line, column: position.column + offset }, step });
  try {
    return { ...toTarget(parseExpression(text)), position };
  } catch (caught) {
    if (!(caught instanceof ExpressionError)) throw caught;
    throw refuse(`'${text}' cannot be assigned to: ${caught.message}`, caught.offset);
  }
}

function toTarget(expression: Expression): { readonly variable: string; readonly path: readonly Expression[] } {
  switch (expression.kind) {
    case "name":
      return { variable: expression.name, path: [] };
    case "property": {
      const { variable, path } = toTarget(expression.object);
      return { variable, path: [...path, { kind: "literal", offset: expression.offset, value: expression.name }] };
    }
    case "index": {
      const { variable, path } = toTarget(expression.object);
      return { variable, path: [...path, expression.index] };
    }
    default:
      throw new ExpressionError("it is not a variable", expression.offset);
  }
}
