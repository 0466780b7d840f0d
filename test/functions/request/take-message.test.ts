import { beforeEach, describe, expect, it } from "@jest/globals";
import type { RequestBody } from "../../../functions/api.ts";
import { StepError } from "../../../functions/error.ts";
import { accept } from "../../../functions/request/accept.ts";
import { takeMessage } from "../../../functions/request/take-message.ts";
import { ApiError } from "../../../google/error.ts";
import type { JsonObject } from "../../../google/json.ts";
import { edit, exampleText } from "../../spec/example.ts";
import { createTestInstallation, folders, hold, requestWith, type TestInstallation } from "./context.ts";

const requestedBy = "alloyrun-push@my-project.iam.gserviceaccount.com";
const publishTime = "2026-01-01T00:00:00.123Z";
let here: TestInstallation;

beforeEach(() => {
  here = createTestInstallation();
});

function pushed(body: unknown, message: JsonObject = {}): JsonObject {
  const data = Buffer.from(typeof body === "string" ? body : JSON.stringify(body)).toString("base64");
  return { message: { data, messageId: "12", publishTime, attributes: {}, ...message }, subscription: "s" };
}

const take = (push: JsonObject) =>
  takeMessage(push, here.clients, (asked) => accept({ ...asked, requestedBy }, here.clients));

/** Takes a message whose request is refused so. */
const refusing = (caught: unknown) =>
  takeMessage(pushed({ action: "down", environment: "users" }), here.clients, () => Promise.reject(caught));

describe("takeMessage", () => {
  it("accepts what a message asks, and tells nothing", async () => {
    expect(await take(pushed({ action: "up", spec: exampleText, folders }))).toMatchObject({ action: "up" });
    expect([here.started.length, here.heard]).toEqual([1, []]);
  });

  it.each<[string, unknown, object]>([
    ["is no request", { action: "destroy", environment: "users" }, { environment: "users" }],
    ["is no JSON", "{", {}],
    ["names no environment that is known", { action: "down", environment: "other" }, { environment: "other" }],
    [
      "has a spec that is none",
      { action: "up", spec: edit("asia-northeast1", "mars"), ticket: "CHG1" },
      { ticket: "CHG1" },
    ],
    ["names folders that are not there", { action: "up", spec: exampleText }, { environment: "users" }],
    ["is the sweep's alone", { action: "down", environment: "users", teardown: "1" }, { environment: "users" }],
  ])("takes what %s, and tells why with the problem document", async (_what, body, about) => {
    const refused = await take(pushed(body, { attributes: { idempotencyKey: "friday" } }));
    const problem = { type: "about:blank", status: expect.any(Number), detail: expect.any(String) };
    const said = { ...about, messageId: "12", idempotencyKey: "friday" };
    expect(refused).toEqual({ ...said, refused: expect.objectContaining(problem) });
    const [told, ...more] = here.heard;
    expect(told?.event).toMatchObject({
      type: "dev.alloyrun.request-refused",
      id: "message-12/refused",
      time: publishTime,
    });
    expect(told?.event.data).toEqual({ ...said, problem: expect.objectContaining(problem) });
    expect(told?.orderingKey).toBe("environment" in about ? about.environment : undefined);
    expect([more, here.started]).toEqual([[], []]);
  });

  it("takes what uses a key again for something else, or would remove what is protected", async () => {
    const spec = `${exampleText}  policy: { protect: true }\n`;
    await hold(
      here,
      await accept({ ...requestWith({ action: "up", spec, folders }, "key k"), requestedBy }, here.clients),
    );
    const again = { action: "up", environment: "users" } satisfies RequestBody;
    const reused = await take(pushed(again, { attributes: { idempotencyKey: "k" } }));
    expect(reused).toMatchObject({
      refused: { title: "KEY_REUSED", detail: expect.stringContaining("idempotencyKey") },
    });
    expect(await take(pushed({ action: "down", environment: "users" }))).toMatchObject({
      refused: { title: "PROTECTED" },
    });
  });

  it.each([
    new StepError({ code: "ABORTED", reason: "BUSY", message: "held" }),
    new StepError({ code: "FAILED_PRECONDITION", reason: "FROZEN", message: "frozen" }),
    new StepError({ code: "FAILED_PRECONDITION", reason: "NOT_DEPLOYED", message: "a variable is missing" }),
    new StepError({ code: "NOT_FOUND", reason: "NOT_BUILT", message: "nothing of it has been built yet" }),
    new StepError({ code: "UNAVAILABLE", reason: "CONCURRENT_WRITE", message: "others were faster" }),
    new ApiError({ code: "PERMISSION_DENIED", method: "m", resource: "r", text: "a grant that has not spread" }),
    new ApiError({ code: "RESOURCE_EXHAUSTED", method: "m", resource: "r", text: "too many" }),
    new TypeError("a mistake of ours"),
  ])("has what may pass pushed again: %s", async (caught) => {
    await expect(refusing(caught)).rejects.toBe(caught);
    expect(here.heard).toEqual([]);
  });

  it("has a refusal that cannot be told pushed again, so that it ends with the dead", async () => {
    const pubsub = { publish: () => Promise.reject(new Error("the topic cannot be reached")) };
    const taken = takeMessage(pushed({ action: "destroy" }), { ...here.clients, pubsub }, () => Promise.reject());
    await expect(taken).rejects.toThrow("the topic cannot be reached");
  });

  it("refuses what Pub/Sub did not push", async () => {
    await expect(take({ message: { data: "e30=" } })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(here.heard).toEqual([]);
  });
});
