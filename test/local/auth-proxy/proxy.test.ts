import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import pg from "pg";
import { DatabaseNode } from "../../../local/alloydb/database-node.ts";
import type { ExchangeRequest } from "../../../local/alloydb/metadata-exchange.ts";
import { createIssuer, type Issuer } from "../../../local/postgres/authority.ts";
import { createDataDirectory } from "../../../local/postgres/postgres.ts";
import { scramVerifier } from "../../../local/postgres/scram.ts";
import { withSession } from "../../../local/postgres/session.ts";
import { createServers, type Servers } from "../postgres/servers.ts";

jest.setTimeout(30_000);

const cluster = "projects/p/locations/r/clusters/c";
const instance = `${cluster}/instances/one`;
const program = fileURLToPath(new URL("../../../local/auth-proxy/main.ts", import.meta.url));
const iamRole = "runner@p.iam";
const password = "a password";
const settings = { admission: { unencrypted: false, connectorsOnly: true }, parameters: {} };

let servers: Servers;
let issuer: Issuer;
let node: DatabaseNode;
let api: Server;
let requests: { readonly path: string; readonly authorization: string | undefined; readonly body: string }[] = [];
let exchanges: ExchangeRequest[] = [];
let running: Proxy[] = [];

beforeAll(async () => {
  servers = await createServers(202);
  issuer = await createIssuer("cluster");
  node = new DatabaseNode({
    processes: servers.processes,
    installation: servers.installation,
    issuer,
    loopback: servers.fabric.allocate("one"),
    privateAddress: "10.20.0.2",
    dataDirectory: `${servers.installation.directory}/one`,
    admit(request) {
      exchanges.push(request);
      if (request.token !== "good") return { error: "the token is not good" };
      return request.authType === "AUTO_IAM" ? { role: iamRole } : {};
    },
  });
  await createDataDirectory(servers.installation, node.dataDirectory);
  await node.start(settings);
  const verifier = await scramVerifier(password);
  await withSession(node.adminLogin, async (session) => {
    await session.query(`ALTER ROLE postgres PASSWORD '${verifier}'`);
    await session.query(`CREATE ROLE "${iamRole}" LOGIN IN ROLE alloydbiamuser`);
  });
  api = await startApi();
});

afterEach(async () => {
  await Promise.all(running.map((proxy) => proxy.end("SIGKILL")));
  running = [];
  requests = [];
  exchanges = [];
});

afterAll(async () => {
  api.close();
  await servers.stop();
});

/** The two methods of the Admin API that the proxy calls. */
async function startApi(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks = await request.setEncoding("utf8").toArray();
    const path = request.url ?? "";
    requests.push({ path, authorization: request.headers.authorization, body: chunks.join("") });
    const answer = path.endsWith("/connectionInfo") ? { ipAddress: node.loopback } : await certificate(chunks.join(""));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function certificate(body: string): Promise<object> {
  const { publicKey } = JSON.parse(body);
  const intermediate = await issuer.issueAuthority("clients");
  const leaf = await intermediate.certifyClient({ publicKey, commonName: "connector", durationSeconds: 3600 });
  return { caCert: issuer.certificate, pemCertificateChain: [leaf, intermediate.certificate, issuer.certificate] };
}

interface Proxy {
  readonly address: string;
  readonly lines: string[];
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  printed(text: string): Promise<void>;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

function startProxy(args: readonly string[], env: Record<string, string> = {}): Proxy {
  const address = servers.fabric.allocate("proxy");
  const { port } = api.address() as AddressInfo;
  const endpoint = `--alloydbadmin-api-endpoint=http://127.0.0.1:${port}/`;
  const all = [program, ...args.map((arg) => arg.replace("ADDRESS", address)), endpoint];
  const child = spawn(process.execPath, all, { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const wake of waiting) wake();
    });
  }
  const ended = once(child, "close");
  const proxy: Proxy = {
    address,
    lines,
    child,
    async printed(text) {
      while (!lines.some((line) => line.includes(text))) {
        if (child.exitCode !== null) throw new Error(`the proxy ended: ${lines.join("\n")}`);
        await Promise.race([ended, new Promise<void>((resolve) => waiting.add(resolve))]);
      }
    },
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode ?? -1;
    },
  };
  running.push(proxy);
  return proxy;
}

