// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../../../local/http.ts";
import { failureOf, resultOf } from "./support.ts";

/** A definition of one HTTP step that returns its result. */
function request(call: string, args: object): string {
  const steps = [{ send: { call, args, result: "r" } }, { give: { return: "${r}" } }];
  return JSON.stringify({ main: { params: ["args"], steps } });
}

/** Sends one request and gives what went out. */
async function sent(call: string, args: object): Promise<HttpRequest> {
  const requests: HttpRequest[] = [];
  const fetch = (outgoing: HttpRequest) => {
    requests.push(outgoing);
    return jsonResponse(200, {});
  };
  await resultOf(request(call, args), { fetch, argument: "{}" });
  const [first] = requests;
  if (!first) throw new Error("nothing was sent");
  return first;
}

async function received(response: HttpResponse): Promise<unknown> {
  return JSON.parse(await resultOf(request("http.get", { url: "https://x.test" }), { fetch: () => response }));
}

const url = "https://x.test/p";

describe("an HTTP request", () => {
  it.each([
    ["http.get", { url }, "GET", url],
    ["http.post", { url }, "POST", url],
    ["http.put", { url }, "PUT", url],
    ["http.patch", { url }, "PATCH", url],
    ["http.delete", { url }, "DELETE", url],
    ["http.request", { url, method: "head" }, "HEAD", url],
    [
      "http.get",
      { url, query: { a: "b c", n: 1, d: 2.5, t: true, l: ["x", 2] } },
      "GET",
      `${url}?a=b%20c&n=1&d=2.5&t=true&l=x&l=2`,
    ],
    ["http.get", { url: `${url}?z=1`, query: { a: "&" } }, "GET", `${url}?z=1&a=%26`],
  ])("of %s %j goes out as %s %s", async (call, args, method, href) => {
    const request = await sent(call, args);
    expect([request.method, request.url.href]).toEqual([method, href]);
  });

  it.each([
    [{ body: { a: 1, b: 2.5 } }, "application/json; charset=utf-8", '{"a":1,"b":2.5}'],
    [{ body: "text" }, "application/json; charset=utf-8", '"text"'],
    [{ body: '${text.encode("raw")}' }, "application/octet-stream", "raw"],
    [{ body: "a,b", headers: { "Content-Type": "text/csv" } }, "text/csv", "a,b"],
    [
      { body: { a: "b c", n: 1 }, headers: { "content-type": "application/x-www-form-urlencoded" } },
      "application/x-www-form-urlencoded",
      "a=b%20c&n=1",
    ],
  ])("with %j carries %s %s", async (args, contentType, body) => {
    const request = await sent("http.post", { url, ...args });
    expect([request.headers["content-type"], request.body.toString()]).toEqual([contentType, body]);
  });

  it("adds the service's name to the user agent", async () => {
    const request = await sent("http.get", { url, headers: { "User-Agent": "mine", "X-A": "b" } });
    expect(request.headers).toMatchObject({
      "user-agent": expect.stringMatching(/^mine GoogleCloudWorkflows/),
      "x-a": "b",
    });
  });

  it.each([
    [{ type: "OIDC" }, { type: "OIDC", audience: url }],
    [
      { type: "OIDC", audience: "https://a.test" },
      { type: "OIDC", audience: "https://a.test" },
    ],
    [{ type: "OAuth2" }, { type: "OAuth2", scopes: ["https://www.googleapis.com/auth/cloud-platform"] }],
    [
      { type: "OAuth2", scopes: ["a", "b"] },
      { type: "OAuth2", scopes: ["a", "b"] },
    ],
    [
      { type: "OAuth2", scope: "a" },
      { type: "OAuth2", scopes: ["a"] },
    ],
  ])("asks for credentials by %j", async (auth, asked) => {
    const fetch = ({ headers }: HttpRequest) => jsonResponse(200, headers.authorization);
    const authorize = (wanted: unknown) => `Bearer ${JSON.stringify(wanted)}`;
    const source = request("http.get", { url, auth });
    expect(JSON.parse(await resultOf(source, { fetch, authorize }))).toMatchObject({
      body: `Bearer ${JSON.stringify(asked)}`,
    });
  });

  it.each([
    [{ url: "ftp://x.test" }, "ValueError"],
    [{ url: "nowhere" }, "ValueError"],
    [{ url: 5 }, "TypeError"],
    [{ url, timeout: 1801 }, "ValueError"],
    [{ url, timeout: 0 }, "ValueError"],
    [{ url, headers: { a: 1 } }, "TypeError"],
    [{ url, query: { a: { b: 1 } } }, "TypeError"],
    [{ url, auth: { type: "Basic" } }, "ValueError"],
    [{ url, auth: { type: "OIDC" } }, "AuthError"],
  ])("with %j raises %s", async (args, tag) => {
    const { payload } = await failureOf(request("http.get", args));
    expect(JSON.parse(payload)).toMatchObject({ tags: [tag] });
  });

  it.each([
    ["ECONNREFUSED", "ConnectionFailedError"],
    ["ENOTFOUND", "ConnectionFailedError"],
    ["ECONNRESET", "ConnectionError"],
  ])("that meets %s raises %s", async (code, tag) => {
    const fetch = () =>
      Promise.reject(Object.assign(new Error("no"), { cause: Object.assign(new Error("no"), { code }) }));
    const { payload } = await failureOf(request("http.get", { url }), { fetch });
    expect(JSON.parse(payload)).toMatchObject({ tags: [tag] });
  });

  it("that is not answered in time raises TimeoutError", async () => {
    const fetch = () => new Promise<HttpResponse>(() => undefined);
    // The deadline's timer alone does not keep the process alive.
    const keepAlive = setInterval(() => undefined, 10);
    const { payload } = await failureOf(request("http.get", { url, timeout: 0.01 }), { fetch });
    clearInterval(keepAlive);
    expect(JSON.parse(payload)).toMatchObject({ tags: ["TimeoutError"] });
  });
});

