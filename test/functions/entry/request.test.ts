import type { AddressInfo } from "node:net";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import "../../../functions/entry/request.ts";
import { StepError } from "../../../functions/error.ts";
import { toOpenApi } from "../../../functions/openapi.ts";
import { parseRequestBody, withQuery } from "../../../functions/request/parse.ts";
import { toProblem } from "../../../functions/request/problem.ts";
import { ApiError } from "../../../google/error.ts";
import { parseSpec } from "../../../spec/load.ts";

/** What of the description tells how paths answer. */
interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object } | undefined>>>>;
}

const token = `Bearer e30.${Buffer.from('{"email":"a@example.com"}').toString("base64url")}.x`;

describe("handleRequest", () => {
  const server = getTestServer("alloyrun-request");
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function ask(method: string, path: string, headers: Record<string, string> = { authorization: token }) {
    const response = await fetch(`${url}${path}`, { method, headers });
    const [type, allow] = ["content-type", "allow"].map((name) => response.headers.get(name));
    return { status: response.status, type, allow, problem: await response.json() };
  }

  it("refuses who brings no identity with a problem document", async () => {
    const { status, type, problem } = await ask("GET", "/v1/environments", {});
    expect([status, type]).toEqual([401, expect.stringMatching(/^application\/problem\+json/)]);
    expect(problem).toMatchObject({ status: 401, title: "NO_IDENTITY" });
  });

  it.each([
    ["GET", "/v2/runs"],
    ["DELETE", "/v1/request"],
    ["GET", "/v1/requests/"],
  ])("has nothing for %s %s and says so", async (method, path) => {
    expect((await ask(method, path)).problem).toMatchObject({ status: 404, detail: expect.stringContaining(path) });
  });

  it.each([
    ["POST", "/v1/requests"],
    ["GET", "/v1/requests/run-1"],
    ["GET", "/v1/runs/run-1"],
    ["POST", "/v1/runs/run-1:cancel"],
    ["POST", "/v1/runs/run-1:resume"],
    ["GET", "/v1/environments/users"],
    ["POST", "/v1/environments/users:freeze"],
    ["POST", "/v1/environments/users:unfreeze"],
    ["POST", "/v1/environments/users:extend"],
    ["GET", "/v1/approvals/a1"],
    ["POST", "/v1/approvals/a1:approve"],
    ["POST", "/v1/approvals/a1:reject"],
  ])("has something for %s %s, and for no other verb", async (method, path) => {
    expect((await ask(method, path)).problem).toMatchObject({ title: "NOT_DEPLOYED" });
    const { status, type, allow, problem } = await ask("PUT", path);
    expect([status, type, allow]).toEqual([405, expect.stringMatching(/^application\/problem\+json/), method]);
    expect(problem).toMatchObject({ title: "WRONG_METHOD", detail: `${path} does not take PUT, only ${method}` });
  });

  describe("as its description says", () => {
    const paths = Object.entries((toOpenApi() as Described).paths);
    const json = { authorization: token, "content-type": "application/json" };
    const calls: readonly (readonly [string, string, RequestInit])[] = [
      ["by nobody", "x", {}],
      ["by name", "x", { headers: { authorization: token } }],
      ["with a malformed escape", "%ff", { headers: { authorization: token } }],
      ["with what is no name", "%00", { headers: { authorization: token } }],
      ["with a body that is none", "x", { headers: json, body: "{" }],
      ["with an empty object", "x", { headers: json, body: "{}" }],
      ["with a form", "x", { headers: { ...json, "content-type": "application/x-www-form-urlencoded" }, body: "a=1" }],
    ];

    it.each(calls)("refuses what is asked %s", async (_how, name, init) => {
      for (const [path, operations] of paths) {
        for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"]) {
          if (method === "GET" && init.body !== undefined) continue;
          const { status } = await fetch(`${url}${path.replace(/\{\w+\}/, name)}`, { ...init, method });
          const [own] = Object.values(operations);
          const { responses } = operations[method.toLowerCase()] ?? own ?? { responses: {} };
          expect([path, method, Object.keys(responses)]).toEqual([path, method, expect.arrayContaining([`${status}`])]);
        }
      }
    });
  });

  it.each(["/v1/runs/a/b", "/v1/runs/a:explode", "/v1/runs/"])("refuses the path %s with a problem", async (path) => {
    const { status, type } = await ask("GET", path);
    expect([400, 404]).toContain(status);
    expect(type).toMatch(/^application\/problem\+json/);
  });

  it("tells an installation that was never deployed from a broken one", async () => {
    expect((await ask("GET", "/v1/environments")).problem).toMatchObject({ title: "NOT_DEPLOYED" });
  });
});