const listening = "ready for new connections";
const usual = [instance, "--address=ADDRESS", "--token=good", "--lazy-refresh"];

async function query(address: string, options: pg.ClientConfig = {}): Promise<unknown[]> {
  const client = new pg.Client({ host: address, user: "postgres", database: "postgres", password, ...options });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query("SELECT current_user AS me");
    return rows;
  } finally {
    await client.end();
  }
}

describe("the Auth Proxy's stand-in", () => {
  it("carries a login by password to the instance", async () => {
    const proxy = startProxy(usual);
    await proxy.printed(listening);
    expect(requests).toEqual([]);
    expect(await query(proxy.address)).toEqual([{ me: "postgres" }]);
    await expect(query(proxy.address, { password: "wrong" })).rejects.toMatchObject({ code: "28P01" });
    expect(exchanges[0]).toMatchObject({ authType: "DB_NATIVE", token: "good" });
  });

  it("asks the API once for several connections, with its token and a PKCS#1 key of 2048 bits", async () => {
    const proxy = startProxy(usual);
    await proxy.printed(listening);
    await query(proxy.address);
    await query(proxy.address);
    expect(requests.map(({ path, authorization }) => `${authorization} ${path}`).sort()).toEqual([
      `Bearer good /v1alpha/${instance}/connectionInfo`,
      `Bearer good /v1alpha/${cluster}:generateClientCertificate`,
    ]);
    const body = JSON.parse(requests.find(({ body: sent }) => sent !== "")?.body ?? "{}");
    expect(body).toEqual({
      publicKey: expect.stringMatching(/^-----BEGIN RSA PUBLIC KEY-----\n/),
      certDuration: "3600s",
      useMetadataExchange: true,
    });
  });

  it("asks ahead of the first connection unless it refreshes lazily", async () => {
    const proxy = startProxy([instance, "--address=ADDRESS", "--token=good", "--run-connection-test"]);
    await proxy.printed("Connection test passed");
    expect(requests).toHaveLength(2);
  });

  it("logs the token's principal in without a password, by flag, query or variable", async () => {
    const ways: [string[], Record<string, string>][] = [
      [[...usual, "--auto-iam-authn"], {}],
      [[`${instance}?auto-iam-authn=true`, ...usual.slice(1)], {}],
      [usual, { ALLOYDB_PROXY_AUTO_IAM_AUTHN: "true" }],
    ];
    for (const [args, env] of ways) {
      const proxy = startProxy(args, env);
      await proxy.printed(listening);
      expect(await query(proxy.address, { user: iamRole, password: undefined })).toEqual([{ me: iamRole }]);
    }
  });

  it("closes the client's socket and prints the instance's words when the token is refused", async () => {
    const proxy = startProxy([instance, "--address=ADDRESS", "--token=bad", "--lazy-refresh"]);
    await proxy.printed(listening);
    await expect(query(proxy.address)).rejects.toThrow(/terminated|ended/);
    await proxy.printed("failed to connect to instance: the token is not good");
  });

  it("serves its health, the backend's included", async () => {
    const health = ["--health-check", "--http-address=ADDRESS", "--with-backend-check"];
    const proxy = startProxy([...usual, ...health]);
    await proxy.printed(listening);
    const get = async (path: string) => {
      const response = await fetch(`http://${proxy.address}:9090${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await get("/startup")).toEqual({ status: 200, text: "ok" });
    await node.stop();
    expect(await get("/startup")).toEqual({ status: 503, text: expect.stringContaining("ECONNREFUSED") });
    expect(await get("/liveness")).toEqual({ status: 200, text: "ok" });
    expect(await get("/readiness")).toEqual({ status: 200, text: "ok" });
    await node.start(settings);
    expect(await get("/startup")).toEqual({ status: 200, text: "ok" });
    expect((await get("/other")).status).toBe(404);
  });

  it.each<[NodeJS.Signals, string[], number]>([
    ["SIGTERM", [], 143],
    ["SIGTERM", ["--exit-zero-sigterm"], 0],
    ["SIGINT", [], 130],
  ])("ends on %s with %j with code %i", async (signal, args, code) => {
    const proxy = startProxy([...usual, ...args]);
    await proxy.printed(listening);
    expect(await proxy.end(signal)).toBe(code);
  });

  it("ends with code 0 when it is told to quit", async () => {
    const proxy = startProxy([...usual, "--quitquitquit", "--admin-port=19091"]);
    await proxy.printed(listening);
    const response = await fetch("http://localhost:19091/quitquitquit", { method: "POST" });
    expect(response.status).toBe(200);
    const [code] = await once(proxy.child, "close");
    expect(code).toBe(0);
  });

  it.each<[string, string[], string]>([
    [
      "its connection test fails",
      [instance, "--address=ADDRESS", "--token=bad", "--run-connection-test"],
      "the token is not good",
    ],
    ["a flag is unknown", ["--nope"], "unknown flag: --nope"],
    ["nothing is to be proxied", [], "missing instance_uri"],
  ])("ends with code 1 when %s", async (_, args, message) => {
    const proxy = startProxy(args);
    const [code] = await once(proxy.child, "close");
    expect(code).toBe(1);
    expect(proxy.lines.join("\n")).toContain(message);
  });

  it("is waited for and shut down by its subcommands", async () => {
    const health = ["--health-check", "--http-address=ADDRESS", "--quitquitquit", "--admin-port=19092"];
    const proxy = startProxy([...usual, ...health]);
    const code = async (...args: string[]) => {
      const [result] = await once(spawn(process.execPath, [program, ...args], { env: {} }), "exit");
      return result;
    };
    expect(await code("wait", `--http-address=${proxy.address}`)).toBe(0);
    expect(proxy.lines.join("\n")).toContain(listening);
    expect(await code("shutdown", "--admin-port=19092")).toBe(0);
    await proxy.end("SIGINT");
    expect(proxy.child.exitCode).toBe(0);
    expect(await code("shutdown", "--admin-port=19092")).toBe(1);
  });

  it("lets open connections end after SIGTERM, for as long as it was told", async () => {
    const proxy = startProxy([...usual, "--max-sigterm-delay=1m"]);
    await proxy.printed(listening);
    const client = new pg.Client({ host: proxy.address, user: "postgres", database: "postgres", password });
    await client.connect();
    proxy.child.kill("SIGTERM");
    await proxy.printed("SIGTERM received");
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await expect(query(proxy.address)).rejects.toThrow();
    await client.end();
    const [code] = await once(proxy.child, "exit");
    expect(code).toBe(143);
  });

  it("refuses more connections than it was told", async () => {
    const proxy = startProxy([...usual, "--max-connections=1", "--health-check", "--http-address=ADDRESS"]);
    await proxy.printed(listening);
    const client = new pg.Client({ host: proxy.address, user: "postgres", database: "postgres", password });
    await client.connect();
    await expect(query(proxy.address)).rejects.toThrow();
    const response = await fetch(`http://${proxy.address}:9090/readiness`);
    expect({ status: response.status, text: await response.text() }).toEqual({
      status: 503,
      text: "max connections reached (open = 1, max = 1)",
    });
    await client.end();
  });

  it("prints JSON lines when asked to", async () => {
    const proxy = startProxy([...usual, "--structured-logs"]);
    await proxy.printed(listening);
    expect(proxy.lines.map((line) => JSON.parse(line).severity)).toContain("INFO");
  });
});
