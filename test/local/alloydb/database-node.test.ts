import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import pg from "pg";
import { DatabaseNode, type NodeSettings } from "../../../local/alloydb/database-node.ts";
import { type AuthType, decodeResponse, encodeRequest, readFrame } from "../../../local/alloydb/metadata-exchange.ts";
import { createIssuer, type Issuer } from "../../../local/postgres/authority.ts";
import { createDataDirectory } from "../../../local/postgres/postgres.ts";
import { scramVerifier } from "../../../local/postgres/scram.ts";
import { withSession } from "../../../local/postgres/session.ts";
import { createStandby, followPrimary } from "../../../local/postgres/standby.ts";
import { createServers, type Servers } from "../postgres/servers.ts";

jest.setTimeout(30_000);

const privateAddress = "10.20.0.2";
const password = "correct horse";
const iamRole = "runner@p.iam";
const settings: NodeSettings = { admission: { unencrypted: false, connectorsOnly: false }, parameters: {} };

let servers: Servers;
let issuer: Issuer;
let node: DatabaseNode;

beforeAll(async () => {
  servers = await createServers(201);
  issuer = await createIssuer("cluster");
  node = createNode("one");
  await createDataDirectory(servers.installation, node.dataDirectory);
  await node.start(settings);
  const verifier = await scramVerifier(password);
  await withSession(node.adminLogin, async (session) => {
    await session.query(`ALTER ROLE postgres PASSWORD '${verifier}'`);
    await session.query(`CREATE ROLE "${iamRole}" LOGIN IN ROLE alloydbiamuser`);
  });
});

afterAll(() => servers.stop());

function createNode(id: string, authority: Issuer = issuer): DatabaseNode {
  return new DatabaseNode({
    processes: servers.processes,
    installation: servers.installation,
    issuer: authority,
    loopback: servers.fabric.allocate(id),
    privateAddress,
    dataDirectory: `${servers.installation.directory}/${id}`,
    admitToken: (token) => (token === "good" ? iamRole : undefined),
    admit({ token, authType }) {
      if (token !== "good") return { error: "no such token" };
      return authType === "AUTO_IAM" ? { role: iamRole } : {};
    },
  });
}

const settled = { database: "postgres", password } as const;

function direct(options: pg.ClientConfig, on = node): pg.ClientConfig {
  const ssl = { ca: issuer.certificate };
  return { host: on.loopback, port: 5432, user: "postgres", ssl, ...settled, ...options };
}

async function query(config: pg.ClientConfig, statement: string): Promise<unknown[]> {
  const client = new pg.Client(config);
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(statement);
    return rows;
  } finally {
    await client.end();
  }
}

async function clientTls(by: Issuer, on = node, durationSeconds = 60): Promise<TLSSocket> {
  const { publicKey, privateKey } = await promisify(generateKeyPairSyncLater)();
  const leaf = await by.certifyClient({ publicKey, commonName: "connector", durationSeconds });
  const socket = connect({ host: on.loopback, port: 5433, ca: issuer.certificate, key: privateKey, cert: leaf });
  await once(socket, "secureConnect");
  return socket;
}

function generateKeyPairSyncLater(
  done: (error: Error | null, keys: { readonly publicKey: string; readonly privateKey: string }) => void,
): void {
  const publicKeyEncoding = { type: "pkcs1", format: "pem" } as const;
  const privateKeyEncoding = { type: "pkcs8", format: "pem" } as const;
  done(null, generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding }));
}

async function exchanged(authType: AuthType, token = "good"): Promise<TLSSocket> {
  const socket = await clientTls(issuer);
  socket.write(encodeRequest({ userAgent: "test", authType, token }));
  const { error } = decodeResponse(await readFrame(socket));
  if (error !== undefined) throw new Error(error);
  return socket;
}

/** pg connects the stream that it is given; this one is connected already. */
function through(socket: TLSSocket, options: pg.ClientConfig): pg.ClientConfig {
  const stream = Object.assign(socket, { connect: () => process.nextTick(() => socket.resume().emit("connect")) });
  return { user: "postgres", ...settled, stream: () => stream, ...options };
}

