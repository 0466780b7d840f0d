import { DefinitionError } from "../definition-error.ts";
import type { Position } from "./syntax.ts";
import type { YamlEntry, YamlList, YamlMap, YamlNode } from "./yaml.ts";

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Words of expressions, which no variable can be named. */
const reserved = new Set(["and", "or", "not", "in", "true", "false", "null"]);

/** The fields of one map in a definition, each read once; what nobody read is refused by `end`. */
export class Fields {
  readonly position: Position;
  readonly step: string | undefined;
  readonly #entries: Map<string, YamlEntry>;
  readonly #what: string;

  constructor(node: YamlNode, what: string, step?: string) {
    this.position = node.position;
    this.step = step;
    this.#what = what;
    this.#entries = new Map(expectMap(node, what, step).entries.map((entry) => [entry.key, entry]));
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The keys not read so far. */
  get keys(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Takes an optional field. */
  take(key: string): YamlNode | undefined {
    const value = this.#entries.get(key)?.value;
    this.#entries.delete(key);
    return value;
  }

  /** Takes a required field. */
  expect(key: string): YamlNode {
    const value = this.take(key);
    if (value) return value;
    throw new DefinitionError({
      message: `${this.#what} must have '${key}'`,
      position: this.position,
      step: this.step,
    });
  }

  /** Refuses the fields that nobody took. */
  end(): void {
    for (const { key, keyPosition } of this.#entries.values()) {
      throw new DefinitionError({
        message: `unknown field '${key}' in ${this.#what}`,
        position: keyPosition,
        step: this.step,
      });
    }
  }
}

/** @throws DefinitionError when the node is no map */
export function expectMap(node: YamlNode, what: string, step?: string): YamlMap {
  if (node.kind === "map") return node;
  throw new DefinitionError({ message: `${what} must be a map`, position: node.position, step });
}

/** @throws DefinitionError when the node is no list */
export function expectList(node: YamlNode, what: string, step?: string): YamlList {
  if (node.kind === "list") return node;
  throw new DefinitionError({ message: `${what} must be a list`, position: node.position, step });
}

/** @throws DefinitionError when the node is no map of exactly one key */
export function expectSingle(node: YamlNode, what: string, step?: string): YamlEntry {
  const [entry, ...others] = expectMap(node, what, step).entries;
  if (entry && others.length === 0) return entry;
  throw new DefinitionError({ message: `${what} must have exactly one key`, position: node.position, step });
}

/** @throws DefinitionError when the node is no text */
export function expectText(node: YamlNode, what: string, step?: string): string {
  if (node.kind === "scalar" && typeof node.value === "string") return node.value;
  throw new DefinitionError({ message: `${what} must be a string`, position: node.position, step });
}

/** @throws DefinitionError when the node is no name of a variable */
export function expectName(node: YamlNode, what: string, step?: string): string {
  const text = expectText(node, what, step);
  if (identifier.test(text) && !reserved.has(text.toLowerCase())) return text;
  throw new DefinitionError({ message: `${what} '${text}' is not a valid name`, position: node.position, step });
}

/** Something with a name in the source. */
interface Named {
  readonly name: string;
  readonly position: Position;
}

/** @throws DefinitionError for the second of two with the same name */
export function refuseTwins(items: readonly Named[], what: string, step?: string): void {
  const seen = new Set<string>();
  for (const { name, position } of items) {
    if (seen.has(name)) throw new DefinitionError({ message: `${what} '${name}' is given twice`, position, step });
    seen.add(name);
  }
}
