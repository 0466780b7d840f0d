import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import type { ClusterRecord, InstanceRecord } from "../../../local/alloydb/records.ts";
import type { Api } from "../../../local/api.ts";
import type { Cloud } from "../../../local/cloud.ts";
import { ApiError } from "../../../local/error.ts";
import { rest } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";
import { clusterInput, type Database, instanceInput, ownership, startDatabase } from "./database.ts";

const createCluster = "google.cloud.alloydb.v1.AlloyDBAdmin.CreateCluster";
const listInstances = "google.cloud.alloydb.v1.AlloyDBAdmin.ListInstances";
jest.setTimeout(60_000);

let database: Database;
let sent: string[];
let lists = 0;
let refusals = 0;

/** AlloyDB, but a cluster may be refused as it is without private services access, and it is noted what is asked. */
function createWatchedAlloyDb(cloud: Cloud): Api {
  const api = createAlloyDb(cloud);
  const handlerOf = (method: string) => {
    const handler = api.methods[method];
    if (!handler) throw new Error(`the local AlloyDB does not serve ${method}`);
    return handler;
  };
  const create: Api["methods"][string] = (request, call) => {
    sent.push(JSON.stringify(request));
    refusals -= 1;
    if (refusals >= 0) throw new ApiError({ code: "FAILED_PRECONDITION", message: "no private services connection" });
    return handlerOf(createCluster)(request, call);
  };
  const list: Api["methods"][string] = (request, call) => {
    lists += 1;
    return handlerOf(listInstances)(request, call);
  };
  return { ...api, methods: { ...api.methods, [createCluster]: create, [listInstances]: list } };
}

beforeAll(async () => {
  sent = [];
  database = await startDatabase({ alloydb: createWatchedAlloyDb });
}, 60_000);
afterAll(() => database.stop());

const read = (name: string) => rest(database.local, `GET alloydb.googleapis.com/v1/${name}`);

/** The newest password in a secret, as nobody but the test gets to see it. */
async function passwordOf(secret: string): Promise<string> {
  const answer = await rest(database.local, `GET secretmanager.googleapis.com/v1/${secret}/versions/latest:access`);
  const payload = answer.body.payload as { readonly data: string };
  return Buffer.from(payload.data, "base64").toString();
}

