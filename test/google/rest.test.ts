import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { GoogleAuth, PassThroughClient } from "google-auth-library";
import { createRest, type Rest } from "../../google/rest.ts";

const site = { method: "things.get", resource: "things/a" };
const auth = new GoogleAuth({ authClient: new PassThroughClient() });

describe("createRest", () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let seen: { method?: string; url?: string; type?: string; body: string }[];
  let guarded: number;
  let rest: Rest;
  let url: string;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      seen.push({ method: request.method, url: request.url, type: request.headers["content-type"], body });
      answer(request, response);
    });
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/things`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    seen = [];
    guarded = 0;
    const guard = async () => {
      guarded += 1;
    };
    rest = createRest(auth, guard);
    answer = (_request, response) => response.end('{"name":"a"}');
  });

  it("sends JSON and parameters, lists as repeated ones, and leaves undefined ones out", async () => {
    const query = { updateMask: "a,b", names: ["x", "y"], pageToken: undefined, force: true };
    const request = { method: "PATCH", url, query, body: { a: 1 }, site } as const;
    expect(await rest.fetchJson(request)).toEqual({ name: "a" });
    const sent = { method: "PATCH", url: "/things?updateMask=a%2Cb&names=x&names=y&force=true", body: '{"a":1}' };
    expect(seen).toEqual([{ ...sent, type: expect.stringContaining("application/json") }]);
  });

  it("sends contents as they are", async () => {
    const content = { type: "application/gzip", data: new Uint8Array([65, 66]) };
    await rest.fetchText({ method: "POST", url, content, site });
    expect(seen).toMatchObject([{ type: "application/gzip", body: "AB" }]);
  });

  it("gives bytes as they come, and explains a refusal to give them", async () => {
    const bytes = Buffer.from([0x1f, 0x8b, 0xff, 0x00, 0x80]);
    answer = (_request, response) => response.setHeader("content-type", "application/gzip").end(bytes);
    expect(Buffer.from(await rest.fetchBytes({ method: "GET", url, site }))).toEqual(bytes);
    answer = (_request, response) => {
      response.statusCode = 403;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ error: { code: 403, status: "PERMISSION_DENIED", message: "not yours" } }));
    };
    const told = await rest.fetchBytes({ method: "GET", url, site }).catch(String);
    expect(told).toBe("ApiError: things.get things/a: PERMISSION_DENIED: not yours");
  });

  it("asks the guard before what changes something, and only then", async () => {
    await rest.fetchJson({ method: "GET", url, site });
    await rest.fetchJson({ method: "POST", url, site, readsOnly: true });
    expect(guarded).toBe(0);
    await rest.fetchJson({ method: "DELETE", url, site });
    expect(guarded).toBe(1);
  });

  it("sends nothing when the guard refuses", async () => {
    const refusing = createRest(auth, () => Promise.reject(new Error("lost")));
    await expect(refusing.fetchJson({ method: "POST", url, site })).rejects.toThrow("lost");
    expect(seen).toEqual([]);
  });

  it("gives undefined for what does not exist, and throws what is forbidden, once and without repeating", async () => {
    answer = (_request, response) => response.writeHead(404).end('{"error":{"status":"NOT_FOUND","message":"gone"}}');
    expect(await rest.findJson({ method: "GET", url, site })).toBeUndefined();
    answer = (_request, response) => response.writeHead(403).end('{"error":{"status":"PERMISSION_DENIED"}}');
    await expect(rest.findJson({ method: "GET", url, site })).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    answer = (_request, response) => response.writeHead(503).end();
    await expect(rest.fetchJson({ method: "GET", url, site })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(seen).toHaveLength(3);
  });

  it("takes an empty answer as an empty object and refuses what is no JSON object", async () => {
    answer = (_request, response) => response.writeHead(200).end();
    expect(await rest.fetchJson({ method: "DELETE", url, site })).toEqual({});
    answer = (_request, response) => response.end("<html>proxy</html>");
    await expect(rest.fetchJson({ method: "GET", url, site })).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it("calls an answer that does not come DEADLINE_EXCEEDED, and a connection that breaks UNAVAILABLE", async () => {
    answer = () => {};
    const slow = rest.fetchJson({ method: "GET", url, site, timeoutSeconds: 0.05 });
    await expect(slow).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", resource: "things/a" });
    answer = (request) => request.socket.destroy();
    await expect(rest.fetchJson({ method: "GET", url, site })).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
