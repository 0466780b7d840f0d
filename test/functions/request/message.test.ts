import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { StepError } from "../../../functions/error.ts";
import { openPushed } from "../../../functions/pushed.ts";
import { readMessage } from "../../../functions/request/message.ts";
import type { JsonObject } from "../../../google/json.ts";

const down = { action: "down", environment: "staging" };

function pushed(body: unknown, message: JsonObject = {}): JsonObject {
  const data = Buffer.from(JSON.stringify(body)).toString("base64");
  return { message: { data, messageId: "12", attributes: {}, ...message }, subscription: "s" };
}

/** A body as many levels deep. */
function nested(levels: number): object {
  return Array.from({ length: levels }).reduce<object>((inner) => ({ spec: inner }), {});
}

const read = (push: JsonObject) => readMessage(openPushed(push));

describe("readMessage", () => {
  it("asks what a request asks, once for each message", () => {
    expect(read(pushed(down))).toEqual({ body: down, key: "message 12" });
  });

  it("asks once for each key, whichever message it comes with", () => {
    const attributes = { idempotencyKey: "12" };
    expect(read(pushed(down, { attributes })).key).toBe("key 12");
    expect(read(pushed(down, { attributes, messageId: "13" })).key).toBe("key 12");
  });

  it.each([
    ["message", {}],
    ["message.data", pushed(down, { data: "%%%" })],
    ["message.data", pushed([down])],
    ["message.data is nested too deeply", pushed(nested(101))],
    ["message.messageId", pushed(down, { messageId: 5 })],
    ["action", pushed({ ...down, action: "destroy" })],
    ["idempotencyKey", pushed(down, { attributes: { idempotencyKey: " " } })],
    ["onBehalfOf", pushed({ ...down, onBehalfOf: "eve@example.com" })],
  ])("refuses a push whose %s will not do", (field, envelope) => {
    const refusal = expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(field) });
    expect(() => read(envelope)).toThrow(refusal);
  });

  it("refuses whatever else it is given in the same way", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.jsonValue().map((value) => pushed(value)),
        ),
        (value) => {
          try {
            read((value ?? {}) as JsonObject);
          } catch (caught) {
            expect(caught).toBeInstanceOf(StepError);
          }
        },
      ),
    );
  });
});
