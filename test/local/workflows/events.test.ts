// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import { Clock } from "../../../local/clock.ts";
import type { CallbackRequest } from "../../../local/workflows/execute/host.ts";
import { failureOf, resultOf } from "./support.ts";

const awaiting = (args: object, create: object = {}) =>
  JSON.stringify([
    { open: { call: "events.create_callback_endpoint", args: create, result: "endpoint" } },
    { wait: { call: "events.await_callback", args: { callback: "${endpoint}", ...args }, result: "answer" } },
    { give: { return: "${answer}" } },
  ]);

function request(contentType: string, body: string): CallbackRequest {
  const headers = { "content-type": contentType, "x-by": "ada" };
  const url = new URL("https://callback.test/id?a=1&b=two");
  return { method: "POST", url, headers, body: Buffer.from(body), receivedTime: "2026-01-01T00:00:00.000000Z" };
}

describe("events.await_callback", () => {
  it.each([
    ["application/json", '{"n": 2.0}', '{"n":2.0}'],
    ["text/plain", "hello", '"hello"'],
    ["application/json", "", "null"],
  ])("gives a request of %s with its parts", async (type, body, read) => {
    const result = await resultOf(awaiting({}), { callbacks: [request(type, body)] });
    expect(result).toBe(
      `{"http_request":{"body":${read},"headers":{"Content-Type":"${type}","X-By":"ada"},"method":"POST","query":{"a":"1","b":"two"},"url":"https://callback.test/id?a=1&b=two"},"received_time":"2026-01-01T00:00:00.000000Z","type":"HTTP"}`,
    );
  });

  it("waits anew for each request", async () => {
    const steps = [
      { open: { call: "events.create_callback_endpoint", result: "c" } },
      { one: { call: "events.await_callback", args: { callback: "${c}" }, result: "a" } },
      { two: { call: "events.await_callback", args: { callback: "${c}" }, result: "b" } },
      { give: { return: ["${a.http_request.body}", "${b.http_request.body}"] } },
    ];
    const callbacks = [request("text/plain", "first"), request("text/plain", "second")];
    expect(await resultOf(JSON.stringify(steps), { callbacks })).toBe('["first","second"]');
  });

  it.each([
    ["43200 seconds unless told otherwise", {}, 43_200],
    ["as long as it is told", { timeout: 7.5 }, 7.5],
  ])("raises TimeoutError after %s", async (_, args, seconds) => {
    const clock = new Clock({ pace: "max", start: 0 });
    const { payload } = await failureOf(awaiting(args), { clock });
    expect(JSON.parse(payload)).toMatchObject({ tags: ["TimeoutError"] });
    expect(clock.now() / 1000).toBeCloseTo(seconds, 0);
    clock.close();
  });

  it.each([
    ["a map without url", awaiting({ callback: {} }), "ValueError"],
    ["text", awaiting({ callback: "https://x.test" }), "TypeError"],
    ["a negative timeout", awaiting({ timeout: -1 }), "ValueError"],
    ["a method that HTTP lacks", awaiting({}, { http_callback_method: "SHOUT" }), "ValueError"],
  ])("refuses %s", async (_, source, tag) => {
    expect(JSON.parse((await failureOf(source)).payload)).toMatchObject({ tags: [tag] });
  });
});
