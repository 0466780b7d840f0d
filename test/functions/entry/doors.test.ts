import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { answerInProblems } from "../../../functions/entry/door.ts";
import "../../../functions/entry/events.ts";
import "../../../functions/entry/hook.ts";
import "../../../functions/entry/request.ts";

const doors = ["request", "events", "hook"] as const;
const servers = new Map<string, Server>(doors.map((name) => [name, getTestServer(`alloyrun-${name}`)]));

/** Who calls, as Cloud Run hands it on. */
const token = (email: string) => `Bearer e30.${Buffer.from(JSON.stringify({ email })).toString("base64url")}.x`;

for (const server of servers.values()) answerInProblems(server);
// A server that waits for the machine may close a connection just as the client takes it up again.
for (const server of servers.values()) server.keepAliveTimeout = 0;

async function ask(door: string, path: string, init: RequestInit = {}) {
  const { port } = (servers.get(door)?.address() ?? { port: 0 }) as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", ...init });
  const { status, headers } = response;
  return { status, type: headers.get("content-type") ?? "", allow: headers.get("allow"), text: await response.text() };
}

/** The problem document of an answer; fails when it is anything else. */
function problemOf({ status, type, text }: Awaited<ReturnType<typeof ask>>) {
  expect(type).toMatch(/^application\/problem\+json/);
  expect(text).not.toMatch(/\bat .+[\\/].+:\d+/);
  const problem = JSON.parse(text);
  expect(problem).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  return problem;
}

/** JSON as many levels deep as it is told. */
function nested(levels: number, [open, close]: readonly [string, string] = ['{"a":', "}"]): string {
  return `{"action":${open.repeat(levels)}1${close.repeat(levels)}}`;
}

/** A push of what was published. */
function pushed(text: string): string {
  return JSON.stringify({ message: { messageId: "1", data: Buffer.from(text).toString("base64") } });
}

