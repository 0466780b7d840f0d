import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { type Behavior, type Field, loadModel } from "../../../local/model/model.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { layGround } from "../properties/ground.ts";
import type { Kind } from "../properties/kind.ts";
import { kinds } from "../properties/kinds.ts";
import { settle } from "../properties/settle.ts";
import { type Ending, overGrpc, overRest, type Transport } from "../properties/transport.ts";
import { plausibleValue } from "./subject.ts";

const model = loadModel();
/** Begins an id that every kind takes. */
const id = "behavingone";
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

/** A call by the first way or the second, and the end of what it set off. */
async function call(kind: Kind, way: number, method: string, request: JsonObject): Promise<Ending> {
  const transport = transports[kind.isRestOnly ? 0 : way];
  if (!transport) throw new Error("there is no such way");
  const ending = await transport.call(method, request);
  if (ending.code === "OK") await settle(local, method, ending.response);
  return ending;
}

/** Fields of a kind's resource with a behaviour. */
function fieldsOf({ methods }: Kind, behavior: Behavior): [string, Field][] {
  const fields = model.messages[model.methods[methods.get]?.response ?? ""]?.fields ?? {};
  return Object.entries(fields).filter(([, { behaviors }]) => behaviors?.includes(behavior));
}

/** Without the further members of a oneof, of which only one can be sent. */
function oneOfEach(fields: readonly [string, Field][]): [string, Field][] {
  const first = (oneof: string) => fields.find(([, field]) => field.oneof === oneof)?.[0];
  return fields.filter(([name, { oneof }]) => oneof === undefined || first(oneof) === name);
}

const valueOfField = ({ type, map, repeated }: Field) => {
  const value = plausibleValue(model, type);
  return map ? { key: value } : repeated ? [value] : value;
};

describe.each(kinds.map((kind) => [kind.kind, kind] as const))("a resource of kind %s", (_, kind) => {
  it.each([0, 1])(
    "decides nothing by what is output only, and shows nothing that is input only, way %d",
    async (way) => {
      const planted = Object.fromEntries(
        oneOfEach(fieldsOf(kind, "OUTPUT_ONLY")).map(([name, field]) => [name, valueOfField(field)]),
      );
      const { name: _name, ...others } = planted;
      const name = `${id}${way}`;
      const made = await call(kind, way, kind.methods.create, kind.create(name, { ...others, ...kind.fixed(name) }));
      expect(made).toMatchObject({ code: "OK" });
      const { response } = await call(kind, way, kind.methods.get, kind.name(name));
      for (const [field, value] of Object.entries(others)) {
        // A state may happen to be the one that was sent.
        if (typeof value === "string" && !model.enums[fieldType(kind, field)]) {
          expect({ field, value: response[field] }).not.toEqual({ field, value });
        }
      }
      for (const [field] of fieldsOf(kind, "INPUT_ONLY")) expect(response).not.toHaveProperty(field);
      await call(kind, way, kind.methods.delete, kind.name(name));
    },
  );
});

function fieldType({ methods }: Kind, field: string): string {
  return model.messages[model.methods[methods.get]?.response ?? ""]?.fields[field]?.type ?? "";
}

describe.each(
  kinds.filter(({ hasMask, kind }) => hasMask && kind !== "custom role").map((kind) => [kind.kind, kind] as const),
)("a change of kind %s", (_, kind) => {
  it.each([0, 1])(
    "is refused when it names what is immutable or output only, and changes nothing, way %d",
    async (way) => {
      expect(await call(kind, way, kind.methods.create, kind.create(id, kind.fixed(id)))).toMatchObject({ code: "OK" });
      // AlloyDB reconciles for moments after its operation is done.
      await local.cloud.clock.advance(600_000);
      const before = (await call(kind, way, kind.methods.get, kind.name(id))).response;
      const fixed = [...fieldsOf(kind, "IMMUTABLE"), ...fieldsOf(kind, "OUTPUT_ONLY")].filter(
        ([name]) => name !== "name",
      );
      const codes: Record<string, string> = {};
      for (const [name, field] of fixed) {
        const { code } = await call(
          kind,
          way,
          kind.methods.patch,
          kind.patch(id, { [name]: valueOfField(field) }, name),
        );
        codes[name] = code;
      }
      expect(codes).toEqual(Object.fromEntries(fixed.map(([name]) => [name, "INVALID_ARGUMENT"])));
      expect((await call(kind, way, kind.methods.get, kind.name(id))).response).toEqual(before);
      await call(kind, way, kind.methods.delete, kind.name(id));
    },
  );
});
