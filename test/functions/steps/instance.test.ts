import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import type { InstanceRecord } from "../../../local/alloydb/records.ts";
import type { Api } from "../../../local/api.ts";
import type { Cloud } from "../../../local/cloud.ts";
import { ApiError } from "../../../local/error.ts";
import { rest } from "../../support/local-cloud.ts";
import { clusterInput, type Database, instanceInput, ownership, poolInput, startDatabase } from "./database.ts";

jest.setTimeout(60_000);

const executeSql = "google.cloud.alloydb.v1.AlloyDBAdmin.ExecuteSql";
let database: Database;
let refusal: string | undefined;

/** AlloyDB, but statements may be refused. */
function createRefusingAlloyDb(cloud: Cloud): Api {
  const api = createAlloyDb(cloud);
  const execute: Api["methods"][string] = (request, call) => {
    if (refusal !== undefined) throw new ApiError({ code: "FAILED_PRECONDITION", message: refusal });
    const handler = api.methods[executeSql];
    if (!handler) throw new Error("the local AlloyDB executes no statements");
    return handler(request, call);
  };
  return { ...api, methods: { ...api.methods, [executeSql]: execute } };
}

let outputs: { readonly cluster: { readonly [key: string]: unknown } };

beforeAll(async () => {
  database = await startDatabase({ alloydb: createRefusingAlloyDb });
  outputs = { cluster: (await database.steps.carryOut("cluster", { input: clusterInput("one") })).output };
  await database.connect();
}, 60_000);
afterAll(() => database.stop());

const input = instanceInput("one");
const pool = poolInput("one");
const ensure = (changed: object = input) => database.steps.carryOut("instance", { input: changed, outputs });
const read = (name: string) => rest(database.local, `GET alloydb.googleapis.com/v1/${name}`);
const secret = `projects/test-project/secrets/application`;

async function passwordOf(version: string): Promise<string> {
  const answer = await rest(database.local, `GET secretmanager.googleapis.com/v1/${version}:access`);
  return Buffer.from((answer.body.payload as { readonly data: string }).data, "base64").toString();
}

async function query(user: string, password: string, sqlStatement = "SELECT 1") {
  const body = { database: "postgres", user, password, sqlStatement };
  const answer = await rest(database.local, `POST alloydb.googleapis.com/v1/${input.instance}:executeSql`, { body });
  return (answer.body.metadata as { readonly status: string }).status;
}

describe("instance", () => {
  it("plans what it will create, with what it costs a day", async () => {
    const { body } = await database.steps.ask("instance", { action: "plan", input });
    expect(body.changes).toMatchObject([{ action: "create", effects: { expectedSeconds: 490 } }]);
    const [{ effects }] = body.changes as [{ readonly effects: { readonly costPerDay: number } }];
    expect(effects.costPerDay).toBeCloseTo(24 * 2 * (0.085 + 8 * 0.0144));
  });

  it("plans the primary of another generation in that generation's cluster", async () => {
    const { body } = await database.steps.ask("instance", { action: "plan", input, run: { clusterGeneration: 2 } });
    expect(body.changes).toMatchObject([{ action: "create", resource: `${input.cluster}-g2/instances/primary` }]);
  });

  it("creates the primary and a login whose password works", async () => {
    const { output, changes } = await ensure();
    expect(output).toMatchObject({ instance: input.instance, applicationVersion: `${secret}/versions/1` });
    expect(output.ipAddress).toMatch(/^192\.168\.200\./);
    expect(changes).toEqual([`create ${input.instance}`, `create ${input.cluster}/users/app`]);
    await expect(query("app", await passwordOf(`${secret}/versions/1`))).resolves.toBe("OK");
  });

  it("refuses to plan a second primary where the spec names it anew, and tells what goes, but not in another cluster", async () => {
    const renamed = { ...input, instance: `${input.cluster}/instances/renamed` };
    const plan = (run: object) => database.steps.ask("instance", { action: "plan", input: renamed, run });
    const { status, body } = await plan({});
    expect([status, JSON.stringify(body)]).toEqual([
      400,
      expect.stringContaining("keep spec.database.instance.name primary"),
    ]);
    expect(JSON.stringify(body)).toContain("IMMUTABLE_FIELD");
    expect((await plan({ clusterGeneration: 2 })).body.changes).toMatchObject([{ action: "create" }]);
  });

  it("changes nothing the second time, and answers no password", async () => {
    const { body } = await database.steps.ask("instance", { input, outputs });
    expect(body).toMatchObject({ state: "done", changes: [] });
    expect(JSON.stringify(body)).not.toContain(await passwordOf(`${secret}/versions/1`));
  });

  it("waits in Google's own words while statements are refused", async () => {
    refusal = "Data API access is off for this instance.";
    const { body } = await database.steps.ask("instance", { input, outputs });
    expect(body).toMatchObject({ state: "pending", reason: expect.stringContaining(refusal) });
    refusal = undefined;
  });

  it("gives the login its kept password again when somebody changed it", async () => {
    const kept = await passwordOf(`${secret}/versions/1`);
    await expect(query("app", kept, "ALTER ROLE app PASSWORD 'another-password'")).resolves.toBe("OK");
    await expect(query("app", kept)).resolves.toBe("ERROR");
    const { changes } = await ensure();
    expect(changes).toEqual([`create ${input.cluster}/users/app`]);
    await expect(query("app", kept)).resolves.toBe("OK");
  });

  it("changes flags in place", async () => {
    const changed = { ...input, flags: { log_min_duration_statement: "500" } };
    const { body } = await database.steps.ask("instance", { action: "plan", input: changed });
    expect(body.changes).toMatchObject([
      { action: "update", fields: [{ path: "databaseFlags" }], effects: { downtime: true } },
    ]);
    const { changes } = await ensure(changed);
    expect(changes).toEqual([`update ${input.instance}`]);
    expect((await read(input.instance)).body).toMatchObject({ databaseFlags: changed.flags, labels: ownership.labels });
    await ensure();
  });

  it("makes an IAM login without any password", async () => {
    const flags = { "alloydb.iam_authentication": "on" };
    const iam = { ...input, flags, login: { user: "runner@p.iam", auth: "iam" }, applicationSecret: undefined };
    const { output, changes } = await ensure(iam);
    expect(output).not.toHaveProperty("applicationVersion");
    expect(changes).toContain(`create ${input.cluster}/users/runner@p.iam`);
    expect((await read(`${input.cluster}/users/runner@p.iam`)).body.userType).toBe("ALLOYDB_IAM_USER");
    await expect(ensure(iam)).resolves.toMatchObject({ changes: [] });
    await ensure();
  });

  it("refuses an instance of another environment by name", async () => {
    const foreign = { ...input, ownership: { ...ownership, environment: "other" } };
    const { status, body } = await database.steps.ask("instance", { input: foreign, outputs });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`${input.instance} exists and belongs to`);
  });

  it("says what is missing when the cluster's step is not done", async () => {
    const { status, body } = await database.steps.ask("instance", { input });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain("cluster has given no output yet");
  });
});

