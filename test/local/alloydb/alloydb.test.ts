import { generateKeyPairSync, randomUUID, X509Certificate } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import { unreachableAddress } from "../../../local/fabric.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { JsonObject } from "../../../local/json.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";
import { createServiceNetworking } from "../../../local/servicenetworking/service-networking.ts";

jest.setTimeout(60_000);

const project = "test-project";
const location = `projects/${project}/locations/asia-northeast1`;
const network = `projects/${project}/global/networks/my-vpc`;
const main = `${location}/clusters/main`;
const primary = `${main}/instances/primary`;
const password = "s3cret-Password";
const primaryBody = { instanceType: "PRIMARY", availabilityType: "ZONAL", machineConfig: { cpuCount: 2 } };
const clusterBody = { networkConfig: { network }, initialUser: { password } };

let local: LocalCloud;

beforeAll(async () => {
  local = await startLocalCloud({
    project,
    apis: [createAlloyDb, createCompute, createIam, createServiceNetworking],
    seed: "alloydb",
  });
  for (const service of ["alloydb", "compute", "servicenetworking"]) {
    local.cloud.projects.setUsable(project, `${service}.googleapis.com`, true);
  }
  await makeNetwork("my-vpc", "192.168.200.0", 24);
  await done(await post(`v1/${location}/clusters?clusterId=main`, clusterBody));
  await done(await post(`v1/${main}/instances?instanceId=primary`, primaryBody));
});

afterAll(() => local.stop());

interface Answer {
  readonly status: number;
  readonly body: JsonObject & { readonly error?: { readonly status: string; readonly message: string } };
}

