import { DefinitionError } from "../definition-error.ts";
import { expectMap, expectText } from "../parse/fields.ts";
import type { YamlNode } from "../parse/yaml.ts";
import type { Value } from "../value/value.ts";

/** The value that a node of a stub file spells; there are no expressions in it. */
export function toValue(node: YamlNode): Value {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(toValue);
    case "map":
      return new Map(node.entries.map(({ key, value }) => [key, toValue(value)]));
  }
}

/** A map of texts; none when it is absent. @throws DefinitionError */
export function expectTexts(node: YamlNode | undefined, what: string): Readonly<Record<string, string>> {
  if (!node) return {};
  return Object.fromEntries(
    expectMap(node, what).entries.map(({ key, value }) => [key, expectText(value, `${what}.${key}`)]),
  );
}

/** A number that is not negative. @throws DefinitionError */
export function expectAmount(node: YamlNode, what: string): number {
  const value = node.kind === "scalar" ? node.value : undefined;
  if ((typeof value === "bigint" || typeof value === "number") && value >= 0) return Number(value);
  throw new DefinitionError({ message: `${what} must be a number that is not negative`, position: node.position });
}

/** An integer from 1. @throws DefinitionError */
export function expectCount(node: YamlNode, what: string): number {
  const value = node.kind === "scalar" ? node.value : undefined;
  if (typeof value === "bigint" && value >= 1n) return Number(value);
  throw new DefinitionError({ message: `${what} must be an integer from 1`, position: node.position });
}
