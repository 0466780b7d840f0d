import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import {
  clusterBody,
  done,
  ended,
  get,
  localCloud,
  location,
  main,
  makeNetwork,
  password,
  post,
  primary,
  primaryBody,
  project,
  send,
  sql,
  startCloud,
  stopCloud,
} from "./harness.ts";

jest.setTimeout(60_000);

beforeAll(() => startCloud());

afterAll(stopCloud);

describe("instances", () => {
  it("shows a running instance with an address out of the reserved range", async () => {
    expect(await get(`v1/${primary}`)).toMatchObject({
      state: "READY",
      ipAddress: "192.168.200.2",
      machineConfig: { cpuCount: 2 },
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
    await done(await send("PATCH", `v1/${primary}?updateMask=databaseFlags`, { body }));
    expect(await sql("SHOW work_mem")).toMatchObject({ sqlResults: [{ rows: [{ values: [{ value: "8MB" }] }] }] });
  });

  it("changes the number of CPUs alone, and not against the machine's type", async () => {
    const patch = (body: object) => send("PATCH", `v1/${primary}?updateMask=machineConfig.cpuCount`, { body });
    expect(await done(await patch({ machineConfig: { cpuCount: 4 } }))).toMatchObject({
      machineConfig: { cpuCount: 4 },
    });
    expect((await patch({ machineConfig: { cpuCount: 5 } })).body.error?.status).toBe("INVALID_ARGUMENT");
  });

  it("stops and starts by its activation policy", async () => {
    await done(
      await send("PATCH", `v1/${primary}?updateMask=activationPolicy`, { body: { activationPolicy: "NEVER" } }),
    );
    expect(await get(`v1/${primary}`)).toMatchObject({ state: "STOPPED" });
    expect((await post(`v1/${main}/users?userId=late`, { password })).body.error?.status).toBe("FAILED_PRECONDITION");
    await done(
      await send("PATCH", `v1/${primary}?updateMask=activationPolicy`, { body: { activationPolicy: "ALWAYS" } }),
    );
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

  it("refuses connections after its server was killed, until it is restarted", async () => {
    const { sqlResults } = await sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
    const checkpointer = (sqlResults as { rows: { values: { value: string }[] }[] }[])[0]?.rows[0]?.values[0]?.value;
    const server = Number(execFileSync("ps", ["-o", "ppid=", "-p", String(checkpointer)], { encoding: "utf8" }));
    const { ipAddress } = await get(`v1alpha/${primary}/connectionInfo`);
    const session = connect({ host: String(ipAddress), port: 5432 });
    await once(session, "connect");
    // How a killed server's connections end, reset or closed, is up to the moment.
    session.on("error", () => undefined);
    const ended = new Promise((resolve) => session.resume().once("close", resolve));
    process.kill(server, "SIGKILL");
    await ended;
    await refusal(String(ipAddress), 5433);
    expect((await send("POST", `v1/${primary}:executeSql`, { body: query })).body.error?.status).toBe(
      "FAILED_PRECONDITION",
    );
    await done(await post(`v1/${primary}:restart`));
    expect(await sql("SELECT 1")).toMatchObject({ metadata: { status: "OK" } });
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

describe("a change that is done", () => {
  it.each([
    ["an instance", primary],
    ["a cluster", main],
  ])("leaves %s READY, and reconciling for some moments more", async (_, name) => {
    const changed = await send("PATCH", `v1/${name}?updateMask=displayName`, { body: { displayName: "settling" } });
    const { response } = await ended(changed);
    expect(response).toMatchObject({ state: "READY", reconciling: true, displayName: "settling" });
    await localCloud().cloud.clock.advance(60_000);
    const settled = await get(`v1/${name}`);
    expect(settled).toMatchObject({ state: "READY", displayName: "settling" });
    expect(settled.reconciling ?? false).toBe(false);
  });
});

describe("planned limits", () => {
  const pool = { instanceType: "READ_POOL", readPoolConfig: { nodeCount: 2 }, machineConfig: { cpuCount: 2 } };
  const exceeded = (metric: string) => ({
    status: 429,
    body: { error: { status: "RESOURCE_EXHAUSTED", message: expect.stringContaining(`Quota limit '${metric}'`) } },
  });

  afterEach(() => localCloud().faults.clear());

  it("count CPUs wherever an instance comes into being or grows", async () => {
    localCloud().faults.addLimit({ project: "*", metric: "CPUsPerProjectPerRegion", limit: 4 });
    const refused = exceeded("CPUsPerProjectPerRegion");
    const grown = { machineConfig: { cpuCount: 8 } };
    const poolName = `${main}/instances/pool-beyond`;
    expect(await post(`v1/${main}/instances?instanceId=pool-beyond`, pool)).toMatchObject(refused);
    expect(await send("PATCH", `v1/${poolName}?allowMissing=true`, { body: pool })).toMatchObject(refused);
    expect(await send("PATCH", `v1/${primary}?updateMask=machineConfig`, { body: grown })).toMatchObject(refused);
  });

  it("let be what is beyond them already as long as it does not grow", async () => {
    localCloud().faults.addLimit({ project: "*", metric: "CPUsPerProjectPerRegion", limit: 1 });
    const body = { displayName: "beyond" };
    await done(await send("PATCH", `v1/${primary}?updateMask=displayName`, { body }));
    expect(await get(`v1/${primary}`)).toMatchObject(body);
  });

  it("count clusters, also those that an update creates", async () => {
    localCloud().faults.addLimit({ project: "*", metric: "ClustersPerProjectPerRegion", limit: 1 });
    const refused = exceeded("ClustersPerProjectPerRegion");
    const second = `${location}/clusters/second`;
    expect(await post(`v1alpha/${location}/clusters?clusterId=second`, clusterBody)).toMatchObject(refused);
    expect(await send("PATCH", `v1/${second}?allowMissing=true`, { body: clusterBody })).toMatchObject(refused);
    expect((await send("GET", `v1/${second}`)).status).toBe(404);
    localCloud().faults.clear();
    localCloud().faults.addLimit({ project: "*", metric: "ClustersPerProjectPerRegion", limit: 2 });
    const ids = ["one-more", "too-many"];
    const answers = await Promise.all(ids.map((id) => post(`v1/${location}/clusters?clusterId=${id}`, clusterBody)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429]);
    for (const answer of answers.filter(({ status }) => status === 200)) await done(answer);
  });
});

const query = { database: "postgres", user: "postgres", password, sqlStatement: "SELECT 1" };

/** Resolves once nobody listens at a port any more: its end follows that of the server by moments. */
async function refusal(host: string, port: number): Promise<void> {
  for (;;) {
    const attempt = connect({ host, port });
    const isRefused = await once(attempt, "connect").then(
      () => false,
      () => true,
    );
    attempt.destroy();
    if (isRefused) return;
  }
}
