import { readdirSync, readFileSync } from "node:fs";
import { toValue } from "../../../local/workflows/alone/stub-value.ts";
import { noStubs, readStubs, type Stubs } from "../../../local/workflows/alone/stubs.ts";
import { expectList, expectText, Fields } from "../../../local/workflows/parse/fields.ts";
import { parseYaml, type YamlNode } from "../../../local/workflows/parse/yaml.ts";
import type { Value } from "../../../local/workflows/value/value.ts";

/** A definition and what is expected of it. */
export interface ConformanceCase {
  readonly name: string;
  /** The row of the reference that it comes from. */
  readonly row: string;
  /** YAML or JSON. */
  readonly definition: string;
  /** The execution's argument; null when none is sent. */
  readonly args: Value;
  readonly stubs: Stubs;
  readonly expect: Expectation;
}

/** What is expected; what is absent is not looked at. */
export interface Expectation {
  readonly result?: { readonly value: Value };
  /** Tags, or the whole value when something else than a map was raised, and words of the error's context. */
  readonly error?: { readonly tags?: Value; readonly payload?: Value; readonly text?: string };
  readonly refusal?: { readonly text: string; readonly line?: number; readonly column?: number };
  /** From start to end, on the execution's own clock. */
  readonly seconds?: number;
  readonly log?: Value;
  /** Method, address, headers and body of every request, as far as given. */
  readonly requests?: readonly ExpectedRequest[];
}

/** A request as far as it is looked at. */
export interface ExpectedRequest {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Value;
  readonly body?: string;
}

const folder = new URL("cases/", import.meta.url);

/** Names of the files with cases. */
export function caseFiles(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort();
}

/** The cases of a file, in order. */
export function readCases(file: string): readonly ConformanceCase[] {
  const root = parseYaml(readFileSync(new URL(file, folder), "utf8"));
  return expectList(root, file).items.map((node) => {
    const fields = new Fields(node, "a case");
    const fill = fillerOf(fields.take("fill"));
    const read = {
      name: expectText(fields.expect("name"), "name"),
      row: expectText(fields.expect("row"), "row"),
      definition: fill(definitionOf(fields)),
      args: readValue(fields.take("args")) ?? null,
      stubs: stubsOf(fields.take("stubs"), fill),
      expect: expectationOf(fields),
    };
    fields.end();
    return read;
  });
}

/** A whole definition, or one that returns an expression, whose argument is called `args`. */
function definitionOf(fields: Fields): string {
  const expression = fields.take("expression");
  if (!expression) return expectText(fields.expect("definition"), "definition");
  const value = `\${${expectText(expression, "expression")}}`;
  return JSON.stringify({ main: { params: ["args"], steps: [{ give: { return: value } }] } });
}

/** Words in capitals stand for a text repeated many times. */
function fillerOf(node: YamlNode | undefined): (text: string) => string {
  if (!node) return (text) => text;
  const words = new Fields(node, "fill");
  const parts = words.keys.map((word) => {
    const entry = new Fields(words.expect(word), word);
    const part = expectText(entry.expect("text"), "text");
    return { word, text: part.repeat(Number(readValue(entry.expect("times")))) };
  });
  return (text) => parts.reduce((filled, part) => filled.replaceAll(part.word, part.text), text);
}

function stubsOf(node: YamlNode | undefined, fill: (text: string) => string): Stubs {
  return node ? readStubs(fillNode(node, fill)) : noStubs;
}

function fillNode(node: YamlNode, fill: (text: string) => string): YamlNode {
  switch (node.kind) {
    case "scalar":
      return typeof node.value === "string" ? { ...node, value: fill(node.value) } : node;
    case "list":
      return { ...node, items: node.items.map((item) => fillNode(item, fill)) };
    case "map":
      return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: fillNode(entry.value, fill) })) };
  }
}

function expectationOf(fields: Fields): Expectation {
  const result = fields.take("result");
  const seconds = fields.take("seconds");
  const requests = fields.take("requests");
  return {
    result: result && { value: toValue(result) },
    error: errorOf(fields.take("error")),
    refusal: refusalOf(fields.take("refusal")),
    seconds: seconds && Number(toValue(seconds)),
    log: readValue(fields.take("log")),
    requests: requests && expectList(requests, "requests").items.map(requestOf),
  };
}

/** Text is looked for in the error's context; a list is its tags. */
function errorOf(node: YamlNode | undefined): Expectation["error"] {
  if (!node) return undefined;
  if (node.kind === "list") return { tags: toValue(node) };
  if (node.kind === "scalar") return { text: expectText(node, "error") };
  const fields = new Fields(node, "error");
  const text = fields.take("text");
  const error = { tags: readValue(fields.take("tags")), payload: readValue(fields.take("payload")) };
  fields.end();
  return { ...error, text: text && expectText(text, "text") };
}

function refusalOf(node: YamlNode | undefined): Expectation["refusal"] {
  if (!node) return undefined;
  if (node.kind === "scalar") return { text: expectText(node, "refusal") };
  const fields = new Fields(node, "refusal");
  const [line, column] = [fields.take("line"), fields.take("column")];
  const text = expectText(fields.expect("text"), "text");
  fields.end();
  return { text, line: line && Number(toValue(line)), column: column && Number(toValue(column)) };
}

function requestOf(node: YamlNode): ExpectedRequest {
  const fields = new Fields(node, "a request");
  const text = (key: string) => {
    const field = fields.take(key);
    return field && expectText(field, key);
  };
  const request = { method: text("method"), url: text("url"), body: text("body") };
  const headers = readValue(fields.take("headers"));
  fields.end();
  return { ...request, headers };
}

function readValue(node: YamlNode | undefined): Value | undefined {
  return node && toValue(node);
}