describe("an HTTP response", () => {
  const headers = (type: string) => ({ "content-type": type });
  it.each([
    ["JSON", "application/json; charset=UTF-8", '{"a": 2.0, "b": 2}', { a: 2, b: 2 }],
    ["JSON of a vendor", "application/problem+json", "[1]", [1]],
    ["nothing as JSON", "application/json", "", null],
    ["broken JSON as text", "application/json", "{", "{"],
    ["text", "text/html", "<p>", "<p>"],
  ])("of %s is read", async (_, type, body, expected) => {
    const response = { status: 200, headers: headers(type), body: Buffer.from(body) };
    expect(await received(response)).toEqual({ body: expected, code: 200, headers: { "Content-Type": type } });
  });

  it("of any other type is bytes", async () => {
    const steps = [
      { send: { call: "http.get", args: { url }, result: "r" } },
      { give: { return: ["${get_type(r.body)}", '${r.headers["x-ID"]}', '${r.headers["X-Id"]}'] } },
    ];
    const fetch = () => ({
      status: 200,
      headers: { "content-type": "image/png", "x-id": "7" },
      body: Buffer.from("p"),
    });
    expect(await resultOf(JSON.stringify({ main: { steps } }), { fetch })).toBe('["bytes","7","7"]');
  });

  it.each([[300], [304], [400], [404], [500], [503]])("with status %d raises HttpError", async (status) => {
    const fetch = () => jsonResponse(status, { error: { code: status } });
    const { payload, context } = await failureOf(request("http.get", { url }), { fetch });
    expect(JSON.parse(payload)).toMatchObject({
      code: status,
      body: { error: { code: status } },
      headers: { "Content-Type": "application/json; charset=UTF-8" },
      message: `HTTP server responded with error code ${status}`,
      tags: ["HttpError"],
    });
    expect(context).toContain(`HTTP server responded with error code ${status}\nin step "send"`);
  });

  it("over 2 MB raises ResourceLimitError", async () => {
    const fetch = () => ({ status: 200, headers: {}, body: Buffer.alloc(2 * 1024 * 1024 + 1) });
    expect((await failureOf(request("http.get", { url }), { fetch })).payload).toContain("ResourceLimitError");
  });

  it("shows bytes of an error as base64", async () => {
    const fetch = () => ({ status: 500, headers: {}, body: Buffer.from("hi") });
    expect((await failureOf(request("http.get", { url }), { fetch })).payload).toContain('"body":"aGk="');
  });
});