describe("parseRequestBody", () => {
  it("takes what a request may say", () => {
    const folders = { source: `sources/${"2".repeat(64)}.tgz`, seed: `seeds/${"3".repeat(64)}.tgz` };
    const body = { action: "up", environment: "users", spec: "text", folders, onBusy: "queue", reason: "demo" };
    expect(parseRequestBody(body)).toEqual(body);
  });

  it.each([
    [{ action: "destroy" }, "action"],
    [{ action: "up", surprise: 1 }, "surprise"],
    [{ action: "up", spec: 5 }, "spec"],
    [{ action: "up", level: "half" }, "level"],
    [{ action: "down" }, "environment"],
    [{ action: "down", environment: "../locks" }, "environment"],
    [{ action: "up", folders: { seed: "seeds/../x.tgz" } }, "folders.seed"],
  ])("refuses %j, naming %s", (body, field) => {
    const refusal = { code: "INVALID_ARGUMENT", message: expect.stringContaining(field) };
    expect(() => parseRequestBody(body)).toThrow(expect.objectContaining(refusal));
  });
});

describe("parseRequestBody, of several wrong fields", () => {
  it("names them all at once, in words and for programs", () => {
    const body = { action: "destroy", environment: "../x", surprise: 1, another: 2, onBusy: "perhaps" };
    const caught = caughtOf(() => parseRequestBody(body));
    const problem = toProblem(caught);
    const fields = ["action", "environment", "onBusy", "surprise", "another"];
    expect(problem.fields?.map(({ field }) => field)).toEqual(fields);
    for (const field of fields) expect(problem.detail).toContain(`${field} `);
    expect(problem.fields?.find(({ field }) => field === "another")).toEqual({
      field: "another",
      says: "is not known",
    });
  });

  it("tells no end of them", () => {
    const unknown = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1]));
    expect(toProblem(caughtOf(() => parseRequestBody(unknown))).fields).toHaveLength(20);
  });
});

function caughtOf(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (caught) {
    return caught;
  }
}

describe("withQuery", () => {
  const body = { action: "down", environment: "users" };

  it("takes from the address what is to be done while another run is under way", () => {
    expect(withQuery(body, { onBusy: "queue" })).toEqual({ ...body, onBusy: "queue" });
    expect(withQuery({ ...body, onBusy: "queue" }, { onBusy: "queue" })).toEqual({ ...body, onBusy: "queue" });
    expect(withQuery(body, {})).toEqual(body);
  });

  it.each([
    [{}, { wait: "yes" }, /wait is not known in the address/],
    [{}, { onBusy: ["queue", "fail"] }, /onBusy must be said once/],
    [{ onBusy: "fail" }, { onBusy: "queue" }, /onBusy is another in the body/],
  ])("refuses with %j the address %j", (more, query, message) => {
    const refusal = expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringMatching(message) });
    expect(() => withQuery({ ...body, ...more }, query)).toThrow(refusal);
  });
});

describe("toProblem", () => {
  it("lists every problem of a spec with its line", () => {
    try {
      parseSpec("apiVersion: alloyrun/v2\nkind: Thing\n");
    } catch (caught) {
      const problem = toProblem(caught);
      expect(problem).toMatchObject({ status: 400, title: "Invalid spec" });
      expect(problem.issues?.map(({ path, line }) => [path, line])).toEqual(expect.arrayContaining([["kind", 2]]));
    }
    expect.assertions(2);
  });

  it.each(["ALREADY_DECIDED", "APPROVAL_EXPIRED", "NOT_AWAITED", "STALE_PLAN"])("answers 409 for %s", (reason) => {
    const refused = new StepError({ code: "FAILED_PRECONDITION", reason, message: "too late" });
    expect(toProblem(refused)).toEqual({ type: "about:blank", title: reason, status: 409, detail: "too late" });
  });

  it.each(["PERMISSION_DENIED", "UNAUTHENTICATED"] as const)(
    "does not take for the caller's what Google refuses with %s to alloyrun's own account",
    (code) => {
      const site = { method: "storage.objects.get", resource: "gs://b/locks/users.json" };
      const problem = toProblem(new ApiError({ ...site, code, text: "The caller does not have permission" }));
      expect(problem).toMatchObject({
        ...{ status: 503, title: "OWN_ACCOUNT_REFUSED" },
        detail: expect.stringMatching(/alloyrun's own account.*`alloyrun doctor`.*storage\.objects\.get gs:\/\/b/),
      });
      const own = new StepError({ code: "PERMISSION_DENIED", reason: "MAY_NOT_DECIDE", message: "no" });
      expect(toProblem(own)).toMatchObject({ status: 403, title: "MAY_NOT_DECIDE" });
    },
  );

  it("never shows a stack", () => {
    expect(JSON.stringify(toProblem(new TypeError("bug")))).not.toContain(".ts:");
  });
});
