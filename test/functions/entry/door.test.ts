import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openDoor } from "../../../functions/entry/door.ts";

/** As in a process that is there for one function. */
process.env.FUNCTION_TARGET = "alloyrun-page";
for (const name of ["page", "other"]) {
  openDoor(name, async (_request, response) => {
    response.json({});
  });
}
Reflect.deleteProperty(process.env, "FUNCTION_TARGET");

describe("openDoor", () => {
  const bare = createServer((_request, response) => {
    response.statusCode = 404;
    response.end("theirs");
  });
  const own = getTestServer("alloyrun-page");
  const other = getTestServer("alloyrun-other");
  const servers = [bare, own, other];

  beforeAll(async () => {
    for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
  });

  async function ask(server: Server) {
    const { port } = server.address() as AddressInfo;
    const headers = { "content-type": "application/json", connection: "close" };
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: "{" });
    return { type: response.headers.get("content-type"), text: await response.text() };
  }

  it("answers problem documents from its own server, and leaves alone what others of the process answer", async () => {
    expect(await ask(bare)).toEqual({ type: null, text: "theirs" });
    for (let times = 1; times <= 2; times += 1) {
      expect((await ask(own)).type).toMatch(/^application\/problem\+json/);
      expect((await ask(other)).type).toMatch(/^text\/html/);
      expect(await ask(bare)).toEqual({ type: null, text: "theirs" });
    }
  });
});