describe("readPool", () => {
  it("creates the pool, and changes nothing the second time", async () => {
    const { output, changes } = await database.steps.carryOut("readPool", { input: pool });
    expect(output.ipAddress).toMatch(/^192\.168\.200\./);
    expect(changes).toEqual([`create ${pool.instance}`]);
    await expect(database.steps.carryOut("readPool", { input: pool })).resolves.toMatchObject({ changes: [] });
  });

  it("changes the number of nodes in place, with its cost", async () => {
    const { body } = await database.steps.ask("readPool", { action: "plan", input: { ...pool, nodeCount: 2 } });
    expect(body.changes).toMatchObject([
      { action: "update", fields: [{ path: "readPoolConfig.nodeCount", from: 1, to: 2 }] },
    ]);
    const [{ effects }] = body.changes as [{ readonly effects: { readonly costPerDay: number } }];
    expect(effects.costPerDay).toBeCloseTo(24 * 2 * (0.085 + 8 * 0.0144));
  });

  it("replaces a pool whose creation failed", async () => {
    const instances = database.local.cloud.store.collection<InstanceRecord>("alloydb.instances");
    const record = instances.get(pool.instance);
    if (!record) throw new Error("the pool is not in the store");
    instances.put(pool.instance, { ...record, resource: { ...record.resource, state: "FAILED" } });
    const { changes } = await database.steps.carryOut("readPool", { input: pool });
    expect(changes).toEqual([`delete ${pool.instance}`, `create ${pool.instance}`]);
  });

  it("is removed before the primary, and both only once", async () => {
    const remove = (step: "readPool" | "instance", input: object) =>
      database.steps.carryOut(step, { action: "remove", input });
    const planned = await database.steps.planRemoval("instance", input);
    expect(planned).toEqual({
      [`delete ${input.instance}`]: expect.objectContaining({ downtime: true, costPerDay: expect.closeTo(-9.6096) }),
    });
    expect(Object.keys(await database.steps.planRemoval("readPool", pool))).toEqual([`delete ${pool.instance}`]);
    await expect(remove("readPool", pool)).resolves.toMatchObject({ changes: [`delete ${pool.instance}`] });
    await expect(remove("instance", input)).resolves.toMatchObject({ changes: [`delete ${input.instance}`] });
    await expect(remove("instance", input)).resolves.toMatchObject({ changes: [] });
    expect(await database.steps.planRemoval("instance", input)).toEqual({});
  });
});
