import { DefinitionError } from "../definition-error.ts";
import { isList, isMap, type Value } from "../value/value.ts";
import type { Position, Template } from "./syntax.ts";

/** A kind of value that a field takes; what an expression gives is checked when it has been evaluated. */
interface Kind {
  /** As in "must be a boolean or an expression". */
  readonly text: string;
  readonly accepts: (template: Template) => boolean;
}

/** Kinds of values that fields of steps take. */
export const kinds = {
  boolean: literal("a boolean", (value) => typeof value === "boolean"),
  number: literal("a number that is not negative", (value) => isAmount(value) && Number(value) >= 0),
  count: literal("an integer that is not negative", (value) => typeof value === "bigint" && value >= 0n),
  positive: literal("a positive integer", (value) => typeof value === "bigint" && value > 0n),
  expression: literal("an expression", () => false),
  list: { text: "a list", accepts: (template) => template.kind === "list" || isLiteral(template, isList) },
  error: {
    text: "a string or a map",
    accepts: (template) =>
      template.kind === "map" || isLiteral(template, (value) => typeof value === "string" || isMap(value)),
  },
} satisfies Readonly<Record<string, Kind>>;

/** Where a value stands. */
interface Place {
  readonly what: string;
  readonly step: string;
  readonly position: Position;
}

/** @throws DefinitionError when a value is neither of the kind nor an expression */
export function expectKind<T extends Template | undefined>(template: T, kind: Kind, place: Place): T {
  if (!template || template.kind === "expression" || kind.accepts(template)) return template;
  const { what, step, position } = place;
  const alternative = kind === kinds.expression ? "" : " or an expression";
  throw new DefinitionError({ message: `${what} must be ${kind.text}${alternative}`, position, step });
}

function literal(text: string, accepts: (value: Value) => boolean): Kind {
  return { text, accepts: (template) => isLiteral(template, accepts) };
}

function isLiteral(template: Template, accepts: (value: Value) => boolean): boolean {
  return template.kind === "literal" && accepts(template.value);
}

function isAmount(value: Value): boolean {
  return typeof value === "bigint" || typeof value === "number";
}
