import { execFile } from "node:child_process";
import { request } from "node:http";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud, testProject } from "../../support/local-cloud.ts";
import { createToySecrets } from "./toy-secrets.ts";

let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createToySecrets] });
}, 60_000);
afterAll(() => local.stop());

describe("official clients without options", () => {
  it("reach the APIs under Google's names over gRPC and REST, with the metadata server's tokens", async () => {
    const program = fileURLToPath(new URL("./official-clients.ts", import.meta.url));
    const env = { PATH: process.env.PATH ?? "", ...(await local.environment()) };
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
    const name = `projects/${testProject}/secrets/by-grpc`;
    expect(JSON.parse(stdout)).toEqual({
      created: { name, versionAliases: { x: "3" }, hasTime: true },
      found: { labels: { a: "b" }, replication: expect.objectContaining({ replication: "automatic" }) },
      refused: {
        code: 3,
        details: "Missing required field: secret_id.",
        statusDetails: [{ fieldViolations: [expect.objectContaining({ field: "secret_id" })] }],
      },
      missing: { code: 5, details: `Secret [projects/${testProject}/secrets/none] not found.` },
      overRest: expect.objectContaining({ name, replication: { automatic: {} } }),
      plain: 200,
      idToken: 3,
    });
    expect(local.journal.list().map(({ principal }) => principal)).toContain("owner@example.com");
  }, 60_000);
});

/** Asks the proxy for a connection; the status it answers, and the connection. */
function connectThrough(port: number, authority: string) {
  return new Promise<{ status: number | undefined; end: () => void }>((resolve, reject) => {
    request({ host: "127.0.0.1", port, method: "CONNECT", path: authority })
      .once("connect", ({ statusCode }, socket) => resolve({ status: statusCode, end: () => socket.destroy() }))
      .once("error", reject)
      .end();
  });
}

describe("the proxy", () => {
  it("refuses hosts outside when it was started offline", async () => {
    const { status, end } = await connectThrough(local.port, "example.com:443");
    expect(status).toBe(502);
    end();
  });

  it("passes connections to this machine through", async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { status, end } = await connectThrough(local.port, `127.0.0.1:${port}`);
    expect(status).toBe(200);
    end();
    server.close();
  });

  it("takes requests in absolute form", async () => {
    const status = await new Promise((resolve, reject) => {
      const path = `http://secretmanager.googleapis.com/v1/projects/${testProject}/secrets/none`;
      request({ host: "127.0.0.1", port: local.port, path, headers: { authorization: "Bearer owner" } })
        .once("response", ({ statusCode }) => resolve(statusCode))
        .once("error", reject)
        .end();
    });
    expect(status).toBe(404);
  });
});
