import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isJsonObject, type Json, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { layGround } from "./ground.ts";
import type { Kind } from "./kind.ts";
import { kinds } from "./kinds.ts";
import { seed } from "./seed.ts";
import { settle } from "./settle.ts";
import { type Ending, overGrpc, overRest, type Transport } from "./transport.ts";

let local: LocalCloud;
let transports: readonly Transport[];

beforeAll(async () => {
  local = await startTestCloud();
  transports = [overRest(local), overGrpc(local)];
  await layGround(local);
}, 60_000);
afterAll(async () => {
  for (const transport of transports) transport.close();
  await local.stop();
});

const wantedRuns = Number(process.env.FUZZ_RUNS ?? 20);

/** What is sent and which way: a resource, then changes of some of its fields. */
interface Plan {
  readonly id: string;
  readonly created: JsonObject;
  /** What stays as it is created with. */
  readonly once: JsonObject;
  readonly changes: readonly { readonly values: JsonObject; readonly mask: readonly string[] }[];
  /** Index of the way for each call in turn. */
  readonly ways: readonly number[];
}

function planOf({ fields, once = {}, ids }: Kind): fc.Arbitrary<Plan> {
  const values = fc.record(fields, { requiredKeys: [] }).map((value): JsonObject => ({ ...value }));
  const mask = fc.subarray(Object.keys(fields), { minLength: 1 });
  return fc.record({
    id: ids,
    created: values,
    once: fc.record(once, { requiredKeys: [] }).map((value): JsonObject => ({ ...value })),
    changes: fc.array(fc.record({ values, mask }), { minLength: 1, maxLength: 3 }),
    ways: fc.array(fc.nat(1), { minLength: 8, maxLength: 8 }),
  });
}

describe.each(kinds.map((kind) => [kind.kind, kind] as const))("a random %s", (_, kind) => {
  it(`comes back as it was sent, and a change changes what it names and nothing else (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(planOf(kind), (plan) => live(kind, plan)),
      { seed, numRuns: Math.min(wantedRuns, kind.runs ?? wantedRuns), endOnFailure: true },
    );
  }, 600_000);
});

async function live(kind: Kind, { id, created, once, changes, ways }: Plan): Promise<void> {
  let turn = 0;
  const call = (method: string, request: JsonObject) => {
    turn += 1;
    return succeed(way(kind, ways[turn % ways.length] ?? 0), method, request);
  };
  const read = async () => (await call(kind.methods.get, kind.name(id))).response;
  await call(kind.methods.create, kind.create(id, { ...kind.fixed(id), ...once, ...created }));
  let expected: JsonObject = created;
  let before = await read();
  expectFields(kind, before, expected);
  expect(before).toMatchObject(once);
  for (const { values, mask } of changes) {
    await call(kind.methods.patch, kind.patch(id, { ...values, ...kind.guard?.(before) }, mask.join(",")));
    expected = kind.hasMask ? masked(expected, values, mask) : { ...(kind.replaces ? {} : expected), ...values };
    const after = await read();
    expectFields(kind, after, expected);
    expect(unchanged(kind, after)).toEqual(unchanged(kind, before));
    before = after;
  }
  await call(kind.methods.delete, kind.name(id));
}

function way({ isRestOnly }: Kind, index: number): Transport {
  const chosen = transports[isRestOnly ? 0 : index];
  if (!chosen) throw new Error("there is no such way");
  return chosen;
}

/** Calls a method that must succeed, to the end of what it sets off. */
async function succeed(transport: Transport, method: string, request: JsonObject): Promise<Ending> {
  const { code, message, response } = await transport.call(method, request);
  expect({ method, code, message }).toEqual({ method, code: "OK", message: "" });
  await settle(local, method, response);
  return { code, message, response };
}

function masked(present: JsonObject, values: JsonObject, mask: readonly string[]): JsonObject {
  const kept = Object.entries(present).filter(([name]) => !mask.includes(name));
  return Object.fromEntries([...kept, ...Object.entries(values).filter(([name]) => mask.includes(name))]);
}

function expectFields({ fields, defaults = {} }: Kind, resource: JsonObject, expected: JsonObject): void {
  const shown = Object.keys(fields).map((name) => [name, shownAs(resource[name])]);
  const wanted = Object.keys(fields).map((name) => [name, shownAs(expected[name]) ?? defaults[name]]);
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(wanted));
}

/** An empty value and an absent one are the same. */
function shownAs(value: Json | undefined): Json | undefined {
  if (value === "" || value === false || value === 0 || value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  return isJsonObject(value) && Object.keys(value).length === 0 ? undefined : value;
}

function unchanged({ fields, volatile }: Kind, resource: JsonObject): JsonObject {
  const kept = Object.entries(resource).filter(([name]) => !(name in fields) && !volatile.includes(name));
  // The two ways write the same instant with more or fewer zeros at its end.
  const text = JSON.stringify(Object.fromEntries(kept)).replaceAll(/(:\d\d)(?:\.0+|(\.\d*?[1-9])0+)Z"/g, '$1$2Z"');
  return JSON.parse(text) as JsonObject;
}
