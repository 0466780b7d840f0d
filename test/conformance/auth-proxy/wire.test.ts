import "reflect-metadata";
import { generateKeyPair, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import * as x509 from "@peculiar/x509";
import pg from "pg";
import type { KeyPair } from "../../../local/certificate.ts";
import { createIssuer, openIssuer } from "../../../local/postgres/authority.ts";
import {
  done,
  get,
  localCloud,
  main,
  password,
  post,
  primary,
  project,
  send,
  startCloud,
  stopCloud,
} from "../../local/alloydb/harness.ts";

jest.setTimeout(120_000);

const account = `runner@${project}.iam.gserviceaccount.com`;
const role = `runner@${project}.iam`;
/** What the Go proxy 1.x calls itself in the exchange. */
const userAgent = "alloydb-auth-proxy/1.13.0+container alloydb-go-connector/1.15.0";

interface Keys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** The connector's whole state: its key, its certificates, and where the instance is. */
interface Connector extends Keys {
  readonly ipAddress: string;
  readonly caCert: string;
  readonly chain: readonly string[];
}

let keys: Keys;
let connector: Connector;

beforeAll(async () => {
  await startCloud();
  keys = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "pkcs1", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  connector = await fetchConnector("v1alpha");
  await post(`v1/projects/${project}/serviceAccounts`, { accountId: "runner" }, { host: "iam.googleapis.com" });
  await post(`v1/${main}/users?userId=${role}`, { userType: "ALLOYDB_IAM_USER" });
});

afterAll(stopCloud);

/** Both requests as the generated client of the Go connector sends them over REST, at the same time. */
async function fetchConnector(version: string, token = "owner", useMetadataExchange = true): Promise<Connector> {
  const base = `${localCloud().url}/alloydb.googleapis.com/${version}`;
  const query = "%24alt=json%3Benum-encoding%3Dint";
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "x-goog-api-client": "gl-go/1.23.4 gapic/1.0 gax/2.14.1 rest/UNKNOWN",
  };
  const body = `{"parent":"${main}", "certDuration":"3600s", "publicKey":${JSON.stringify(keys.publicKey)}, "useMetadataExchange":${useMetadataExchange}}`;
  const answers = await Promise.all([
    fetch(`${base}/${primary}/connectionInfo?${query}`, {
      headers: { ...headers, "x-goog-request-params": `parent=${encodeURIComponent(primary)}` },
    }),
    fetch(`${base}/${main}:generateClientCertificate?${query}`, { method: "POST", headers, body }),
  ]);
  const bodies = await Promise.all(answers.map((answer) => answer.json()));
  if (!answers.every(({ ok }) => ok)) throw new Error(JSON.stringify(bodies));
  const [info, certificate] = bodies as [{ ipAddress: string }, { caCert: string; pemCertificateChain: string[] }];
  return { ...keys, ipAddress: info.ipAddress, caCert: certificate.caCert, chain: certificate.pemCertificateChain };
}

/** Mutual TLS to port 5433, with the IP address for a server name. */
async function dial(from: Partial<Connector> & { readonly maxVersion?: "TLSv1.2" } = {}): Promise<TLSSocket> {
  const { ipAddress, caCert, chain, privateKey, ...rest } = { ...connector, ...from };
  const { maxVersion } = from;
  const socket = connect({
    ...{ host: ipAddress, port: 5433, ca: caCert, noDelay: true },
    ...(maxVersion ? { maxVersion } : {}),
    ...(rest.publicKey === "" ? {} : { cert: chain.join(""), key: privateKey }),
  });
  await once(socket, "secureConnect");
  return socket;
}

