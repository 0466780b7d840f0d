import { DefinitionError } from "../definition-error.ts";
import { WorkflowError } from "../fault.ts";
import { expectList, expectMap, expectText, Fields } from "../parse/fields.ts";
import { parseYaml, type YamlNode } from "../parse/yaml.ts";
import { parseTime } from "../stdlib/time.ts";
import type { Value } from "../value/value.ts";
import { parseReply, type StubReply } from "./stub-reply.ts";
import { expectAmount, expectCount, expectTexts, toValue } from "./stub-value.ts";

/** The world of an execution that runs alone. */
export interface Stubs {
  /** When the execution starts, in milliseconds since the epoch. */
  readonly startMs?: number;
  readonly env: Readonly<Record<string, string>>;
  /** The first that fits a request answers it. */
  readonly calls: readonly StubCall[];
  /** Requests to callback endpoints, each for the first wait that it fits. */
  readonly callbacks: readonly StubCallback[];
}

/** Which requests an entry answers, and how. */
export interface StubCall {
  readonly method?: string;
  /** `*` stands for any text. */
  readonly url: string;
  /** Headers that the request must have, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the request's body must hold; maps may hold more. */
  readonly body?: Value;
  /** How many requests it answers; any number when left out. */
  readonly times?: number;
  /** One after the other; the last one stays. */
  readonly replies: readonly StubReply[];
}

/** A request to a callback endpoint. */
export interface StubCallback {
  /** Which endpoint, counted from 1 in the order of creation; any when left out. */
  readonly endpoint?: number;
  /** The endpoint's own when left out. */
  readonly method?: string;
  /** Milliseconds after the wait began. */
  readonly afterMs: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Every value of each parameter. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
}

/** A world without anything. */
export const noStubs: Stubs = { env: {}, calls: [], callbacks: [] };

/**
 * Reads a stub file.
 *
 * @param source YAML or JSON
 * @throws DefinitionError with the place of the problem
 */
export function parseStubs(source: string): Stubs {
  const root = parseYaml(source);
  return root.kind === "scalar" && root.value === null ? noStubs : readStubs(root);
}

/** Reads stubs from a document around them. @throws DefinitionError */
export function readStubs(node: YamlNode): Stubs {
  const fields = new Fields(node, "the stub file");
  const start = fields.take("start");
  const stubs = {
    startMs: start && expectTime(start),
    env: expectTexts(fields.take("env"), "env"),
    calls: itemsOf(fields.take("calls"), "calls").map(parseCall),
    callbacks: itemsOf(fields.take("callbacks"), "callbacks").map(parseCallback),
  };
  fields.end();
  return stubs;
}

function parseCall(node: YamlNode): StubCall {
  const fields = new Fields(node, "a call");
  const method = fields.take("method");
  const body = fields.take("body");
  const times = fields.take("times");
  const call = {
    method: method && expectText(method, "method").toUpperCase(),
    url: expectText(fields.expect("url"), "url"),
    headers: lowered(expectTexts(fields.take("headers"), "headers")),
    body: body && toValue(body),
    times: times && expectCount(times, "times"),
    replies: repliesOf(fields),
  };
  fields.end();
  return call;
}

function repliesOf(fields: Fields): readonly StubReply[] {
  const reply = fields.take("reply");
  const replies = fields.take("replies");
  if ((reply === undefined) === (replies === undefined)) {
    throw new DefinitionError({
      message: "a call must have exactly one of 'reply' and 'replies'",
      position: fields.position,
    });
  }
  if (reply) return [parseReply(reply)];
  const items = itemsOf(replies, "replies");
  if (items.length > 0) return items.map(parseReply);
  throw new DefinitionError({ message: "replies must have at least one item", position: fields.position });
}

function parseCallback(node: YamlNode): StubCallback {
  const fields = new Fields(node, "a callback");
  const endpoint = fields.take("endpoint");
  const method = fields.take("method");
  const after = fields.take("after");
  const headers = lowered(expectTexts(fields.take("headers"), "headers"));
  const query = parseQuery(fields.take("query"));
  const body = parseReply({ kind: "map", position: fields.position, entries: entriesOf("body", fields.take("body")) });
  fields.end();
  return {
    endpoint: endpoint && expectCount(endpoint, "endpoint"),
    method: method && expectText(method, "method").toUpperCase(),
    afterMs: after ? expectAmount(after, "after") * 1000 : 0,
    headers: { ...body.headers, ...headers },
    query,
    body: body.body,
  };
}

/** A parameter has one text, or a list of them. */
function parseQuery(node: YamlNode | undefined): StubCallback["query"] {
  if (!node) return {};
  const pairs = expectMap(node, "query").entries.map(({ key, value }) => {
    const values = value.kind === "list" ? value.items : [value];
    return [key, values.map((one) => expectText(one, `query.${key}`))] as const;
  });
  return Object.fromEntries(pairs);
}

function entriesOf(key: string, value: YamlNode | undefined) {
  return value ? [{ key, keyPosition: value.position, value }] : [];
}

function itemsOf(node: YamlNode | undefined, what: string): readonly YamlNode[] {
  return node ? expectList(node, what).items : [];
}

function lowered(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function expectTime(node: YamlNode): number {
  const text = expectText(node, "start");
  try {
    return parseTime(text) * 1000;
  } catch (caught) {
    if (!(caught instanceof WorkflowError)) throw caught;
    throw new DefinitionError({
      message: `start must be a time such as 2026-01-01T00:00:00Z`,
      position: node.position,
    });
  }
}
