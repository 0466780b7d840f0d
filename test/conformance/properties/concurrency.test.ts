import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isJsonObject, type Json, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import type { Kind } from "./kind.ts";
import { kinds } from "./kinds.ts";
import { type Act, isLinearizable } from "./register.ts";
import { seed } from "./seed.ts";
import { overGrpc, overRest, type Transport } from "./transport.ts";

let local: LocalCloud;
let transports: readonly Transport[];

beforeAll(async () => {
  local = await startTestCloud();
  transports = [overRest(local), overGrpc(local), overGrpc(local)];
}, 60_000);
afterAll(async () => {
  for (const transport of transports) transport.close();
  await local.stop();
});

/** Kinds that are changed at once, and how a list of them is asked for. */
const immediate: readonly {
  readonly kind: string;
  readonly list: string;
  readonly items: string;
  readonly request: JsonObject;
}[] = [
  {
    kind: "secret",
    list: "google.cloud.secretmanager.v1.SecretManagerService.ListSecrets",
    items: "secrets",
    request: { parent: "projects/test-project" },
  },
  {
    kind: "topic",
    list: "google.pubsub.v1.Publisher.ListTopics",
    items: "topics",
    request: { project: "projects/test-project" },
  },
];

const ids = ["shared-one", "shared-two"];

interface Command {
  readonly kind: Act["kind"];
  readonly id: string;
}

const command: fc.Arbitrary<Command> = fc.record({
  kind: fc.constantFrom("create", "get", "patch", "delete", "list"),
  id: fc.constantFrom(...ids),
});
/** What each of three clients does in turn, all at the same time. */
const script = fc.array(fc.array(command, { minLength: 1, maxLength: 5 }), { minLength: 3, maxLength: 3 });

describe.each(immediate)("several clients of the same $kind resources", ({ kind: name, list, items, request }) => {
  const kind = kinds.find((one) => one.kind === name) as Kind;

  it(`see each of them change as if one came after the other (seed ${seed})`, async () => {
    const property = fc.asyncProperty(script, async (scripts) => {
      const acts = new Map<string, Act[]>(ids.map((id) => [id, []]));
      let moment = 0;
      const next = () => (moment += 1);
      const run = async (transport: Transport, commands: readonly Command[]) => {
        for (const { kind: what, id } of commands) {
          const called = next();
          const value = `v${called}`;
          const { code, response } = await transport.call(...requestOf(kind, { what, id, value, list, request }));
          const act = { kind: what, value, code, called, answered: next() };
          if (what !== "list") acts.get(id)?.push({ ...act, seen: labelIn(response) });
          else for (const one of ids) acts.get(one)?.push({ ...act, seen: labelIn(itemOf(response[items], one)) });
        }
      };
      await Promise.all(transports.map((transport, index) => run(transport, scripts[index] ?? [])));
      for (const one of acts.values())
        expect({ acts: one, isLinearizable: isLinearizable(one) }).toMatchObject({ isLinearizable: true });
      for (const id of ids) await transports[0]?.call(kind.methods.delete, kind.name(id));
    });
    await fc.assert(property, { seed, numRuns: 40, endOnFailure: true });
  }, 120_000);
});

interface Asked {
  readonly what: Act["kind"];
  readonly id: string;
  readonly value: string;
  readonly list: string;
  readonly request: JsonObject;
}

function requestOf(kind: Kind, { what, id, value, list, request }: Asked): [method: string, request: JsonObject] {
  const labels = { value };
  if (what === "list") return [list, request];
  if (what === "create") return [kind.methods.create, kind.create(id, { ...kind.fixed(id), labels })];
  if (what === "patch") return [kind.methods.patch, kind.patch(id, { labels }, "labels")];
  return [kind.methods[what], kind.name(id)];
}

function itemOf(items: Json | undefined, id: string): JsonObject {
  const all = Array.isArray(items) ? (items as readonly Json[]).filter(isJsonObject) : [];
  return all.find(({ name }) => String(name).endsWith(`/${id}`)) ?? {};
}

function labelIn({ labels }: JsonObject): string | undefined {
  return isJsonObject(labels) ? String(labels.value) : undefined;
}

describe("isLinearizable", () => {
  const act = (kind: Act["kind"], called: number, more: Partial<Act> = {}): Act => ({
    ...{ kind, code: "OK", called, answered: called + 1 },
    ...more,
  });

  it("takes what one after the other explains, overlaps included", () => {
    expect(isLinearizable([act("create", 1, { value: "a" }), act("get", 3, { seen: "a" })])).toBe(true);
    const late = act("create", 1, { value: "a", answered: 9 });
    expect(isLinearizable([late, act("get", 2, { code: "NOT_FOUND" }), act("list", 4, { seen: "a" })])).toBe(true);
  });

  it("refuses what was seen too late or too early", () => {
    expect(isLinearizable([act("create", 1, { value: "a" }), act("get", 3, { code: "NOT_FOUND" })])).toBe(false);
    expect(isLinearizable([act("get", 1, { seen: "a" }), act("create", 3, { value: "a" })])).toBe(false);
    const twice = [act("create", 1, { value: "a" }), act("create", 3, { value: "b" })];
    expect(isLinearizable(twice)).toBe(false);
  });
});
