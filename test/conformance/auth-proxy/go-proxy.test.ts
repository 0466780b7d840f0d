import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import pg from "pg";
import { localCloud, main, password, post, primary, startCloud, stopCloud } from "../../local/alloydb/harness.ts";

jest.setTimeout(120_000);

/** Path of the proxy that Google builds; it comes from nowhere that tests may rely on. */
const binary = process.env.ALLOYDB_AUTH_PROXY ?? "";
const person = "user:runner@example.com";
const running: ChildProcess[] = [];

async function startProxy(...args: readonly string[]): Promise<{ readonly address: string }> {
  const { cloud, environment } = localCloud();
  const address = cloud.fabric.allocate("proxy");
  const own = ["--address", address, "--disable-built-in-telemetry", ...args];
  const child = spawn(binary, own, { env: { ...(await environment()), PATH: process.env.PATH ?? "" } });
  running.push(child);
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes("ready for new connections")) return { address };
  }
  throw new Error("the proxy ended before it was ready");
}

async function ask(address: string, options: pg.ClientConfig): Promise<unknown> {
  const client = new pg.Client({ host: address, database: "postgres", ...options });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query("SELECT current_user AS me")).rows[0].me;
  } finally {
    await client.end();
  }
}

const suite = binary === "" ? describe.skip : describe;

suite("the Auth Proxy itself (skipped unless ALLOYDB_AUTH_PROXY names its program)", () => {
  beforeAll(async () => {
    await startCloud();
    await post(`v1/${main}/users?userId=runner@example.com`, { userType: "ALLOYDB_IAM_USER" });
  });
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
  });
  afterAll(stopCloud);

  it("reaches the database with a password", async () => {
    const { address } = await startProxy(primary, "--token", "owner");
    expect(await ask(address, { user: "postgres", password })).toBe("postgres");
    await expect(ask(address, { user: "postgres", password: "wrong" })).rejects.toMatchObject({ code: "28P01" });
  });

  it("is refused with a token whose principal may not connect", async () => {
    const { address } = await startProxy(primary, "--token", person);
    await expect(ask(address, { user: "postgres", password })).rejects.toThrow();
  });

  it("keeps two hundred connections at once", async () => {
    const { address } = await startProxy(primary, "--token", "owner");
    const names = Array.from({ length: 200 }, () => ask(address, { user: "postgres", password }));
    expect(new Set(await Promise.all(names))).toEqual(new Set(["postgres"]));
  });
});