describe("cluster", () => {
  const input = clusterInput("one");

  it("plans what it will create, with its cost", async () => {
    const { body } = await database.steps.ask("cluster", { action: "plan", input });
    expect(body.changes).toMatchObject([{ action: "create", resource: input.cluster, effects: { dataLoss: false } }]);
    expect((await read(input.cluster)).status).toBe(404);
  });

  it("creates the cluster with backups off and tells under which version its password is kept", async () => {
    const { output, changes } = await database.steps.carryOut("cluster", { input });
    expect(output).toEqual({ cluster: input.cluster, adminVersion: `${input.adminSecret}/versions/1` });
    expect(changes).toEqual([`create ${input.cluster}`]);
    expect((await read(input.cluster)).body).toMatchObject({
      state: "READY",
      databaseVersion: "POSTGRES_16",
      labels: ownership.labels,
      automatedBackupPolicy: {},
      continuousBackupConfig: {},
    });
  });

  it("sends the password that the secret keeps, and never answers it", async () => {
    const password = await passwordOf(input.adminSecret);
    expect(sent.join()).toContain(password);
    const answers = [
      await database.steps.ask("cluster", { input }),
      await database.steps.ask("cluster", { action: "plan", input }),
    ];
    expect(JSON.stringify(answers)).not.toContain(password);
  });

  it("changes nothing the second time", async () => {
    await expect(database.steps.carryOut("cluster", { input })).resolves.toMatchObject({ changes: [], reasons: [] });
    expect((await database.steps.ask("cluster", { action: "plan", input })).body.changes).toEqual([]);
  });

  it("puts back labels that somebody took away, and leaves those of others", async () => {
    const relabelled = { ...input, ownership: { ...ownership, labels: { ...ownership.labels, team: "data" } } };
    const { changes } = await database.steps.carryOut("cluster", { input: relabelled });
    expect(changes).toEqual([`update ${input.cluster}`]);
    await expect(database.steps.carryOut("cluster", { input })).resolves.toMatchObject({ changes: [] });
    expect((await read(input.cluster)).body.labels).toEqual({ ...ownership.labels, team: "data" });
  });

  it("refuses to change what a cluster was created with", async () => {
    const { status, body } = await database.steps.ask("cluster", { input: { ...input, version: "POSTGRES_17" } });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain("has version POSTGRES_16 and cannot change to POSTGRES_17");
  });

  it("asks again when Google wants the peering first, and keeps one password through it all", async () => {
    refusals = 2;
    const other = clusterInput("early");
    const { output, reasons } = await database.steps.carryOut("cluster", { input: other });
    const waits = `${other.cluster} waits for peering: no private services connection`;
    expect(reasons.slice(0, 2)).toEqual([waits, waits]);
    expect(output.adminVersion).toBe(`${input.adminSecret}/versions/1`);
  });

  it("creates nothing again after a failed operation until the network is connected", async () => {
    const other = clusterInput("unconnected");
    const failures = [{ name: "operations/1", code: 9, message: "no private services access" }];
    const before = sent.length;
    const first = await database.steps.ask("cluster", { input: other, failures });
    expect(first.body).toMatchObject({
      state: "pending",
      reason: expect.stringContaining("no private services access"),
    });
    await database.steps.ask("cluster", { input: other, failedOperations: 1 });
    expect(sent).toHaveLength(before);
  });

  it("ends with the operation's error when three have failed in a run", async () => {
    const failures = [{ name: "operations/3", code: 9, message: "the last word" }];
    const { status, body } = await database.steps.ask("cluster", { input, failures, failedOperations: 3 });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ message: expect.stringContaining("the last word") });
  });

  it("gives Google's own refusal when the network is connected", async () => {
    await database.connect();
    refusals = 1;
    const { status, body } = await database.steps.ask("cluster", { input: clusterInput("refused") });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      message: expect.stringContaining("no private services connection"),
      details: [expect.objectContaining({ metadata: expect.objectContaining({ retryable: "true" }) })],
    });
  });

  it("deletes what a failed creation left and creates it anew", async () => {
    const failed = clusterInput("failed");
    await database.steps.carryOut("cluster", { input: failed });
    const clusters = database.local.cloud.store.collection<ClusterRecord>("alloydb.clusters");
    const record = clusters.get(failed.cluster);
    if (!record) throw new Error("the cluster is not in the store");
    clusters.put(failed.cluster, { ...record, resource: { ...record.resource, state: "FAILED" } });
    const { changes } = await database.steps.carryOut("cluster", { input: failed });
    expect(changes).toEqual([`delete ${failed.cluster}`, `create ${failed.cluster}`]);
  });

  it("refuses a cluster of another environment by name, and removes none but its own", async () => {
    const foreign = { ...input, ownership: { ...ownership, environment: "other" } };
    const refused = await database.steps.ask("cluster", { input: foreign });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain(`${input.cluster} exists and belongs to`);
    expect(await database.steps.planRemoval("cluster", foreign)).toEqual({});
    await expect(database.steps.carryOut("cluster", { action: "remove", input: foreign })).resolves.toMatchObject({
      changes: [],
    });
    expect((await read(input.cluster)).status).toBe(200);
  });

  it("makes the cluster of another generation beside the first, with the same password", async () => {
    const run = { clusterGeneration: 2 };
    const planned = await database.steps.ask("cluster", { action: "plan", input, run });
    expect(planned.body.changes).toMatchObject([{ action: "create", resource: `${input.cluster}-g2` }]);
    const { output, changes } = await database.steps.carryOut("cluster", { input, run });
    expect(changes).toEqual([`create ${input.cluster}-g2`]);
    expect(output).toEqual({ cluster: `${input.cluster}-g2`, adminVersion: `${input.adminSecret}/versions/1` });
    expect((await read(input.cluster)).body).toMatchObject({ state: "READY" });
  });

  it("stays with an instance of somebody else's, says who removes it, and goes when that is gone", async () => {
    const create = `POST alloydb.googleapis.com/v1/${input.cluster}/instances?instanceId=`;
    const machineConfig = { cpuCount: 2 };
    const own = { instanceType: "PRIMARY", labels: ownership.labels, machineConfig };
    await operate(database.local, `${create}primary`, { body: own });
    const theirs = { instanceType: "READ_POOL", labels: { team: "analytics" }, machineConfig };
    const body = { ...theirs, readPoolConfig: { nodeCount: 1 } };
    await operate(database.local, `${create}analytics-pool`, { body });
    const pool = `${input.cluster}/instances/analytics-pool`;
    const primary = instanceInput("one");
    const run = { action: "down" } as const;
    const asked = [
      await database.steps.ask("instance", { action: "plan", input: primary, run }),
      await database.steps.ask("instance", { action: "remove", input: primary }),
      await database.steps.ask("cluster", { action: "plan", input, run }),
      await database.steps.ask("cluster", { action: "remove", input }),
    ].map(({ body }) => body);
    const stays = expect.stringMatching(
      /analytics-pool is not of .*`gcloud alloydb instances delete analytics-pool --cluster=one /,
    );
    const [planned, removed] = [
      { changes: [{ action: "none", fields: [{ path: "kept", to: stays }] }] },
      { held: true, reason: stays },
    ];
    expect(asked.slice(0, 3)).toMatchObject([
      planned,
      removed,
      { changes: [planned.changes[0], { action: "delete" }] },
    ]);
    // The second generation, which nobody else uses, goes before the first one is waited for.
    expect(asked[3]).toMatchObject({
      state: "pending",
      changes: [{ action: "delete", resource: `${input.cluster}-g2` }],
    });
    for (const name of [pool, primary.instance]) expect((await read(name)).body).toMatchObject({ state: "READY" });
    await operate(database.local, `DELETE alloydb.googleapis.com/v1/${pool}`);
    await database.steps.carryOut("instance", { action: "remove", input: primary });
    await database.steps.carryOut("cluster", { input, run: { clusterGeneration: 2 } });
  });

  describe("with databases", () => {
    const primary = instanceInput("one");
    const run = { action: "down", begun: { database: 2, spent: [], names: ["mydb", "older"] } } as const;
    const all = { action: "down", begun: { ...run.begun, names: [...run.begun.names, "analytics"] } } as const;
    const staying = (to: unknown) => ({ action: "none", fields: [{ path: "kept", to }] });
    const ask = (step: "cluster" | "instance", action: "plan" | "remove", of: object = run) =>
      database.steps.ask(step, { action, input: step === "cluster" ? input : primary, run: of });

    /** Starts or stops the primary, as a person does by hand. */
    async function activate(activationPolicy: "ALWAYS" | "NEVER"): Promise<void> {
      const target = `PATCH alloydb.googleapis.com/v1/${primary.instance}?updateMask=activationPolicy`;
      await operate(database.local, target, { body: { activationPolicy } });
    }

    /** Has the primary tell another state, until the function that it gives is called. */
    function inState(state: NonNullable<InstanceRecord["resource"]["state"]>): () => void {
      const instances = database.local.cloud.store.collection<InstanceRecord>("alloydb.instances");
      const record = instances.get(primary.instance);
      if (!record) throw new Error("the primary is not in the store");
      instances.put(primary.instance, { ...record, resource: { ...record.resource, state } });
      return () => instances.put(primary.instance, record);
    }

    it("stays with its primary while somebody else's is in it, and says what goes on", async () => {
      const body = {
        instanceType: "PRIMARY",
        availabilityType: "ZONAL",
        labels: ownership.labels,
        machineConfig: { cpuCount: 2 },
      };
      await operate(database.local, `POST alloydb.googleapis.com/v1/${input.cluster}/instances?instanceId=primary`, {
        body,
      });
      for (const id of ["mydb", "mydb_g2", "older", "analytics"]) {
        const url = `alloydb.googleapis.com/v1beta/${input.cluster}/databases?databaseId=${id}`;
        await rest(database.local, `POST ${url}`, { body: {} });
      }
      const stays = expect.stringMatching(
        /one\S* stays: \S*\/one\/databases\/analytics is not of .*about 9\.61 USD a day.*`DROP DATABASE "analytics"`/,
      );
      const kept = staying(stays);
      expect((await ask("instance", "plan")).body).toMatchObject({ changes: [kept] });
      expect((await ask("instance", "remove")).body).toMatchObject({ held: true, reason: stays });
      expect((await ask("cluster", "plan")).body).toMatchObject({ changes: [kept, { action: "delete" }] });
      lists = 0;
      const removed = (await ask("cluster", "remove")).body;
      // Once for each of the two: for whose they are, for the primary that tells the databases, and for what the deletion takes along.
      expect(lists).toBe(2);
      expect(removed).toMatchObject({ changes: [{ action: "delete", resource: `${input.cluster}-g2` }] });
      expect((await read(input.cluster)).body).toMatchObject({ state: "READY" });
      // Where nobody knows what runs have made, nothing keeps it.
      expect((await ask("instance", "plan", { action: "down" })).body).toMatchObject({
        changes: [{ action: "delete" }],
      });
      expect((await ask("cluster", "plan", all)).body).toMatchObject({ changes: [{ action: "delete" }] });
    });

    it("stays with a primary that is stopped, whatever is in it, and says how it is started and what it costs", async () => {
      await activate("NEVER");
      const stays = expect.stringMatching(
        /one\S* stays: \S*\/primary is STOPPED.*about 0\.39 USD a GB and month.*`gcloud alloydb instances update primary --cluster=one --region=asia-northeast1 --project=\S+ --activation-policy=ALWAYS`, about 9\.61 USD a day/,
      );
      for (const each of [run, all]) {
        expect((await ask("instance", "plan", each)).body).toMatchObject({ changes: [staying(stays)] });
        expect((await ask("cluster", "plan", each)).body).toMatchObject({ changes: [staying(stays)] });
      }
      expect((await ask("instance", "remove")).body).toMatchObject({ held: true, reason: stays });
      expect((await ask("cluster", "remove")).body).toMatchObject({ held: true, reason: stays });
      expect((await read(primary.instance)).body).toMatchObject({ state: "STOPPED" });
      expect((await ask("instance", "plan", { action: "down" })).body).toMatchObject({
        changes: [{ action: "delete" }],
      });
      await activate("ALWAYS");
      expect((await ask("cluster", "plan", all)).body).toMatchObject({ changes: [{ action: "delete" }] });
    });

    it("asks again while its primary is maintained, and while a ready one refuses to tell its databases", async () => {
      const again = { status: 503, body: { error: { details: [{ metadata: { retryable: "true" } }] } } };
      const answers = () =>
        Promise.all([
          ask("instance", "plan"),
          ask("instance", "remove"),
          ask("cluster", "plan"),
          ask("cluster", "remove"),
        ]);
      const putBack = inState("MAINTENANCE");
      expect(await answers()).toMatchObject([again, again, again, again]);
      putBack();
      const effect = { kind: "error", code: "FAILED_PRECONDITION" } as const;
      database.local.faults.add({ id: "untold", on: "call", match: "*AlloyDBAdmin.ListDatabases", effect });
      expect(await answers()).toMatchObject([again, again, again, again]);
      database.local.faults.clear();
      for (const name of [input.cluster, primary.instance])
        expect((await read(name)).body).toMatchObject({ state: "READY" });
    });

    it.each(["CREATING", "BOOTSTRAPPING", "FAILED", "DELETING"] as const)(
      "goes with a primary that is %s, in which nothing can be",
      async (state) => {
        const putBack = inState(state);
        expect((await ask("cluster", "plan")).body).toMatchObject({ changes: [{ action: "delete" }] });
        putBack();
      },
    );

    it("goes where nothing can be asked any more", async () => {
      await database.steps.carryOut("instance", { action: "remove", input: primary });
      expect((await ask("cluster", "plan")).body).toMatchObject({ changes: [{ action: "delete" }] });
      await database.steps.carryOut("cluster", { input, run: { clusterGeneration: 2 } });
    });
  });

  it("removes its own of every generation, once", async () => {
    const effects = { dataLoss: true, downtime: true, costPerDay: expect.closeTo((-10 * 0.39) / 30.4) };
    expect(await database.steps.planRemoval("cluster", input)).toEqual({
      [`delete ${input.cluster}`]: expect.objectContaining(effects),
      [`delete ${input.cluster}-g2`]: expect.objectContaining(effects),
    });
    const { changes } = await database.steps.carryOut("cluster", { action: "remove", input });
    expect(await database.steps.planRemoval("cluster", input)).toEqual({});
    expect([...changes].sort()).toEqual([`delete ${input.cluster}`, `delete ${input.cluster}-g2`]);
    for (const name of [input.cluster, `${input.cluster}-g2`]) expect((await read(name)).status).toBe(404);
    await expect(database.steps.carryOut("cluster", { action: "remove", input })).resolves.toMatchObject({
      changes: [],
    });
  });
});