/** The bytes of `MetadataExchangeRequest` as Go's protobuf writes them: fields in order, lengths of two bytes as varints. */
function requestBytes(authType: 1 | 2, token: string): Buffer {
  const field = (tag: number, value: string) => {
    const { length } = Buffer.from(value);
    return Buffer.concat([
      Buffer.from(length < 128 ? [tag, length] : [tag, (length & 127) | 128, length >> 7]),
      Buffer.from(value),
    ]);
  };
  const body = Buffer.concat([field(0x0a, userAgent), Buffer.from([0x10, authType]), field(0x1a, token)]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** What the instance answers in its first write, which the Go client takes with two single reads. */
async function exchange(socket: TLSSocket, authType: 1 | 2, token = "owner"): Promise<Buffer> {
  const cut = once(socket, "close").then(() => {
    throw new Error("the instance hung up");
  });
  socket.write(requestBytes(authType, token));
  const [answer] = (await Promise.race([once(socket, "data"), cut])) as [Buffer];
  cut.catch(() => undefined);
  socket.pause();
  return answer;
}

/** A PostgreSQL client over a socket behind the exchange, speaking as the proxy's own clients do: without TLS. */
async function login(socket: TLSSocket, user = "postgres", secret = password): Promise<pg.Client> {
  const stream = Object.assign(socket, { connect: () => process.nextTick(() => socket.resume().emit("connect")) });
  const client = new pg.Client({ user, password: secret, database: "postgres", stream: () => stream });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function open(): Promise<pg.Client> {
  const socket = await dial();
  const answer = await exchange(socket, 1);
  expect(answer.toString("hex")).toBe("000000020801");
  return login(socket);
}

async function refusal(socket: TLSSocket, authType: 1 | 2, token: string): Promise<string> {
  const answer = await exchange(socket, authType, token);
  expect(answer.readUInt32BE(0)).toBe(answer.length - 4);
  // 1: response_code = ERROR (2), then 2: error.
  expect(answer.subarray(4, 7).toString("hex")).toBe("080212");
  const ended = once(socket.resume(), "end");
  await ended;
  return answer.toString("utf8").slice(answer.toString("utf8").indexOf("\u0012") + 2);
}

const grant = async (...roles: string[]) => {
  const { access, clock } = localCloud().cloud;
  const resource = `//cloudresourcemanager.googleapis.com/projects/${project}`;
  const bindings = roles.map((name) => ({ role: name, members: [`serviceAccount:${account}`] }));
  access.setPolicy(resource, { ...access.getPolicy(resource), bindings });
  await clock.advance(3600_000);
};

function accountToken(lifetimeSeconds?: number): string {
  const { tokens, store } = localCloud().cloud;
  const { uniqueId = "" } = store.collection<{ uniqueId: string }>("iam.serviceAccounts").get(account) ?? {};
  const identity = { principal: { kind: "serviceAccount", email: account, uniqueId } } as const;
  return tokens.accessToken(identity, { lifetimeSeconds }).token;
}

async function patchInstance(body: object, mask: string): Promise<void> {
  await done(await send("PATCH", `v1/${primary}?updateMask=${mask}`, { body }));
}

/** A login to port 5432 without any connector. */
async function direct(user: string, secret: string, ssl: object | false = { ca: connector.caCert }): Promise<unknown> {
  const client = new pg.Client({ host: connector.ipAddress, user, password: secret, database: "postgres", ssl });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query("SELECT current_user AS me")).rows[0].me;
  } finally {
    await client.end();
  }
}

describe("the two requests of a connector", () => {
  it.each(["v1alpha", "v1beta", "v1"])("are answered under %s", async (version) => {
    const { ipAddress, caCert, chain } = await fetchConnector(version);
    expect(ipAddress).toBe(connector.ipAddress);
    expect(chain).toHaveLength(3);
    const leaf = new X509Certificate(chain[0] ?? "");
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    const { usages } = new x509.X509Certificate(chain[0] ?? "").getExtension(x509.KeyUsagesExtension) ?? {};
    expect(usages).toBe(x509.KeyUsageFlags.digitalSignature);
    expect(chain[2]).toBe(caCert);
    expect(leaf.validToDate.getTime() - Date.now()).toBeLessThanOrEqual(3600_000);
  });

  it("are refused to whoever lacks the permission, in Google's words", async () => {
    await expect(fetchConnector("v1alpha", "user:nobody@example.com")).rejects.toThrow(/PERMISSION_DENIED/);
  });
});

describe("a connection to port 5433", () => {
  it("shows a certificate for the address that was dialled, over TLS 1.3", async () => {
    const socket = await dial();
    expect(socket.getProtocol()).toBe("TLSv1.3");
    const names = socket.getPeerX509Certificate()?.subjectAltName;
    expect(names).toContain(`IP Address:${connector.ipAddress}`);
    expect(names).toContain(`IP Address:${String((await get(`v1/${primary}`)).ipAddress)}`);
    socket.destroy();
  });

  it("reaches PostgreSQL behind the exchange", async () => {
    const client = await open();
    expect((await client.query("SELECT current_user AS me")).rows).toEqual([{ me: "postgres" }]);
    await client.end();
  });

  it("takes an exchange that arrives byte by byte, with the startup right behind it", async () => {
    const socket = await dial();
    for (const byte of requestBytes(1, "owner")) socket.write(Buffer.from([byte]));
    const [answer] = (await once(socket, "data")) as [Buffer];
    socket.pause();
    expect(answer.toString("hex")).toBe("000000020801");
    await (await login(socket)).end();
  });

  it("is refused below TLS 1.3", async () => {
    await expect(dial({ maxVersion: "TLSv1.2" })).rejects.toThrow();
  });

  it("is refused without a certificate, and with one of another authority", async () => {
    const foreign = await (await createIssuer("foreign")).certifyClient({
      publicKey: keys.publicKey,
      commonName: "connector",
      durationSeconds: 3600,
    });
    for (const part of [{ publicKey: "" }, { chain: [foreign] }]) {
      await expect(dial(part).then((socket) => exchange(socket, 1))).rejects.toThrow();
    }
  });

  it("is refused with a certificate that has expired", async () => {
    const kept = localCloud().cloud.store.collection<{ clients: KeyPair }>("alloydb.authorities").get(main);
    if (!kept) throw new Error("the cluster has no authorities");
    const issuer = await openIssuer(kept.clients);
    const { publicKey } = keys;
    const certify = (durationSeconds: number) =>
      issuer.certifyClient({ publicKey, commonName: "alloydb-connector", durationSeconds });
    const [valid, expired] = await Promise.all([certify(60), certify(-1)]);
    const attempt = (leaf: string) =>
      dial({ chain: [leaf, ...connector.chain.slice(1)] }).then((socket) => exchange(socket, 1));
    expect((await attempt(valid)).toString("hex")).toBe("000000020801");
    await expect(attempt(expired)).rejects.toThrow();
  });

  it("is cut off before TLS when the instance stops, which does not wait for it", async () => {
    const idle = connectTcp({ host: connector.ipAddress, port: 5433 });
    await once(idle, "connect");
    const gone = once(idle.resume(), "close");
    await done(await post(`v1/${primary}:restart`, {}));
    await gone;
  });

  it("goes on over a refresh of the connector's certificate", async () => {
    const client = await open();
    const before = connector;
    connector = await fetchConnector("v1alpha");
    expect(connector.chain[0]).not.toBe(before.chain[0]);
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it("is one of 200 at once", async () => {
    const clients = await Promise.all(Array.from({ length: 200 }, open));
    const answers = await Promise.all(clients.map((client) => client.query("SELECT pg_backend_pid() AS pid")));
    expect(new Set(answers.map(({ rows }) => rows[0].pid)).size).toBe(200);
    await Promise.all(clients.map((client) => client.end()));
  });
});

describe("a refusal in the exchange", () => {
  it("names the missing permission", async () => {
    const text = await refusal(await dial(), 1, "user:nobody@example.com");
    expect(text).toContain(`Possibly missing permission alloydb.instances.connect on resource ${primary}`);
  });

  it.each([
    ["no token", ""],
    ["a token that nobody was given", "ya29.unknown"],
  ])("says so of %s", async (_, token) => {
    expect(await refusal(await dial(), 1, token)).toContain("authentication credential");
  });

  it("says so of a token that has expired", async () => {
    await grant("roles/alloydb.client");
    const token = accountToken(-1);
    expect(await refusal(await dial(), 1, token)).toContain("authentication credential");
  });

  it("names the flag without which principals do not log in", async () => {
    expect(await refusal(await dial(), 2, "owner")).toContain("alloydb.iam_authentication");
  });
});

describe("an instance that lets principals log in", () => {
  beforeAll(() => patchInstance({ databaseFlags: { "alloydb.iam_authentication": "on" } }, "databaseFlags"));

  it("logs the token's principal in through the exchange, once it may", async () => {
    await grant("roles/alloydb.client");
    expect(await refusal(await dial(), 2, accountToken())).toContain("alloydb.users.login");
    await grant("roles/alloydb.client", "roles/alloydb.databaseUser");
    const socket = await dial();
    expect((await exchange(socket, 2, accountToken())).toString("hex")).toBe("000000020801");
    const client = await login(socket, role, "");
    expect((await client.query("SELECT current_user AS me")).rows).toEqual([{ me: role }]);
    await client.end();
  });

  it("takes the token for a password without a connector, of the right principal only", async () => {
    await grant("roles/alloydb.databaseUser");
    expect(await direct(role, accountToken())).toBe(role);
    for (const wrong of ["ya29.unknown", "owner"]) {
      await expect(direct(role, wrong)).rejects.toMatchObject({ code: "28000" });
    }
    await grant();
    await expect(direct(role, accountToken())).rejects.toMatchObject({ code: "28000" });
    expect(await direct("postgres", password)).toBe("postgres");
  });
});

describe("a connection whose certificate was asked for without the exchange, as asyncpg's are", () => {
  let plain: Connector;
  const enter = async (user?: string, secret?: string) =>
    login(await dial(plain), user, secret).then(async (client) => {
      const { rows } = await client.query("SELECT current_user AS me");
      await client.end();
      return rows[0].me;
    });
  beforeAll(async () => {
    plain = await fetchConnector("v1beta", "owner", false);
  });

  it("speaks PostgreSQL at once, with a password", async () => {
    expect(await enter()).toBe("postgres");
    await expect(enter("postgres", "wrong")).rejects.toMatchObject({ code: "28P01" });
  });

  it("logs a principal in with its token for a password", async () => {
    await grant("roles/alloydb.databaseUser");
    expect(await enter(role, accountToken())).toBe(role);
    await expect(enter(role, "owner")).rejects.toMatchObject({ code: "28000" });
    await grant();
    await expect(enter(role, accountToken())).rejects.toMatchObject({ code: "28000" });
  });
});

describe("an instance that requires connectors", () => {
  it("refuses who comes without one, until it does no longer", async () => {
    const require = (requireConnectors: boolean) =>
      patchInstance({ clientConnectionConfig: { requireConnectors } }, "clientConnectionConfig.requireConnectors");
    await require(true);
    await expect(direct("postgres", password)).rejects.toMatchObject({ code: "28000" });
    await (await open()).end();
    await (await login(await dial(await fetchConnector("v1beta", "owner", false)))).end();
    await require(false);
    expect(await direct("postgres", password)).toBe("postgres");
  });

  it("refuses logins without TLS unless its mode allows them", async () => {
    await expect(direct("postgres", password, false)).rejects.toMatchObject({ code: "28000" });
    const sslMode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED";
    await patchInstance({ clientConnectionConfig: { sslConfig: { sslMode } } }, "clientConnectionConfig.sslConfig");
    expect(await direct("postgres", password, false)).toBe("postgres");
    expect(await direct("postgres", password)).toBe("postgres");
  });
});
