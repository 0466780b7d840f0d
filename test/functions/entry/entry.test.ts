import type { AddressInfo } from "node:net";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { describe, expect, it } from "@jest/globals";
import { implementEntry, requireText } from "../../../functions/entry/entry.ts";
import { ApiError } from "../../../google/error.ts";

implementEntry("echo", async (body) => ({ said: requireText(body, "say") }));
implementEntry("busy", async () => {
  throw new ApiError({ method: "m", resource: "r", code: "UNAVAILABLE", text: "busy" });
});

async function post(name: string, body: unknown) {
  const server = getTestServer(name);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const headers = { "content-type": "application/json" };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = { status: response.status, body: JSON.parse(await response.text()) };
  await new Promise((resolve) => server.close(resolve));
  return answer;
}

/** A value as many levels deep. */
function nested(levels: number): object {
  return Array.from({ length: levels }).reduce<object>((inner) => ({ say: inner }), {});
}

describe("implementEntry", () => {
  it("answers JSON under the function's name", async () => {
    expect(await post("alloyrun-echo", { say: "hello" })).toEqual({ status: 200, body: { said: "hello" } });
  });

  it("refuses a body without what it needs in Google's error form", async () => {
    const { status, body } = await post("alloyrun-echo", { say: "" });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      status: "INVALID_ARGUMENT",
      details: [
        { domain: "alloyrun", metadata: { step: "echo" } },
        { fieldViolations: [{ field: "say", description: "must be a text" }] },
      ],
    });
    expect((await post("alloyrun-echo", [])).status).toBe(400);
  });

  it("refuses what is nested too deeply, like anything else that is no body", async () => {
    const { status, body } = await post("alloyrun-echo", nested(3000));
    expect([status, body.error.message]).toEqual([400, "body is nested too deeply"]);
  });

  it("says that what passes by itself may be tried again", async () => {
    const { status, body } = await post("alloyrun-busy", {});
    expect(status).toBe(503);
    expect(body.error.details).toMatchObject([{ metadata: { retryable: "true" } }]);
  });
});
