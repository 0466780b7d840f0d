import type { AddressInfo } from "node:net";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterEach, describe, expect, it } from "@jest/globals";
import { done } from "../../functions/answer.ts";
import { createHandler } from "../../functions/handler.ts";
import type { Code } from "../../google/code.ts";
import { ApiError } from "../../google/error.ts";

let thrown: unknown;
http(
  "handler-test",
  createHandler({
    declaration: { name: "network", permissions: { project: [] } },
    answer: () => (thrown ? Promise.reject(thrown) : Promise.resolve(done({ a: 1 }))),
  }),
);

const run = { id: "r", environment: "e", action: "up", level: "app", planHash: "h", now: 1, databaseGeneration: 1 };
const fence = { bucket: "b", object: "o", generation: "1" };

async function call(body: unknown) {
  const server = getTestServer("handler-test");
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = { status: response.status, text: await response.text() };
  await new Promise((resolve) => server.close(resolve));
  return { ...answer, body: JSON.parse(answer.text) };
}

const ask = (action: string, more: object = {}) =>
  call({ action, input: {}, outputs: {}, run: { ...run, fence, ...more } });
const refusal = (code: Code, reason?: string) =>
  new ApiError({ method: "m", resource: "r", code, text: "text", reason });

describe("createHandler", () => {
  afterEach(() => {
    thrown = undefined;
  });

  it("answers what the step answered", async () => {
    expect(await ask("ensure")).toMatchObject({ status: 200, body: { state: "done", output: { a: 1 }, changes: [] } });
  });

  it("refuses a body that is no call", async () => {
    expect(await call({ action: "ensure" })).toMatchObject({
      status: 400,
      body: { error: { status: "INVALID_ARGUMENT" } },
    });
  });

  it("refuses a body that is nested too deeply, also where it should name its run", async () => {
    const deep = Array.from({ length: 3000 }).reduce<object>((inner) => ({ id: inner }), {});
    for (const body of [
      { action: "ensure", input: deep, run },
      { action: "ensure", input: {}, run: deep },
    ]) {
      const { status, body: answered } = await call(body);
      expect([status, answered.error.message]).toEqual([400, "body is nested too deeply"]);
    }
  });

  it("answers pending for what passes by itself", async () => {
    thrown = refusal("ABORTED");
    expect(await ask("ensure")).toMatchObject({ status: 200, body: { state: "pending", operations: [] } });
  });

  it("waits for a disabled API to come when it makes, and has nothing to do when it removes", async () => {
    thrown = refusal("PERMISSION_DENIED", "SERVICE_DISABLED");
    expect((await ask("ensure")).body.state).toBe("pending");
    expect((await ask("remove")).body).toEqual({ state: "done", output: {}, changes: [] });
  });

  it.each([
    ["remove", {}],
    ["plan", { action: "down" }],
  ])("does not take for gone what may stand behind a disabled API: %s", async (action, more) => {
    const resource = "projects/p/locations/r/clusters/c";
    const fields = { method: "alloydb.clusters.get", code: "PERMISSION_DENIED", text: "off" } as const;
    thrown = new ApiError({ ...fields, resource, reason: "SERVICE_DISABLED" });
    const nothing = { state: "done", output: {}, changes: [] };
    expect((await ask(action, { ...more, mayStand: false })).body).toEqual(nothing);
    const { status, body } = await ask(action, { ...more, mayStand: true });
    expect([status, body.error.details[0].metadata.retryable]).toEqual([400, "false"]);
    expect(body.error.message).toContain("gcloud services enable alloydb.googleapis.com --project=p");
  });

  it("gives a refusal its code, reason and resource", async () => {
    thrown = refusal("PERMISSION_DENIED", "IAM_PERMISSION_DENIED");
    const { status, body } = await ask("remove");
    expect(status).toBe(403);
    expect(body.error.details[0]).toMatchObject({
      reason: "IAM_PERMISSION_DENIED",
      metadata: { step: "network", resource: "r" },
    });
  });

  it("shows no stack of a bug", async () => {
    thrown = new TypeError("x is undefined");
    const { status, text } = await ask("ensure");
    expect([status, text.includes(".ts:"), text.includes("at ")]).toEqual([500, false, false]);
  });
});