describe.each(doors)("the door %s", (door) => {
  const authorization = token("alloyrun-push@my-project.iam.gserviceaccount.com");

  beforeAll(() => new Promise<void>((resolve) => servers.get(door)?.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise((resolve) => servers.get(door)?.close(resolve)));

  it.each([
    ["JSON that is none", "application/json", "{"],
    ["an encoding that nobody knows", "application/json; charset=none", "{}"],
    ["a form that is too deep", "application/x-www-form-urlencoded", `a${"[b]".repeat(200)}=1`],
    ["bytes", "application/octet-stream", "\u0000\u0001"],
    ["nothing", "application/json", ""],
  ])("answers %s with a problem document", async (_what, type, body) => {
    const headers = { "content-type": type, authorization };
    for (const path of ["/v1/requests", "/v1/messages", "/v1/hooks/staging/open", "/"]) {
      expect(problemOf(await ask(door, path, { headers, body })).status).toBeGreaterThanOrEqual(400);
    }
  });

  it("answers a path that cannot be read by saying so", async () => {
    const problem = problemOf(await ask(door, "/v1/environments/%ff", { method: "GET", headers: { authorization } }));
    expect(problem).toMatchObject({ status: 400, detail: expect.stringMatching(/path.* has a malformed escape/) });
  });

  it.each([
    ["GET", "/v1/runs/%E0%A4", "BAD_REQUEST"],
    ["POST", "/v1/runs/%E0%A4:cancel", "BAD_REQUEST"],
    ["POST", "/v1/hooks/%zz/open", "BAD_REQUEST"],
    ["GET", "/a/%", "BAD_REQUEST"],
    ["GET", "/a/WyJy.bI9q", "NO_ROUTE"],
    ["GET", "//", "NO_ROUTE"],
    ["GET", "/favicon.ico", "NO_ROUTE"],
    ["POST", "/robots.txt", "NO_ROUTE"],
  ])("answers %s %s with a problem document that says what is wrong", async (method, path, title) => {
    expect(problemOf(await ask(door, path, { method, headers: { authorization } }))).toMatchObject({ title });
  });

  it("answers whatever else comes with one, too", async () => {
    const methods = fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
    const paths = fc.oneof(
      fc.webPath(),
      fc.constantFrom("/v1/messages", "/v1/requests", "/v1/hooks/staging/open", "/v1/approvals/x:approve"),
      fc.string().map((text) => `/v1/approvals/${encodeURIComponent(text)}:reject`),
    );
    const types = fc.constantFrom("application/json", "text/plain", "application/cloudevents+json", "x");
    const depths = fc.record({
      levels: fc.integer({ min: 90, max: 20_000 }),
      kind: fc.constantFrom(['{"a":', "}"] as const, ["[", "]"] as const),
    });
    const bodies = fc.oneof(
      depths.map(({ levels, kind }) => nested(levels, kind)),
      depths.map(({ levels, kind }) => pushed(nested(levels, kind))),
      fc.json(),
      fc.string(),
      fc.record({ message: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    );
    const calls = fc.record({ method: methods, path: paths, type: types, body: bodies, isSigned: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(calls, async ({ method, path, type, body, isSigned }) => {
        const headers = {
          "content-type": type,
          authorization,
          ...(isSigned && { "x-alloyrun-signature": `t=1,v1=${"0".repeat(64)}` }),
        };
        const answer = await ask(door, path, { method, headers, ...(method !== "GET" && { body }) });
        expect(answer.text).not.toContain("call stack");
        // What the client sends, for it resolves `/./` and `/../` by itself: approval links arrive at a page.
        if (new URL(`http://door${path}`).pathname !== "/a") problemOf(answer);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the public door", () => {
  beforeAll(() => new Promise<void>((resolve) => servers.get("hook")?.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise((resolve) => servers.get("hook")?.close(resolve)));

  it.each([
    ["/v1/hooks/staging/open", "GET", "POST"],
    ["/a", "DELETE", "GET, HEAD, POST"],
  ])("says by which methods %s is asked to who asks by %s", async (path, method, allowed) => {
    const answer = await ask("hook", path, { method });
    expect(problemOf(answer)).toMatchObject({ status: 405, title: "WRONG_METHOD" });
    expect(answer.allow).toBe(allowed);
  });
});

describe("what a request says", () => {
  const body = JSON.stringify({ action: "down", environment: "staging", onBehalfOf: "eve@example.com" });
  const project = { ALLOYRUN_PROJECT: "my-project", ALLOYRUN_PROJECT_NUMBER: "1", ALLOYRUN_REGION: "us-central1" };
  const env = { ...project, ALLOYRUN_BUCKET: "b", ALLOYRUN_SEED_RUNNER_IMAGE: "i" };

  beforeAll(() => {
    Object.assign(process.env, env);
    return new Promise<void>((resolve) => servers.get("request")?.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    return new Promise((resolve) => servers.get("request")?.close(resolve));
  });

  const post = (path: string, email: string, sent: string) =>
    ask("request", path, { headers: { authorization: token(email), "content-type": "application/json" }, body: sent });

  it.each([
    ["?onBusy=maybe", "onBusy"],
    ["?onBusy=queue&surprise=1", "surprise"],
  ])("is read with its address: %s", async (query, field) => {
    const problem = problemOf(await post(`/v1/requests${query}`, "a@example.com", body));
    expect(problem).toMatchObject({ status: 400, fields: [{ field, says: expect.any(String) }] });
  });

  it.each([
    ["a form", "application/x-www-form-urlencoded", "action=plan&environment=users"],
    ["plain text", "text/plain", body],
    ["JSON of another kind", "application/cloudevents+json", body],
    ["bytes of no type", undefined, new TextEncoder().encode(body)],
  ])("is not read from %s", async (_what, type, sent) => {
    const headers = { authorization: token("a@example.com"), ...(type && { "content-type": type }) };
    for (const path of ["/v1/requests", "/v1/messages", "/v1/runs/r:cancel", "/v1/approvals/x:approve"]) {
      const problem = problemOf(await ask("request", path, { headers, body: sent }));
      expect(problem).toMatchObject({ status: 415, title: "UNSUPPORTED_MEDIA_TYPE" });
    }
  });

  it.each([
    ["can", " "],
    ["cannot", "{"],
  ])("is refused with the limit when it is too long and %s be read", async (_what, filling) => {
    const headers = { authorization: token("a@example.com"), "content-type": "application/json" };
    const sent = `${filling.repeat(32 * 1024 * 1024)}{}`;
    const problem = problemOf(await ask("request", "/v1/requests", { headers, body: sent }));
    expect(problem).toMatchObject({ status: 413, title: "TOO_LARGE", detail: expect.stringContaining("32 MiB") });
  });

  it.each([
    ["/v1/requests", nested(5000)],
    ["/v1/requests", nested(1_000_000)],
    ["/v1/requests", nested(100, ["[", "]"])],
    ["/v1/environments/staging:freeze", nested(5000)],
    ["/v1/environments/staging:unfreeze", nested(5000)],
    ["/v1/runs/r:cancel", nested(5000)],
    ["/v1/approvals/x:approve", nested(5000)],
  ])("to %s is refused when it is nested too deeply", async (path, sent) => {
    const problem = problemOf(await post(path, "a@example.com", sent));
    expect(problem).toMatchObject({ status: 400, fields: [{ field: "body", says: "is nested too deeply" }] });
  });

  it("is read from JSON that tells its character set", async () => {
    const headers = { authorization: token("a@example.com"), "content-type": "Application/JSON; charset=UTF-8" };
    const problem = problemOf(await ask("request", "/v1/requests", { headers, body }));
    expect(problem).toMatchObject({ status: 403, title: "NOT_YOURS_TO_SAY" });
  });

  it.each([
    ["/v1/requests", { action: "down", environment: "staging" }],
    ["/v1/environments/staging:extend", { by: "1h" }],
    ["/v1/environments/staging:freeze", { reason: "demo", duration: "8h" }],
    ["/v1/environments/staging:unfreeze", {}],
  ])("to %s must not have an empty key", async (path, sent) => {
    const headers = {
      authorization: token("a@example.com"),
      "content-type": "application/json",
      "idempotency-key": "",
    };
    const problem = problemOf(await ask("request", path, { headers, body: JSON.stringify(sent) }));
    expect(problem).toMatchObject({ status: 400, detail: expect.stringContaining("Idempotency-Key") });
  });

  it.each([
    "/v1/requests",
    "/v1/messages",
    "/v1/approvals/x:reject",
    "/v1/environments/staging:freeze",
    "/v1/environments/staging:extend",
  ])("to %s is said to be empty when it is, and not to lack a field", async (path) => {
    const hook = token("alloyrun-push@my-project.iam.gserviceaccount.com");
    for (const type of ["application/json", undefined]) {
      const headers = { authorization: hook, ...(type && { "content-type": type }) };
      const problem = problemOf(await ask("request", path, { headers }));
      expect(problem).toMatchObject({
        status: 400,
        fields: [{ field: "body", says: expect.stringContaining("empty") }],
      });
    }
  });

  it.each([
    ["POST", "/v1/approvals/x:reject?x=1", "x"],
    ["POST", "/v1/runs/x:cancel?force=yes", "force"],
    ["POST", "/v1/environments/staging:extend?onBusy=queue", "onBusy"],
    ["GET", "/v1/runs/x?y=1", "y"],
    ["POST", "/v1/requests?foo=1", "foo"],
  ])("goes with nothing in the address that would not count: %s %s", async (method, path, field) => {
    const headers = { authorization: token("a@example.com"), "content-type": "application/json" };
    const problem = problemOf(await ask("request", path, { method, headers, ...(method === "POST" && { body }) }));
    expect(problem).toMatchObject({ status: 400, fields: [{ field, says: expect.stringContaining("the address") }] });
  });

  it.each([
    ["a byte of nothing", "%00"],
    ["another folder", "..%2F..%2Fspecs"],
    ["an elephant", "%F0%9F%90%98"],
    ["nine thousand letters", "x".repeat(9000)],
  ])("is not looked up when it cannot be a name: %s", async (_what, name) => {
    const headers = { authorization: token("a@example.com") };
    const problem = problemOf(await ask("request", `/v1/runs/${name}`, { method: "GET", headers }));
    expect(problem).toMatchObject({ status: 404, title: "NO_SUCH_NAME" });
  });

  it.each([
    ["onBehalfOf", "/v1/requests", body],
    ["by", "/v1/approvals/x:approve", JSON.stringify({ by: "ann@example.com" })],
    ["message", "/v1/messages", JSON.stringify({ message: { messageId: "1", data: "e30=" } })],
  ])("of whom it is for is believed of nobody but the door that brings it: %s", async (field, path, sent) => {
    for (const email of [
      "a@example.com",
      "alloyrun-scheduler@my-project.iam.gserviceaccount.com",
      "alloyrun-hook@other.iam.gserviceaccount.com",
    ]) {
      const problem = problemOf(await post(path, email, sent));
      expect(problem).toMatchObject({ status: 403, title: "NOT_YOURS_TO_SAY", detail: expect.stringContaining(field) });
    }
  });

  it("must name whose link was used when the public door decides", async () => {
    const hook = "alloyrun-hook@my-project.iam.gserviceaccount.com";
    const problem = problemOf(await post("/v1/approvals/x:approve", hook, "{}"));
    expect(problem).toMatchObject({ status: 400, detail: expect.stringContaining("by must say") });
  });
});
