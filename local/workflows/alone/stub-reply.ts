import { DefinitionError } from "../definition-error.ts";
import { expectText, Fields } from "../parse/fields.ts";
import type { YamlNode } from "../parse/yaml.ts";
import { stringifyJson } from "../value/json.ts";
import { expectAmount, expectTexts, toValue } from "./stub-value.ts";

/** How a request can fail instead of being answered. */
export const stubErrors = ["refused", "reset", "timeout", "auth"] as const;

/** How a request is answered. */
export interface StubReply {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly delayMs: number;
  /** No connection, a broken one, no answer in time, or no credentials for it. */
  readonly error?: (typeof stubErrors)[number];
}

/** Reads one reply. A text is sent as text, `base64` as bytes, any other body as JSON. @throws DefinitionError */
export function parseReply(node: YamlNode): StubReply {
  const fields = new Fields(node, "a reply");
  const status = fields.take("status");
  const delay = fields.take("delay");
  const error = fields.take("error");
  const given = expectTexts(fields.take("headers"), "headers");
  const { body, contentType } = takeBody(fields);
  const reply = {
    status: status ? expectStatus(status) : 200,
    delayMs: delay ? expectAmount(delay, "delay") * 1000 : 0,
    error: error && expectError(error),
    headers: { ...contentType, ...lowered(given) },
    body,
  };
  fields.end();
  return reply;
}

interface Body {
  readonly body: Buffer;
  readonly contentType: Readonly<Record<string, string>>;
}

function takeBody(fields: Fields): Body {
  const bytes = fields.take("base64");
  const node = fields.take("body");
  if (bytes && node) {
    throw new DefinitionError({ message: "a reply has either 'body' or 'base64'", position: fields.position });
  }
  if (bytes) return of("application/octet-stream", Buffer.from(expectText(bytes, "base64"), "base64"));
  if (!node) return { body: Buffer.alloc(0), contentType: {} };
  const value = toValue(node);
  if (typeof value === "string") return of("text/plain; charset=utf-8", Buffer.from(value));
  return of("application/json; charset=utf-8", Buffer.from(stringifyJson(value)));
}

function of(type: string, body: Buffer): Body {
  return { body, contentType: { "content-type": type } };
}

function expectStatus(node: YamlNode): number {
  const status = expectAmount(node, "status");
  if (Number.isInteger(status) && status >= 100 && status <= 599) return status;
  throw new DefinitionError({ message: "status must be an HTTP status", position: node.position });
}

function expectError(node: YamlNode): StubReply["error"] {
  const text = expectText(node, "error");
  const error = stubErrors.find((candidate) => candidate === text);
  if (error) return error;
  const message = `error must be one of ${stubErrors.join(", ")}, not '${text}'`;
  throw new DefinitionError({ message, position: node.position });
}

function lowered(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
