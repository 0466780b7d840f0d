import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { DefinitionError } from "../definition-error.ts";
import { isInt64 } from "../value/integer.ts";
import type { Position } from "./syntax.ts";

/** A YAML or JSON node with its place in the source. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/** A scalar; `yes`, `no`, `on` and `off` are strings, as in YAML 1.2. */
export interface YamlScalar {
  readonly kind: "scalar";
  readonly position: Position;
  readonly value: null | boolean | bigint | number | string;
  /** Columns from the position to the text's first character; absent when the text spans lines. */
  readonly textOffset?: number;
}

/** A sequence. */
export interface YamlList {
  readonly kind: "list";
  readonly position: Position;
  readonly items: readonly YamlNode[];
}

/** A mapping with its keys as text, in order. */
export interface YamlMap {
  readonly kind: "map";
  readonly position: Position;
  readonly entries: readonly YamlEntry[];
}

/** One key and value; a key is text however it is written (choice `numeric-keys`). */
export interface YamlEntry {
  readonly key: string;
  readonly keyPosition: Position;
  readonly value: YamlNode;
}

/** More nodes than any definition within the size limit has; a bound on what aliases expand to. */
const maxNodes = 200_000;

/** Deepest nesting; also what an alias to a node around it runs into. */
const maxDepth = 200;

/**
 * Reads YAML 1.2 (and so JSON) with positions; a `%YAML 1.1` directive changes nothing (choice `yaml-version`).
 *
 * @throws DefinitionError for malformed text, duplicate keys, several documents
 */
export function parseYaml(source: string): YamlNode {
  const lineCounter = new LineCounter();
  const document = parseDocument(source, {
    version: "1.2",
    schema: "core",
    intAsBigInt: true,
    uniqueKeys: true,
    lineCounter,
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  // A tag that nobody knows is only a warning to the parser. See choice `yaml-tags`.
  const [error] = [...document.errors, ...document.warnings];
  if (error) {
    const [message = ""] = error.message.split(/ at line \d+|; please use/);
    throw new DefinitionError({ message: `parse error: ${message}`, position: positionAt(error.pos[0]) });
  }
  return new YamlReader(document, source, positionAt).read(document.contents);
}

class YamlReader {
  readonly #document: Document;
  readonly #source: string;
  readonly #positionAt: (offset: number) => Position;
  #nodes = 0;
  #depth = 0;

  constructor(document: Document, source: string, positionAt: (offset: number) => Position) {
    this.#document = document;
    this.#source = source;
    this.#positionAt = positionAt;
  }

  read(node: Node | null | undefined, fallback: Position = { line: 1, column: 1 }): YamlNode {
    const position = node?.range ? this.#positionAt(node.range[0]) : fallback;
    this.#nodes += 1;
    this.#depth += 1;
    if (this.#nodes > maxNodes) throw new DefinitionError({ message: "the definition is too large", position });
    if (this.#depth > maxDepth) throw new DefinitionError({ message: "nested too deeply", position });
    const result = this.#convert(node, position);
    this.#depth -= 1;
    return result;
  }

  #convert(node: Node | null | undefined, position: Position): YamlNode {
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (!target) throw new DefinitionError({ message: `parse error: Unresolved alias ${node.source}`, position });
      return this.read(target, position);
    }
    if (isSeq<Node>(node)) {
      return { kind: "list", position, items: node.items.map((item) => this.read(item, position)) };
    }
    if (isMap<Node, Node | null>(node)) {
      const entries = node.items.map((pair) => this.#entry(pair, position));
      refuseTwins(entries);
      return { kind: "map", position, entries };
    }
    const written = node?.range ? this.#source.slice(node.range[0], node.range[1]) : "\n";
    const textOffset = written.includes("\n") ? undefined : Number(/^["']/.test(written));
    return { kind: "scalar", position, value: scalarValue(node, position), textOffset };
  }

  #entry(pair: Pair<Node, Node | null>, fallback: Position): YamlEntry {
    const keyPosition = pair.key.range ? this.#positionAt(pair.key.range[0]) : fallback;
    if (!isScalar(pair.key)) throw new DefinitionError({ message: "a key must be text", position: keyPosition });
    const key = typeof pair.key.value === "string" ? pair.key.value : (pair.key.source ?? String(pair.key.value));
    // See choice `yaml-merge`.
    if (key === "<<" && pair.key.type === "PLAIN") {
      throw new DefinitionError({ message: "merge keys are not supported", position: keyPosition });
    }
    return { key, keyPosition, value: this.read(pair.value, keyPosition) };
  }
}

/** Keys that are written differently may still be the same text, as `1` and `"1"`. */
function refuseTwins(entries: readonly YamlEntry[]): void {
  const seen = new Set<string>();
  for (const { key, keyPosition } of entries) {
    if (seen.has(key)) throw new DefinitionError({ message: `key '${key}' is given twice`, position: keyPosition });
    seen.add(key);
  }
}

function scalarValue(node: Node | null | undefined, position: Position): YamlScalar["value"] {
  const value = isScalar(node) ? node.value : null;
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint" && !isInt64(value)) {
    throw new DefinitionError({ message: `integer ${value} does not fit 64 bits`, position });
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new DefinitionError({ message: "a double must be finite", position });
  }
  switch (typeof value) {
    case "boolean":
    case "bigint":
    case "number":
    case "string":
      return value;
    default:
      throw new DefinitionError({ message: `values of this type are not supported`, position });
  }
}