async function send(
  method: string,
  path: string,
  body?: object,
  options: { host?: string; token?: string } = {},
): Promise<Answer> {
  const { host = "alloydb.googleapis.com", token = "owner" } = options;
  const response = await fetch(`${local.url}/${host}/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

const get = async (path: string) => (await send("GET", path)).body;
const post = (path: string, body: object = {}) => send("POST", path, body);

/** Reads an operation until it has ended; the clock jumps to that. */
async function ended({ status, body }: Answer, version = "v1"): Promise<Answer["body"]> {
  if (status !== 200) throw new Error(JSON.stringify(body));
  for (;;) {
    const operation = await get(`${version}/${String(body.name)}`);
    if (operation.done) return operation;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function done(answer: Answer): Promise<JsonObject> {
  const { error, response } = await ended(answer);
  if (error) throw new Error(JSON.stringify(error));
  return response as JsonObject;
}

async function compute(path: string, body: object): Promise<void> {
  const host = "compute.googleapis.com";
  const answer = await send("POST", `compute/v1/projects/${project}/global/${path}`, body, { host });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  const name = String(answer.body.name);
  await send("POST", `compute/v1/projects/${project}/global/operations/${name}/wait`, undefined, { host });
}

/** A network, with a private services connection when a range is given. */
async function makeNetwork(name: string, address?: string, prefixLength?: number): Promise<void> {
  await compute("networks", { name, autoCreateSubnetworks: false });
  if (!address) return;
  const path = `projects/${project}/global/networks/${name}`;
  const range = {
    name: `${name}-range`,
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    address,
    prefixLength,
    network: path,
  };
  await compute("addresses", range);
  const host = "servicenetworking.googleapis.com";
  const number = local.cloud.projects.find(project)?.projectNumber;
  const body = { network: `projects/${number}/global/networks/${name}`, reservedPeeringRanges: [range.name] };
  const { body: operation } = await send("POST", `v1/services/${host}/connections`, body, { host });
  for (;;) {
    const present = (await send("GET", `v1/${String(operation.name)}`, undefined, { host })).body;
    if (present.error) throw new Error(JSON.stringify(present.error));
    if (present.done) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await local.cloud.clock.advance(300_000);
}

async function sql(sqlStatement: string, login: object = {}, instance = primary): Promise<JsonObject> {
  return (
    await post(`v1/${instance}:executeSql`, {
      database: "postgres",
      user: "postgres",
      password,
      sqlStatement,
      ...login,
    })
  ).body;
}

describe("clusters", () => {
  it("shows a cluster with its defaults, its network by project number, and no password", async () => {
    const cluster = await get(`v1/${main}`);
    const number = local.cloud.projects.find(project)?.projectNumber;
    const shown = `projects/${number}/global/networks/my-vpc`;
    expect(cluster).toMatchObject({
      name: main,
      state: "READY",
      databaseVersion: "POSTGRES_16",
      network: shown,
      networkConfig: { network: shown },
      automatedBackupPolicy: { enabled: false },
      continuousBackupConfig: { enabled: true, recoveryWindowDays: 14 },
      clusterType: "PRIMARY",
    });
    expect(JSON.stringify(cluster)).not.toContain("initialUser");
  });

  it("keeps no password in the store", () => {
    const kept = ["alloydb.clusters", "alloydb.instances", "alloydb.requests", "operations"].map((name) =>
      local.cloud.store.collection(name).list(),
    );
    expect(JSON.stringify(kept)).toContain("SCRAM-SHA-256$");
    expect(JSON.stringify(kept)).not.toContain(password);
  });

  it("tells in an operation what was done to what, and when it ended", async () => {
    const operation = await ended(await post(`v1/${location}/clusters?clusterId=told`, clusterBody));
    expect(operation).toMatchObject({
      name: expect.stringMatching(`^${location}/operations/`),
      metadata: {
        "@type": "type.googleapis.com/google.cloud.alloydb.v1.OperationMetadata",
        target: `${location}/clusters/told`,
        verb: "create",
        apiVersion: "v1",
        endTime: expect.any(String),
      },
      response: { "@type": "type.googleapis.com/google.cloud.alloydb.v1.Cluster", state: "READY" },
    });
    await done(await send("DELETE", `v1/${location}/clusters/told`));
  });

  it.each<[string, string, object, string]>([
    ["an id in upper case", "clusterId=Main", clusterBody, "INVALID_ARGUMENT"],
    ["an id that is taken", "clusterId=main", clusterBody, "ALREADY_EXISTS"],
    ["no network", "clusterId=x", {}, "INVALID_ARGUMENT"],
    ["a network that does not exist", "clusterId=x", { network: `${network}-not` }, "INVALID_ARGUMENT"],
    ["a network of another form", "clusterId=x", { network: "my-vpc" }, "INVALID_ARGUMENT"],
    [
      "a request id of zeros",
      "clusterId=x&requestId=00000000-0000-0000-0000-000000000000",
      clusterBody,
      "INVALID_ARGUMENT",
    ],
    ["Private Service Connect", "clusterId=x", { pscConfig: { pscEnabled: true } }, "UNIMPLEMENTED"],
  ])("refuses %s", async (_, query, body, status) => {
    expect((await post(`v1/${location}/clusters?${query}`, body)).body.error?.status).toBe(status);
  });

  it("answers 404 with the resource's name for a cluster that does not exist", async () => {
    const { status, body } = await send("GET", `v1/${location}/clusters/none`);
    expect(status).toBe(404);
    expect(body.error?.message).toBe(`Resource '${location}/clusters/none' was not found`);
  });

  it("answers a repeated request id with the same operation", async () => {
    const path = `v1/${location}/clusters?clusterId=twice&requestId=${randomUUID()}`;
    const [first, second] = [await post(path, clusterBody), await post(path, clusterBody)];
    expect(second.body.name).toBe(first.body.name);
    await ended(first);
    await done(await send("DELETE", `v1/${location}/clusters/twice`));
  });

  it("makes nothing when it only validates", async () => {
    await ended(await post(`v1/${location}/clusters?clusterId=dry&validateOnly=true`, clusterBody));
    expect((await send("GET", `v1/${location}/clusters/dry`)).status).toBe(404);
  });

  it("changes what the mask names, and refuses what cannot change", async () => {
    const patched = await done(
      await send("PATCH", `v1/${main}?updateMask=labels`, { labels: { a: "b" }, displayName: "x" }),
    );
    expect(patched).toMatchObject({ labels: { a: "b" }, state: "READY" });
    expect(patched.displayName).toBeUndefined();
    const refused = await send("PATCH", `v1/${main}?updateMask=databaseVersion`, { databaseVersion: "POSTGRES_17" });
    expect(refused.body.error?.status).toBe("INVALID_ARGUMENT");
  });

  it("refuses a change under way and one of another state", async () => {
    local.cloud.clock.pause();
    const first = await send("PATCH", `v1/${main}?updateMask=labels`, { labels: {} });
    const second = await send("PATCH", `v1/${main}?updateMask=labels`, { labels: { c: "d" } });
    local.cloud.clock.resume();
    expect(second).toMatchObject({ status: 409, body: { error: { status: "ABORTED" } } });
    await done(first);
    const stale = await send("DELETE", `v1/${main}?force=true&etag=stale`);
    expect(stale).toMatchObject({ status: 409, body: { error: { status: "ABORTED" } } });
  });

  it("lists clusters of one location and of all", async () => {
    for (const parent of [location, `projects/${project}/locations/-`]) {
      const { clusters } = await get(`v1/${parent}/clusters`);
      expect(clusters).toEqual([expect.objectContaining({ name: main })]);
    }
    expect((await get(`v1/projects/${project}/locations/us-central1/clusters`)).clusters ?? []).toEqual([]);
  });

  it("serves v1beta and v1alpha alike", async () => {
    for (const version of ["v1beta", "v1alpha"]) expect(await get(`${version}/${main}`)).toMatchObject({ name: main });
  });
});

describe("instances", () => {
  it("shows a running instance with an address out of the reserved range", async () => {
    expect(await get(`v1/${primary}`)).toMatchObject({
      state: "READY",
      ipAddress: "192.168.200.2",
      machineConfig: { cpuCount: 2, machineType: "n2-highmem-2" },
      availabilityType: "ZONAL",
      clientConnectionConfig: { sslConfig: { sslMode: "ENCRYPTED_ONLY" } },
      writableNode: { zoneId: expect.stringMatching(/^asia-northeast1-/) },
    });
  });

  it.each<[string, object, string]>([
    ["a second primary", primaryBody, "FAILED_PRECONDITION"],
    ["a secondary", { instanceType: "SECONDARY" }, "INVALID_ARGUMENT"],
    ["a pool without nodes", { instanceType: "READ_POOL" }, "INVALID_ARGUMENT"],
    ["a machine that does not exist", { ...primaryBody, machineConfig: { cpuCount: 3 } }, "INVALID_ARGUMENT"],
    [
      "a machine whose CPUs differ",
      { ...primaryBody, machineConfig: { cpuCount: 4, machineType: "n2-highmem-2" } },
      "INVALID_ARGUMENT",
    ],
    ["a flag that does not exist", { ...primaryBody, databaseFlags: { nope: "on" } }, "INVALID_ARGUMENT"],
    [
      "a zone for two",
      { ...primaryBody, availabilityType: "REGIONAL", gceZone: "asia-northeast1-a" },
      "INVALID_ARGUMENT",
    ],
  ])("refuses %s", async (_, body, status) => {
    expect((await post(`v1/${main}/instances?instanceId=other`, body)).body.error?.status).toBe(status);
  });

  it("demands an active private services connection", async () => {
    await makeNetwork("bare");
    const cluster = `${location}/clusters/bare`;
    await done(
      await post(`v1/${location}/clusters?clusterId=bare`, { network: `projects/${project}/global/networks/bare` }),
    );
    const { status, body } = await post(`v1/${cluster}/instances?instanceId=one`, primaryBody);
    expect({ status, code: body.error?.status }).toEqual({ status: 400, code: "FAILED_PRECONDITION" });
    await done(await send("DELETE", `v1/${cluster}`));
  });

  it("leaves a FAILED instance when no block of addresses is free, which can be deleted", async () => {
    const cluster = `projects/${project}/locations/us-central1/clusters/far`;
    await done(await post(`v1/projects/${project}/locations/us-central1/clusters?clusterId=far`, clusterBody));
    const operation = await ended(await post(`v1/${cluster}/instances?instanceId=one`, primaryBody));
    expect(operation.error?.message).toContain("Couldn't find free blocks in allocated IP ranges");
    expect(await get(`v1/${cluster}/instances/one`)).toMatchObject({ state: "FAILED" });
    expect((await post(`v1/${cluster}/instances?instanceId=one`, primaryBody)).body.error?.status).toBe(
      "ALREADY_EXISTS",
    );
    await done(await send("DELETE", `v1/${cluster}/instances/one`));
    await done(await send("DELETE", `v1/${cluster}`));
  });

  it("applies a database flag and restarts", async () => {
    const body = { databaseFlags: { work_mem: "8192", "alloydb.iam_authentication": "on" } };
    await done(await send("PATCH", `v1/${primary}?updateMask=databaseFlags`, body));
    expect(await sql("SHOW work_mem")).toMatchObject({ sqlResults: [{ rows: [{ values: [{ value: "8MB" }] }] }] });
  });

  it("stops and starts by its activation policy", async () => {
    await done(await send("PATCH", `v1/${primary}?updateMask=activationPolicy`, { activationPolicy: "NEVER" }));
    expect(await get(`v1/${primary}`)).toMatchObject({ state: "STOPPED" });
    expect((await post(`v1/${main}/users?userId=late`, { password })).body.error?.status).toBe("FAILED_PRECONDITION");
    await done(await send("PATCH", `v1/${primary}?updateMask=activationPolicy`, { activationPolicy: "ALWAYS" }));
    expect(await sql("SELECT 1")).toMatchObject({ metadata: { status: "OK" } });
  });

  it("keeps its data over a restart, and fails over only with a standby", async () => {
    await sql("CREATE TABLE kept AS SELECT 5 AS five");
    await done(await post(`v1/${primary}:restart`));
    expect(await sql("SELECT five FROM kept")).toMatchObject({
      sqlResults: [{ rows: [{ values: [{ value: "5" }] }] }],
    });
    expect((await post(`v1/${primary}:failover`)).body.error?.status).toBe("FAILED_PRECONDITION");
  });

  it("reads from a pool what was written to the primary, and guards the primary meanwhile", async () => {
    const pool = `${main}/instances/pool`;
    const body = { instanceType: "READ_POOL", readPoolConfig: { nodeCount: 1 }, machineConfig: { cpuCount: 2 } };
    await done(await post(`v1/${main}/instances?instanceId=pool`, body));
    expect(await get(`v1/${pool}`)).toMatchObject({ ipAddress: "192.168.200.3", nodes: [{ state: "READY" }] });
    expect(await sql("SELECT pg_is_in_recovery()", {}, pool)).toMatchObject({
      sqlResults: [{ rows: [{ values: [{ value: "t" }] }] }],
    });
    expect(await sql("CREATE TABLE refused ()", {}, pool)).toMatchObject({ metadata: { status: "ERROR" } });
    expect((await send("DELETE", `v1/${primary}`)).body.error?.status).toBe("FAILED_PRECONDITION");
    await done(await send("DELETE", `v1/${pool}`));
  });
});

describe("executeSql", () => {
  it("answers columns and rows as text, null marked", async () => {
    const { sqlResults, metadata } = await sql("SELECT 1 AS number, NULL AS nothing, 'x' AS text; SELECT 2 AS second");
    expect(metadata).toMatchObject({ status: "OK" });
    expect(sqlResults).toMatchObject([
      {
        columns: [{ name: "number", type: "INT4" }, { name: "nothing" }, { name: "text" }],
        rows: [{ values: [{ value: "1" }, { nullValue: true }, { value: "x" }] }],
      },
      { rows: [{ values: [{ value: "2" }] }] },
    ]);
  });

  it("tells errors in the metadata of a 200, and undoes the whole batch", async () => {
    const answer = await sql("CREATE TABLE undone (); SELECT 1/0");
    expect(answer).toMatchObject({
      metadata: { status: "ERROR", message: expect.stringContaining("division by zero") },
    });
    expect(await sql("SELECT * FROM undone")).toMatchObject({ metadata: { status: "ERROR" } });
  });

  it("makes a database by a statement alone, and not in a batch", async () => {
    expect(await sql("SELECT 1; CREATE DATABASE batched")).toMatchObject({ metadata: { status: "ERROR" } });
    expect(await sql("CREATE DATABASE alone")).toMatchObject({ metadata: { status: "OK" } });
    const { databases } = await get(`v1/${main}/databases`);
    expect(databases).toContainEqual(expect.objectContaining({ name: `${main}/databases/alone`, charset: "UTF8" }));
  });

  it.each([
    ["a wrong password", { password: "wrong" }],
    ["the superuser", { user: "alloydbadmin" }],
  ])("refuses %s", async (_, login) => {
    expect(await sql("SELECT 1", login)).toMatchObject({ metadata: { status: "ERROR" } });
  });
});

describe("users", () => {
  const user = `${main}/users/app`;

  it("makes a user who logs in with its password, without rights on others' tables", async () => {
    const { body } = await post(`v1/${main}/users?userId=app`, { password: "first" });
    expect(body).toEqual({ name: user, userType: "ALLOYDB_BUILT_IN" });
    await sql("CREATE TABLE mine ()");
    expect(await sql("SELECT current_user", { user: "app", password: "first" })).toMatchObject({
      metadata: { status: "OK" },
    });
    expect(await sql("SELECT * FROM mine", { user: "app", password: "first" })).toMatchObject({
      metadata: { status: "ERROR" },
    });
  });

  it("replaces password and roles of a user that exists", async () => {
    await post(`v1/${main}/users?userId=app`, { password: "second", databaseRoles: ["pg_monitor"] });
    expect(await get(`v1/${user}`)).toMatchObject({ databaseRoles: ["pg_monitor"] });
    expect(await sql("SELECT 1", { user: "app", password: "first" })).toMatchObject({ metadata: { status: "ERROR" } });
    await post(`v1/${main}/users?userId=app`, { databaseRoles: ["alloydbsuperuser"], keepExtraRoles: true });
    expect(await get(`v1/${user}`)).toMatchObject({ databaseRoles: ["alloydbsuperuser", "pg_monitor"] });
    await post(`v1/${main}/users?userId=app`, { databaseRoles: [] });
    expect((await get(`v1/${user}`)).databaseRoles ?? []).toEqual([]);
  });

  it("changes a password by its mask", async () => {
    await send("PATCH", `v1/${user}?updateMask=password`, { password: "third" });
    expect(await sql("SELECT 1", { user: "app", password: "third" })).toMatchObject({ metadata: { status: "OK" } });
  });

  it("makes IAM users, with the role that they log in by", async () => {
    const { body } = await post(`v1/${main}/users?userId=runner@${project}.iam`, { userType: "ALLOYDB_IAM_USER" });
    expect(body).toMatchObject({ databaseRoles: ["alloydbiamuser"], userType: "ALLOYDB_IAM_USER" });
  });

  it.each<[string, string, object, string]>([
    ["a built-in user without a password", "bare", {}, "INVALID_ARGUMENT"],
    ["an IAM user with one", "a@example.com", { userType: "ALLOYDB_IAM_USER", password }, "INVALID_ARGUMENT"],
    [
      "a service account's whole e-mail",
      "a@p.iam.gserviceaccount.com",
      { userType: "ALLOYDB_IAM_USER" },
      "INVALID_ARGUMENT",
    ],
    ["a role that does not exist", "b", { password, databaseRoles: ["none"] }, "INVALID_ARGUMENT"],
    ["the superuser's role", "b", { password, databaseRoles: ["alloydbadmin"] }, "INVALID_ARGUMENT"],
    ["a reserved name", "alloydbadmin", { password }, "INVALID_ARGUMENT"],
  ])("refuses %s", async (_, id, body, status) => {
    expect((await post(`v1/${main}/users?userId=${id}`, body)).body.error?.status).toBe(status);
  });

  it("lists users without the machinery's, and deletes them", async () => {
    const { users } = await get(`v1/${main}/users`);
    expect((users as { name: string }[]).map(({ name }) => name.split("/").at(-1))).toEqual([
      "app",
      "postgres",
      `runner@${project}.iam`,
    ]);
    expect((await send("DELETE", `v1/${user}`)).status).toBe(200);
    const { status, body } = await send("GET", `v1/${user}`);
    expect({ status, message: body.error?.message }).toEqual({ status: 404, message: "user app does not exist" });
  });
});

describe("connectors", () => {
  it("issues a certificate for a key, with the authorities behind it", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const body = {
      publicKey: publicKey.export({ type: "pkcs1", format: "pem" }),
      certDuration: "3600s",
      useMetadataExchange: true,
    };
    const answer = (await post(`v1alpha/${main}:generateClientCertificate`, body)).body;
    const [leaf, intermediate, root] = (answer.pemCertificateChain as string[]).map((pem) => new X509Certificate(pem));
    expect(leaf?.publicKey.equals(publicKey)).toBe(true);
    expect(leaf?.verify(intermediate?.publicKey as never)).toBe(true);
    expect(intermediate?.verify(root?.publicKey as never)).toBe(true);
    expect(root?.toString()).toBe(String(answer.caCert));
  });

  it("gives a caller without a workload the address of this machine, where both ports are open", async () => {
    const { ipAddress, instanceUid } = await get(`v1alpha/${primary}/connectionInfo`);
    expect(instanceUid).toBe((await get(`v1/${primary}`)).uid);
    for (const port of [5432, 5433]) {
      const socket = connect({ host: String(ipAddress), port });
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      socket.destroy();
    }
  });

  it("gives a workload the address as its network reaches it", async () => {
    const { tokens, fabric } = local.cloud;
    const principal = { kind: "owner", email: "owner@example.com" } as const;
    fabric.register({ name: "inside", address: "127.1.1.1", network });
    fabric.register({ name: "outside", address: "127.1.1.2" });
    const asked = async (workload: string) => {
      const { token } = tokens.accessToken({ principal, workload });
      const path = `v1alpha/${primary}/connectionInfo`;
      return (await send("GET", path, undefined, { token })).body.ipAddress;
    };
    expect(await asked("inside")).toBe((await get(`v1alpha/${primary}/connectionInfo`)).ipAddress);
    expect(await asked("outside")).toBe(unreachableAddress);
  });

  it("demands permission", async () => {
    const { status } = await send("GET", `v1alpha/${primary}/connectionInfo`, undefined, {
      token: "user:nobody@example.com",
    });
    expect(status).toBe(403);
  });
});

describe("the end of a cluster", () => {
  it("needs force while it has instances, then holds the connection for a while", async () => {
    expect((await send("DELETE", `v1/${main}`)).body.error?.status).toBe("FAILED_PRECONDITION");
    const holds = local.cloud.store.collection<{ network: string; releaseTime?: number }>("servicenetworking.holds");
    expect(holds.get(`${network}/${main}`)).toEqual({ network });
    const { ipAddress } = await get(`v1alpha/${primary}/connectionInfo`);
    await done(await send("DELETE", `v1/${main}?force=true`));
    expect((await send("GET", `v1/${main}`)).status).toBe(404);
    expect((await send("GET", `v1/${primary}`)).status).toBe(404);
    const socket = connect({ host: String(ipAddress), port: 5432 });
    await expect(
      new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject)),
    ).rejects.toThrow();
    const hold = holds.get(`${network}/${main}`);
    expect(hold?.releaseTime).toBeGreaterThan(local.cloud.clock.now());
    await local.cloud.clock.advance(3 * 3600_000);
    expect(holds.get(`${network}/${main}`)).toBeUndefined();
  });
});
