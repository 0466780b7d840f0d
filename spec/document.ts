import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLParseError,
} from "yaml";
import type { Finding, SpecProblem } from "./problem.ts";

/** A YAML text that was read, with what is needed to find places in it. */
export interface SpecDocument {
  /** The content as plain values, `null` included; undefined when it could not be read. */
  readonly value: unknown;
  /** What is wrong with the text as YAML. */
  readonly problems: readonly SpecProblem[];
  /** Gives a finding its line and column: those of the value, or of the closest thing above it that is there. */
  readonly place: (finding: Finding) => SpecProblem;
}

/** Far above any real spec, far below what could hurt. */
const largestBytes = 64 * 1024;

/** How often anchors may be repeated altogether before the text counts as an attack. */
const maxAliasCount = 100;

const tooManyAliases = { message: "the file repeats its anchors too often", fix: "write the values themselves" };

/** Errors after which the rest of the text still means what it says. */
const harmless = new Set(["DUPLICATE_KEY", "TAG_RESOLVE_FAILED"]);

/** What to say and do about an error of the YAML parser, by its code; the parser's own words where none are here. */
const faultsOfYaml: Readonly<Record<string, { readonly message?: string; readonly fix: string }>> = {
  TAB_AS_INDENT: { message: "a tab indents the line", fix: "indent with spaces; YAML allows no tabs there" },
  DUPLICATE_KEY: { message: "the same key is given twice", fix: "keep one of the two and remove the other" },
  MULTIPLE_DOCS: {
    message: "a second document begins",
    fix: "remove the --- and what follows: one file describes one environment",
  },
  BLOCK_AS_IMPLICIT_KEY: { fix: "put quotes around a value that contains a colon, or begin a new line below the key" },
  MULTILINE_IMPLICIT_KEY: { fix: "bring the line to the indentation of its neighbours" },
  MISSING_CHAR: { fix: "add the closing character" },
  BAD_INDENT: { fix: "close what is open, or bring the line to the indentation of its neighbours" },
  TAG_RESOLVE_FAILED: { fix: "remove the tag; only plain values are allowed" },
};

/** What the parser says when its own stack ends. */
const stackEnd = /stack/i;

/** Reads the text of a spec; what is no readable text or no YAML mapping is a problem, never an exception. */
export function readDocument(content: string | Uint8Array): SpecDocument {
  if (content.length > largestBytes)
    return unreadable("is larger than 64 KiB", "name the environment.yaml of one environment");
  const text = typeof content === "string" ? content : decode(content);
  if (text === undefined || text.includes("\0")) {
    return unreadable("is not a text file", "name the environment.yaml, saved as UTF-8 text");
  }
  try {
    return parse(text);
  } catch (error) {
    // The parser recurses, so absurdly deep nesting ends here as a RangeError.
    if (error instanceof RangeError) return unreadable("is nested too deeply", "write the few levels that a spec has");
    throw error;
  }
}

function parse(text: string): SpecDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => toPlace(lines.linePos(Math.min(offset, text.trimEnd().length)));
  if (document.errors.some(({ message }) => stackEnd.test(message))) throw new RangeError("nested too deeply");
  const faults = [
    ...first(document.errors.filter(({ code }) => !harmless.has(code))),
    ...document.errors.filter(({ code }) => harmless.has(code)),
    ...document.warnings.filter(({ code }) => harmless.has(code)),
  ];
  const refused = refusedNodes(document);
  const problems = [
    ...faults.map(({ code, message, pos }) => ({
      path: "",
      ...at(pos[0]),
      message: faultsOfYaml[code]?.message ?? lower(message),
      fix: faultsOfYaml[code]?.fix ?? "correct the YAML there",
    })),
    ...refused.map(({ offset, ...says }) => ({ path: "", ...at(offset), ...says })),
  ];
  const place = (finding: Finding): SpecProblem => ({
    path: formatPath(finding.path),
    ...at(offsetOf(document.contents, finding)),
    message: finding.message,
    fix: finding.fix,
  });
  const isReadable = faults.every(({ code }) => harmless.has(code)) && refused.length === 0;
  if (!isReadable) return { value: undefined, problems, place };
  if (document.contents === null) return unreadable("is empty", "begin with apiVersion: alloyrun/v1");
  return toValue(document, { problems, place });
}

function toValue(document: Document, { problems, place }: Pick<SpecDocument, "problems" | "place">): SpecDocument {
  try {
    return { value: document.toJS({ maxAliasCount }) ?? null, problems, place };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { value: undefined, problems: [{ path: "", line: 1, column: 1, ...tooManyAliases }], place };
  }
}

interface RefusedNode {
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

/** Nodes that are good YAML and still mean nothing here: aliases without an anchor, keys that are no plain text. */
function refusedNodes(document: Document): RefusedNode[] {
  const refused: RefusedNode[] = [];
  let aliases = 0;
  visit(document, {
    Alias: (_key, alias) => {
      aliases += 1;
      // Finding an anchor means walking through the text, so it is not done for more aliases than are allowed anyway.
      if (aliases > maxAliasCount) return visit.BREAK;
      if (alias.resolve(document)) return undefined;
      const message = `no anchor &${alias.source} stands before this alias`;
      refused.push({ offset: startOf(alias) ?? 0, message, fix: "define the anchor above, or write the value itself" });
      return undefined;
    },
    Pair: (_index, { key }) => {
      if (isScalar(key)) return;
      refused.push({ offset: startOf(key) ?? 0, message: "a key is no plain text", fix: "write a word and a colon" });
    },
  });
  return aliases > maxAliasCount ? [{ offset: 0, ...tooManyAliases }] : refused;
}

/** Of what breaks the structure only the first, or all tabs: over what follows, the parser stumbles again and again. */
function first(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const tabs = errors.filter(({ code }) => code === "TAB_AS_INDENT");
  return tabs.length > 0 ? tabs : errors.slice(0, 1);
}

/** Path as people read it: `spec.service.env.PORT`, `spec.policy.approval.when[0]`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function offsetOf(contents: Node | null, { path, atKey }: Finding): number {
  let [node, offset]: [unknown, number] = [contents, startOf(contents) ?? 0];
  for (const [depth, key] of path.entries()) {
    const pair = pairOf(node, key);
    if (!pair) break;
    const keyStart = startOf(pair.key) ?? offset;
    const isLast = depth === path.length - 1;
    // A missing value has its key's place; so has what contains a missing key.
    offset = isLast && !atKey && !isCollection(pair.value) ? (startOf(pair.value) ?? keyStart) : keyStart;
    node = pair.value;
  }
  return offset;
}

/** The entry of a map under a key, or of a sequence under an index, the latter as a pair without a key. */
function pairOf(
  node: unknown,
  key: PropertyKey,
): Pair<unknown, unknown> | { key: unknown; value: unknown } | undefined {
  if (isMap(node)) return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
  if (!isCollection(node) || typeof key !== "number") return undefined;
  const item: unknown = node.items[key];
  return item === undefined ? undefined : { key: item, value: item };
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function toPlace({ line, col }: { readonly line: number; readonly col: number }): { line: number; column: number } {
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function unreadable(message: string, fix: string): SpecDocument {
  const problem = { path: "", line: 1, column: 1, message: `the file ${message}`, fix };
  return { value: undefined, problems: [problem], place: () => problem };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
