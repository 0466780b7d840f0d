import { DefinitionError } from "../definition-error.ts";
import { ExpressionError } from "../expression/expression-error.ts";
import { parseExpression } from "../expression/parse.ts";
import type { Value } from "../value/value.ts";
import type { ExpressionTemplate, Position, Template } from "./syntax.ts";
import type { YamlNode, YamlScalar } from "./yaml.ts";

/** Longest expression, in characters between the braces (choice `expression-length`). */
const maxExpressionLength = 400;

/**
 * Reads a value with expressions in it.
 *
 * @param step name of the step it belongs to, for errors
 * @throws DefinitionError
 */
export function parseTemplate(node: YamlNode, step: string): Template {
  switch (node.kind) {
    case "scalar":
      return parseScalar(node, step);
    case "list":
      return fold({ kind: "list", items: node.items.map((item) => parseTemplate(item, step)) });
    case "map":
      return fold({
        kind: "map",
        entries: node.entries.map(({ key, keyPosition, value }) => ({
          key: parseText({ text: key, position: keyPosition, textOffset: 0 }, step) ?? key,
          value: parseTemplate(value, step),
        })),
      });
  }
}

/** A template without expressions is one literal. */
function fold(template: Extract<Template, { kind: "list" | "map" }>): Template {
  if (template.kind === "list") {
    const items: Value[] = [];
    for (const item of template.items) {
      if (item.kind !== "literal") return template;
      items.push(item.value);
    }
    return { kind: "literal", value: items };
  }
  const entries = new Map<string, Value>();
  for (const { key, value } of template.entries) {
    if (typeof key !== "string" || value.kind !== "literal") return template;
    entries.set(key, value.value);
  }
  return { kind: "literal", value: entries };
}

function parseScalar({ value, position, textOffset }: YamlScalar, step: string): Template {
  if (typeof value !== "string") return { kind: "literal", value };
  return parseText({ text: value, position, textOffset }, step) ?? { kind: "literal", value };
}

interface SourceText {
  readonly text: string;
  readonly position: Position;
  readonly textOffset?: number;
}

/** The expression that a text is as a whole; `undefined` for any other text, which stands for itself (choice `text-around`). */
function parseText({ text, position, textOffset }: SourceText, step: string): ExpressionTemplate | undefined {
  const inner = /^\s*\$\{([\s\S]*)\}\s*$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const length = [...inner].length;
  if (length > maxExpressionLength) {
    const message = `expression is ${length} characters long, the limit is ${maxExpressionLength}`;
    throw new DefinitionError({ message, position, step });
  }
  const start = textOffset === undefined ? undefined : after(position, textOffset + text.indexOf("{") + 1);
  try {
    return { kind: "expression", expression: parseExpression(inner), position, start };
  } catch (caught) {
    if (!(caught instanceof ExpressionError)) throw caught;
    const at = start ? after(start, caught.offset) : position;
    throw new DefinitionError({ message: `parse error in expression: ${caught.message}`, position: at, step });
  }
}

function after({ line, column }: Position, characters: number): Position {
  return { line, column: column + characters };
}