describe("port 5432", () => {
  it("lets postgres in with its password, over TLS 1.3, without superuser rights", async () => {
    const statement =
      "SELECT rolsuper, version FROM pg_roles, pg_stat_ssl WHERE rolname = current_user AND pid = pg_backend_pid()";
    expect(await query(direct({}), statement)).toEqual([{ rolsuper: false, version: "TLSv1.3" }]);
  });

  it.each<[string, pg.ClientConfig, string]>([
    ["a wrong password", { password: "wrong" }, "28P01"],
    ["no password", { password: "" }, "28P01"],
    ["no TLS", { ssl: false }, "28000"],
    ["the superuser by password", { user: "alloydbadmin" }, "28000"],
    ["an IAM role by password", { user: iamRole }, "28000"],
  ])("refuses %s", async (_, options, code) => {
    await expect(query(direct(options), "SELECT 1")).rejects.toMatchObject(
      options.password === "" ? { message: expect.stringContaining("password") } : { code },
    );
  });

  it("refuses the superuser by a certificate of another authority", async () => {
    const foreign = await (await createIssuer("foreign")).issueClient("alloydbadmin");
    const ssl = { ca: issuer.certificate, key: foreign.key, cert: foreign.certificate };
    await expect(query(direct({ user: "alloydbadmin", ssl }), "SELECT 1")).rejects.toThrow();
  });

  it("lets postgres make databases and roles, and tables in the database postgres", async () => {
    await query(direct({}), "CREATE ROLE writer LOGIN");
    await query(direct({}), "CREATE DATABASE made");
    await query(direct({}), "CREATE TABLE made_here (id int)");
    expect(await query(direct({ database: "made" }), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("keeps postgres from becoming a superuser and from reading the server's files", async () => {
    for (const statement of [
      "ALTER ROLE postgres SUPERUSER",
      "SELECT pg_read_file('server.key')",
      "SET ROLE alloydbadmin",
    ]) {
      await expect(query(direct({}), statement)).rejects.toMatchObject({ code: "42501" });
    }
  });
});

describe("port 5432 where tokens are taken for passwords", () => {
  let taking: DatabaseNode;

  beforeAll(async () => {
    taking = createNode("taking");
    await createDataDirectory(servers.installation, taking.dataDirectory);
    await taking.start({ ...settings, admission: { ...settings.admission, tokens: true } });
    const verifier = await scramVerifier(password);
    await withSession(taking.adminLogin, async (session) => {
      await session.query(`ALTER ROLE postgres PASSWORD '${verifier}'`);
      await session.query(`CREATE ROLE "${iamRole}" LOGIN IN ROLE alloydbiamuser`);
      await session.query(`CREATE ROLE "other@p.iam" LOGIN IN ROLE alloydbiamuser`);
    });
  });

  afterAll(() => taking.stop());

  it("lets a principal in with its token", async () => {
    const rows = await query(direct({ user: iamRole, password: "good" }, taking), "SELECT current_user AS me");
    expect(rows).toEqual([{ me: iamRole }]);
  });

  it.each<[string, pg.ClientConfig]>([
    ["a wrong token", { user: iamRole, password: "bad" }],
    ["a token of somebody else", { user: "other@p.iam", password: "good" }],
    ["a token without TLS", { user: iamRole, password: "good", ssl: false }],
  ])("refuses %s", async (_, options) => {
    await expect(query(direct(options, taking), "SELECT 1")).rejects.toMatchObject({ code: "28000" });
  });

  it("asks everybody else for their passwords as ever", async () => {
    expect(await query(direct({}, taking), "SELECT current_user AS me")).toEqual([{ me: "postgres" }]);
    await expect(query(direct({ password: "good" }, taking), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    await expect(query(direct({ user: "alloydbadmin" }, taking), "SELECT 1")).rejects.toMatchObject({ code: "28000" });
    await expect(query(direct({ ssl: false }, taking), "SELECT 1")).rejects.toMatchObject({ code: "28000" });
  });

  it("cuts off its sessions when PostgreSQL ends, and can be started without tokens", async () => {
    const client = new pg.Client(direct({ user: iamRole, password: "good" }, taking));
    client.on("error", () => undefined);
    await client.connect();
    const ended = new Promise<void>((resolve) => client.once("end", resolve));
    process.kill(taking.pid ?? 0, "SIGKILL");
    await ended;
    await taking.stop();
    await taking.start(settings);
    await expect(query(direct({ user: iamRole, password: "good" }, taking), "SELECT 1")).rejects.toThrow();
    expect(await query(direct({}, taking), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

describe("port 5433", () => {
  it("passes a login by password through", async () => {
    const rows = await query(through(await exchanged("DB_NATIVE"), {}), "SELECT current_user AS me");
    expect(rows).toEqual([{ me: "postgres" }]);
  });

  it("passes a wrong password through to its refusal", async () => {
    const socket = await exchanged("DB_NATIVE");
    await expect(query(through(socket, { password: "wrong" }), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("carries more than a packet both ways", async () => {
    const text = "x".repeat(300_000);
    const rows = await query(through(await exchanged("DB_NATIVE"), {}), `SELECT '${text}' AS text`);
    expect(rows).toEqual([{ text }]);
  });

  it("logs the token's principal in as its role, without a password", async () => {
    const config = through(await exchanged("AUTO_IAM"), { user: iamRole, password: undefined });
    expect(await query(config, "SELECT current_user AS me")).toEqual([{ me: iamRole }]);
  });

  it.each(["postgres", "alloydbadmin"])("refuses the token's principal as %s", async (user) => {
    const config = through(await exchanged("AUTO_IAM"), { user });
    await expect(query(config, "SELECT 1")).rejects.toMatchObject({ code: "28000" });
  });

  it.each([iamRole, "alloydbadmin"])("refuses %s by password", async (user) => {
    const config = through(await exchanged("DB_NATIVE"), { user });
    await expect(query(config, "SELECT 1")).rejects.toMatchObject({ code: "28000" });
  });

  it("says why it refuses a token, and ends the connection", async () => {
    await expect(exchanged("DB_NATIVE", "bad")).rejects.toThrow("no such token");
  });

  it("refuses a client whose certificate another cluster issued", async () => {
    const socket = await clientTls(await createIssuer("other cluster"));
    socket.write(encodeRequest({ userAgent: "test", authType: "DB_NATIVE", token: "good" }));
    await expect(readFrame(socket)).rejects.toThrow();
  });

  it("refuses a client whose certificate has expired", async () => {
    const socket = await clientTls(issuer, node, -30);
    socket.write(encodeRequest({ userAgent: "test", authType: "DB_NATIVE", token: "good" }));
    await expect(readFrame(socket)).rejects.toThrow();
  });

  it("refuses TLS below 1.3", async () => {
    const socket = connect({ host: node.loopback, port: 5433, ca: issuer.certificate, maxVersion: "TLSv1.2" });
    await expect(once(socket, "secureConnect")).rejects.toThrow();
  });

  it("answers a request for encryption inside the relay with no", async () => {
    const socket = await exchanged("DB_NATIVE");
    socket.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
    const [answer] = await once(socket.resume(), "data");
    expect(String(answer)).toBe("N");
    socket.destroy();
  });
});

describe("DatabaseNode", () => {
  it("shows both addresses in its certificate", async () => {
    const socket = await clientTls(issuer);
    const names = socket.getPeerX509Certificate()?.subjectAltName;
    socket.destroy();
    expect(names).toContain(privateAddress);
    expect(names).toContain(node.loopback);
  });

  it("lets only connectors in when told so", async () => {
    const guarded = createNode("guarded");
    await createDataDirectory(servers.installation, guarded.dataDirectory);
    await guarded.start({ ...settings, admission: { unencrypted: true, connectorsOnly: true } });
    await expect(query(direct({}, guarded), "SELECT 1")).rejects.toMatchObject({ code: "28000" });
    await guarded.stop();
  });

  it("lets logins without TLS in when told so", async () => {
    const open = createNode("open");
    await createDataDirectory(servers.installation, open.dataDirectory);
    await open.start({ ...settings, admission: { unencrypted: true, connectorsOnly: false } });
    await expect(query(direct({ ssl: false }, open), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    await open.stop();
  });

  it("streams to a standby that reads and does not write", async () => {
    const standby = createNode("standby");
    const source = { login: node.adminLogin, dataDirectory: node.dataDirectory, slot: "pool" };
    await createStandby(source, standby.dataDirectory, servers.installation);
    const parameters = await followPrimary(source, standby.dataDirectory, servers.installation);
    await standby.start({ ...settings, parameters });
    await query(direct({}), "CREATE TABLE streamed AS SELECT 7 AS number");
    const lsn = await query(direct({}), "SELECT pg_current_wal_lsn()::text AS lsn");
    await expect(arrived(standby, lsn)).resolves.toEqual([{ number: 7 }]);
    await expect(query(direct({}, standby), "DELETE FROM streamed")).rejects.toMatchObject({ code: "25006" });
    await standby.stop();
  });

  it("refuses connections on both ports once its server was killed, until it is started again", async () => {
    const pid = node.pid ?? 0;
    const socket = await exchanged("DB_NATIVE");
    process.kill(pid, "SIGKILL");
    await once(socket, "close");
    for (const port of [5432, 5433]) {
      await expect(once(connectTcp({ host: node.loopback, port }), "connect")).rejects.toMatchObject({
        code: "ECONNREFUSED",
      });
    }
    await node.start(settings);
    expect(await query(direct({}), "SELECT count(*)::int AS rows FROM made_here")).toEqual([{ rows: 0 }]);
  });
});

/** Asks until the standby has replayed what the primary had written. */
async function arrived(standby: DatabaseNode, [primary]: unknown[]): Promise<unknown[]> {
  const { lsn } = primary as { readonly lsn: string };
  const statement = `SELECT pg_last_wal_replay_lsn() >= '${lsn}'::pg_lsn AS done`;
  for (;;) {
    const [row] = await query(direct({}, standby), statement);
    if ((row as { readonly done: boolean }).done) return query(direct({}, standby), "SELECT number FROM streamed");
  }
}
