import { setTimeout as pause } from "node:timers/promises";
import { expect } from "@jest/globals";
import { isJsonObject, type Json, type JsonObject } from "../../../local/json.ts";
import type { Wire, WireAnswer } from "../gcloud/wire.ts";
import type { Import, Life, Step } from "./life.ts";

/** Real milliseconds between two looks. */
const gapMs = 15;

/** What the provider says of itself; with `user_project_override` it names the project to bill as well. */
export const providerHeaders = (project: string) => ({
  "user-agent":
    "Terraform/1.13.0 (+https://www.terraform.io) Terraform-Plugin-SDK/2.38.0 terraform-provider-google/7.0.0",
  "x-goog-user-project": project,
});

/** Plays steps one after the other, each with what the last look before it found. */
export async function playSteps(wire: Wire, steps: readonly Step[], read: JsonObject = {}): Promise<void> {
  let last = read;
  for (const step of steps) {
    const answer = await playStep(wire, step, last);
    if (isLook(step)) last = answer;
  }
}

/** A policy may be looked at by a POST. */
const isLook = ({ send, status = 200 }: Step) =>
  status < 400 && (send.startsWith("GET ") || send.includes(":getIamPolicy"));

/** Sends a step and waits for its effect as the provider does; gives the answer of what was sent. */
export async function playStep(wire: Wire, step: Step, read: JsonObject = {}): Promise<JsonObject> {
  const { send, headers, wait, status = 200, fails, answer } = step;
  const given = typeof step.body === "function" ? step.body(wire, read) : step.body;
  const body = given === undefined ? undefined : fill(wire, given, read);
  const sent = await wire.send(fillText(wire, send, read), {
    headers: { ...providerHeaders(wire.project), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  expect({ send, status: sent.status, text: sent.text }).toMatchObject({ send, status });
  if (status >= 400) return sent.body;
  const outcome = wait === undefined ? sent.body : await waitFor(wire, { send, kind: wait, sent });
  const error = JSON.stringify(outcome.error ?? "");
  if (fails === undefined) expect({ send, error }).toEqual({ send, error: '""' });
  else expect(error).toContain(fails);
  if (answer)
    expect(wait === "operation" ? outcome.response : outcome).toMatchObject(asObject(fill(wire, answer, read)));
  return sent.body;
}

/** What a read of the resource answers, at its own address unless another is given. */
export function readLife(wire: Wire, { read, asking }: Life, address = read): Promise<WireAnswer> {
  const headers = providerHeaders(wire.project);
  return wire.send(fillText(wire, address, {}), asking ? { headers, body: asking } : { headers });
}

/** What the provider reads for an id: what it was asked to import is found under the project as it was spelled. */
export function importAddress(life: Life, form: string | Import, present: JsonObject): string {
  const { id, read = life.read } = typeof form === "string" ? { id: form } : form;
  const spelled = id.includes("{number}") ? read.replace(/(projects|namespaces)\/\{project\}/, "$1/{number}") : read;
  return spelled.replace(/\{read\.([\w.]+)\}/g, (_, path: string) => String(at(present, path)));
}

/** Expects a read to give what the provider compares with the configuration, and nothing that would be a diff. */
export function expectState(wire: Wire, life: Life, { status, body, text }: WireAnswer, state = life.state): void {
  expect({ status, text }).toMatchObject({ status: 200 });
  expect(life.view?.(body) ?? body).toMatchObject(asObject(fill(wire, state, {})));
  expect(Object.keys(body).filter((field) => life.absent?.includes(field) && !(field in state))).toEqual([]);
}

/** Waits until a read says that the resource is gone, which for some is not at once. */
export async function awaitGone(wire: Wire, life: Life): Promise<void> {
  const isGone = ({ status, body }: WireAnswer) => (life.gone ? status === 200 && life.gone(body) : status === 404);
  for (;;) {
    const answer = await readLife(wire, life);
    if (isGone(answer)) return;
    if (!life.settled) throw new Error(`${life.resource} is still there: ${answer.status} ${answer.text}`);
    await pause(gapMs);
  }
}

/** Reads once what was set off has come to an end. */
export async function readSettled(wire: Wire, life: Life): Promise<WireAnswer> {
  for (;;) {
    const answer = await readLife(wire, life);
    if (answer.status !== 200 || (life.settled?.(answer.body) ?? true)) return answer;
    await pause(gapMs);
  }
}

/** The provider looks at an operation by its name, below the address that it was started at. */
async function waitFor(
  wire: Wire,
  { send, kind, sent }: { send: string; kind: NonNullable<Step["wait"]>; sent: WireAnswer },
): Promise<JsonObject> {
  const [, address = ""] = send.split(" ");
  const target = kind === "compute" ? computeOperation(sent.body) : `${versionOf(address)}/${String(sent.body.name)}`;
  for (;;) {
    const { status, body, text } = await wire.send(`GET ${target}`, { headers: providerHeaders(wire.project) });
    expect({ target, status, text }).toMatchObject({ target, status: 200 });
    if (kind === "compute" ? body.status === "DONE" : body.done === true) return body;
    await pause(gapMs);
  }
}

/** Compute's operations are found by their own address. */
function computeOperation({ selfLink }: JsonObject): string {
  const { pathname } = new URL(String(selfLink));
  return `compute.googleapis.com${pathname}`;
}

function versionOf(address: string): string {
  return /^[^/]+\/v\d\w*/.exec(address)?.[0] ?? address;
}

function fillText(wire: Wire, text: string, read: JsonObject): string {
  return text
    .replaceAll("{project}", wire.project)
    .replaceAll("{number}", wire.number)
    .replace(/\{read\.([\w.]+)\}/g, (_, path: string) => String(at(read, path)));
}

function at(value: Json | undefined, path: string): Json | undefined {
  const [first = "", ...rest] = path.split(".");
  const inner = isJsonObject(value) ? value[first] : undefined;
  return rest.length === 0 ? inner : at(inner, rest.join("."));
}

function fill(wire: Wire, value: Json, read: JsonObject): Json {
  if (typeof value === "string") return fillText(wire, value, read);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => fill(wire, item, read));
  if (!isJsonObject(value) || "asymmetricMatch" in value) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, fill(wire, item, read)]])),
  );
}

function asObject(value: Json): JsonObject {
  return isJsonObject(value) ? value : {};
}
