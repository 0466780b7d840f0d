import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { owner, system } from "../../local/access/principal.ts";
import type { LocalCloud } from "../../local/main.ts";
import { rest, startTestCloud, testProject } from "../support/local-cloud.ts";
import { createToySecrets } from "./server/toy-secrets.ts";

const service = "google.cloud.secretmanager.v1.SecretManagerService";
const name = `projects/${testProject}/secrets/inside`;
let local: LocalCloud;

afterEach(() => local.stop());

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

describe("cloud.call", () => {
  it("validates, authorises and records like a call from outside", async () => {
    local = await startTestCloud({ apis: [createToySecrets] });
    const { cloud, journal } = local;
    const secret = { replication: { automatic: {} } };
    const parent = `projects/${testProject}`;
    const created = await cloud.call(`${service}.CreateSecret`, { parent, secretId: "inside", secret }, owner);
    expect(created).toMatchObject({ name });
    const wrong = cloud.call(`${service}.CreateSecret`, { parent, secretId: "x", colour: "red" }, system());
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const stranger = { kind: "user", email: "jane@example.com" } as const;
    await expect(cloud.call(`${service}.GetSecret`, { name }, stranger)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    expect(journal.list().map(({ code }) => code)).toEqual(["OK", "INVALID_ARGUMENT", "PERMISSION_DENIED"]);
  });
});

describe("cloud.fetch", () => {
  it("reaches APIs and sites by their real URLs, and refuses the world offline", async () => {
    const site = { matches: (host: string) => host.endsWith(".run.app"), handle: () => undefined };
    local = await startTestCloud({
      apis: [
        (cloud) => ({
          ...createToySecrets(cloud),
          sites: [{ ...site, fetch: async () => ({ status: 204, headers: {}, body: Buffer.alloc(0) }) }],
        }),
      ],
    });
    const get = (url: string) =>
      local.cloud.fetch({
        method: "GET",
        url: new URL(url),
        headers: { authorization: "Bearer owner" },
        body: Buffer.alloc(0),
      });
    expect((await get("https://service-x.a.run.app/")).status).toBe(204);
    expect((await get(`https://secretmanager.googleapis.com/v1/${name}`)).status).toBe(404);
    expect((await get("https://example.com/")).status).toBe(502);
  });
});

describe("startLocalCloud", () => {
  it("gives one API a plain port of its own", async () => {
    const port = await freePort();
    local = await startTestCloud({
      apis: [createToySecrets],
      listen: [{ host: "secretmanager.googleapis.com", port }],
    });
    const headers = { authorization: "Bearer owner" };
    expect((await fetch(`http://127.0.0.1:${port}/v1/${name}`, { headers })).status).toBe(404);
  });

  it("writes what clients trust, and removes everything when it stops", async () => {
    local = await startTestCloud({ apis: [] });
    const env = await local.environment();
    expect(readFileSync(env.NODE_EXTRA_CA_CERTS ?? "", "utf8")).toBe(local.cloud.authority.certificate);
    expect(readFileSync(env.SSL_CERT_FILE ?? "", "utf8")).toContain(local.cloud.authority.certificate);
    await local.stop();
    expect(existsSync(local.cloud.directory)).toBe(false);
    await expect(fetch(local.url)).rejects.toThrow();
  });

  it("leaves nothing behind when it cannot start", async () => {
    local = await startTestCloud({ apis: [] });
    const usual = process.env.TMPDIR;
    const folder = mkdtempSync(join(tmpdir(), "main-test-"));
    process.env.TMPDIR = folder;
    try {
      await expect(startTestCloud({ apis: [], port: local.port })).rejects.toThrow("EADDRINUSE");
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
      rmSync(folder, { recursive: true });
    }
  });

  it("draws the same numbers and latencies from the same seed", async () => {
    local = await startTestCloud({ apis: [], seed: "same" });
    const first = local.cloud.projects.find(testProject)?.projectNumber;
    await local.stop();
    local = await startTestCloud({ apis: [], seed: "same" });
    expect(local.cloud.projects.find(testProject)?.projectNumber).toBe(first);
  });
});

describe("the admin pages", () => {
  it("pause, advance and resume the clock", async () => {
    local = await startTestCloud({ apis: [] });
    await rest(local, "POST _local/clock/pause");
    const before = local.cloud.clock.now();
    await rest(local, "POST _local/clock/advance", { body: { seconds: 90 } });
    expect(Math.round((local.cloud.clock.now() - before) / 1000)).toBe(90);
    expect((await rest(local, "POST _local/clock/resume")).status).toBe(200);
    expect((await rest(local, "POST _local/clock/advance", { body: { seconds: "x" } })).status).toBe(400);
  });

  it("show the journal as lines, operations, health and the environment", async () => {
    local = await startTestCloud({ apis: [createToySecrets] });
    await rest(local, `GET secretmanager.googleapis.com/v1/${name}`);
    expect(JSON.parse((await rest(local, "GET _local/journal")).text)).toMatchObject({ code: "NOT_FOUND" });
    expect((await rest(local, "GET _local/operations")).body).toEqual({ operations: [] });
    expect((await rest(local, "GET _local/health")).body).toMatchObject({ status: "ok" });
    expect((await rest(local, "GET _local/environment")).body).toEqual(await local.environment());
    expect((await rest(local, "GET _local/deviations")).body).toHaveProperty("unservedMethods");
    expect((await rest(local, "GET _local/nothing")).status).toBe(404);
  });

  it("are not for pages of other sites", async () => {
    local = await startTestCloud({ apis: [] });
    const headers = { origin: "https://example.com" };
    expect((await rest(local, "POST _local/clock/pause", { headers })).status).toBe(403);
  });
});
