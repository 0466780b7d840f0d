import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { openDoor } from "../../../functions/entry/door.ts";
import { implementEntry } from "../../../functions/entry/entry.ts";
import { StepError } from "../../../functions/error.ts";
import { createLog } from "../../../functions/log.ts";

openDoor("told", async ({ path }, response, log) => {
  if (path !== "/taken") throw new StepError({ code: "NOT_FOUND", reason: "NO_ROUTE", message: "nothing" });
  log("INFO", "taken", { run: undefined, environment: "users" });
  response.json({});
});
openDoor("astray", async () => unforeseen());
implementEntry("lost", async () => unforeseen());
implementEntry("deep", async () => {
  await new Promise(setImmediate);
  createLog({ deep: true })("INFO", "from within");
  return {};
});

function unforeseen(): never {
  throw new TypeError("x is undefined");
}

const trace = "0af7651916cd43dd8448eb211c80319c";
const push = (data: object) => ({ message: { data: Buffer.from(JSON.stringify(data)).toString("base64") } });

describe("the log of a function", () => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const servers = new Map<string, Server>(
    ["told", "deep", "astray", "lost"].map((name) => [name, getTestServer(`alloyrun-${name}`)]),
  );
  const write = jest.spyOn(process.stdout, "write");

  beforeAll(async () => {
    write.mockImplementation((text) => lines.push(JSON.parse(String(text))) > 0);
    process.env.ALLOYRUN_PROJECT = "my-project";
    for (const server of servers.values()) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
  });

  afterAll(async () => {
    write.mockRestore();
    Reflect.deleteProperty(process.env, "ALLOYRUN_PROJECT");
    for (const server of servers.values()) await new Promise((resolve) => server.close(resolve));
  });

  /** The lines of one call. */
  async function call(name: string, path: string, body: unknown) {
    lines.length = 0;
    const { port } = (servers.get(name)?.address() ?? { port: 0 }) as AddressInfo;
    const headers = { "content-type": "application/json", traceparent: `00-${trace}-b7ad6b7169203331-01` };
    await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return [...lines];
  }

  it.each([
    ["/v1/runs/up-users-1:cancel", {}, { run: "up-users-1" }],
    ["/v1/approvals/up-users-1-0123456789ab-2:approve", {}, { run: "up-users-1" }],
    ["/v1/environments/users:freeze", {}, { environment: "users" }],
    ["/v1/hooks/users/tickets", {}, { environment: "users" }],
    ["/v1/requests", { action: "down", environment: "users" }, { environment: "users" }],
    ["/v1/messages", push({ action: "down", environment: "users" }), { environment: "users" }],
    ["/", push({ data: { run: "up-users-1", environment: "users" } }), { run: "up-users-1", environment: "users" }],
  ])("names what a refused call to %s is about, and its trace", async (path, body, about) => {
    expect(await call("told", path, body)).toEqual([
      {
        ...{ severity: "WARNING", message: expect.stringContaining("nothing"), entry: "told" },
        ...{ status: 404, reason: "NO_ROUTE" },
        ...about,
        "logging.googleapis.com/trace": `projects/my-project/traces/${trace}`,
      },
    ]);
  });

  it("does not take for a name what is none, nor lose one that an answer does not tell", async () => {
    const [refused] = await call("told", "/v1/requests", { environment: "x".repeat(9000), run: { id: 1 } });
    expect(Object.keys(refused ?? {})).not.toEqual(expect.arrayContaining(["environment"]));
    expect(await call("told", "/taken", { run: "up-users-1" })).toMatchObject([
      { message: "taken", run: "up-users-1", environment: "users" },
    ]);
  });

  it.each(["astray", "lost"])("tells where an error came from that nobody has foreseen (%s)", async (name) => {
    const [line] = await call(name, "/", {});
    expect(line).toMatchObject({ severity: "ERROR", reason: "UNEXPECTED" });
    expect(line?.stack).toMatch(/TypeError: x is undefined[\s\S]*at unforeseen .*log\.test\.ts/);
  });

  it("carries the trace of the request into whatever logs while that is answered", async () => {
    const about = { run: "r1", environment: "users" };
    const written = await call("deep", "/", { ...about, action: "act" });
    expect(written).toMatchObject([
      { message: "from within", deep: true },
      { entry: "deep", ...about, action: "act" },
    ]);
    for (const line of written) {
      expect(line).toMatchObject({ "logging.googleapis.com/trace": `projects/my-project/traces/${trace}` });
    }
  });
});
