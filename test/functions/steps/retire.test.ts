import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createRun } from "../../../local/run/run.ts";
import type { Change } from "../../../plan/change.ts";
import type { RetireInput } from "../../../plan/steps/retire.ts";
import { ownershipOf } from "../../../spec/names.ts";
import { rest, testProject } from "../../support/local-cloud.ts";
import { member, operate } from "../../support/local-operation.ts";
import type { StepCall } from "../../support/steps.ts";
import { clusterInput, type Database, instanceInput, ownership, startDatabase } from "./database.ts";

jest.setTimeout(60_000);

const graceSeconds = 300;
const { cluster, instance } = instanceInput("one");
const parent = `projects/${testProject}/locations/asia-northeast1`;
const input: RetireInput = {
  ...{ cluster, instance, graceSeconds, ownership },
  service: `${parent}/services/users`,
  database: "mydb",
  adminSecret: `projects/${testProject}/secrets/admin`,
  clusterCostPerDay: 9,
};
const second = `${cluster}-g2`;
const foreign = `${cluster}-g3`;

let database: Database;
let outputs: NonNullable<StepCall["outputs"]>;

beforeAll(async () => {
  database = await startDatabase({ apis: [createRun], steps: ["retire"] });
  const { steps } = database;
  await database.connect();
  const made = (await steps.carryOut("cluster", { input: clusterInput("one") })).output;
  await steps.carryOut("cluster", { input: clusterInput("one"), run: { clusterGeneration: 2 } });
  const other = ownershipOf({ installation: ownership.installation, environment: "other", labels: {} });
  const others = { ...clusterInput("one"), ownership: other };
  await steps.carryOut("cluster", { input: others, run: { clusterGeneration: 3 } });
  const primary = await steps.carryOut("instance", { input: instanceInput("one"), outputs: { cluster: made } });
  outputs = { instance: primary.output, seed: { database: "mydb_g2" } };
  for (const name of ["mydb", "mydb_g2", "mydb_g3", "mydb_g7", "mydb_old", "mydb_g02", "other"])
    await sql(`CREATE DATABASE ${name}`);
}, 60_000);
afterAll(() => database.stop());

/** What the server answers `postgres`. */
async function sql(sqlStatement: string): Promise<string> {
  const version = `${input.adminSecret}/versions/1`;
  const secret = await rest(database.local, `GET secretmanager.googleapis.com/v1/${version}:access`);
  const password = Buffer.from((secret.body.payload as { readonly data: string }).data, "base64").toString();
  const body = { database: "postgres", user: "postgres", password, sqlStatement };
  const answer = await rest(database.local, `POST alloydb.googleapis.com/v1/${instance}:executeSql`, { body });
  expect(answer.body.metadata).toMatchObject({ status: "OK" });
  return JSON.stringify(answer.body.sqlResults);
}

async function databases(): Promise<readonly string[]> {
  const answered = await sql("SELECT datname FROM pg_database WHERE datname LIKE 'mydb%' OR datname = 'other'");
  return [...answered.matchAll(/"value":"(\w+)"/g)].map(([, name = ""]) => name).sort();
}

async function clusters(): Promise<readonly string[]> {
  const { body } = await rest(database.local, `GET alloydb.googleapis.com/v1/${parent}/clusters`);
  return (body.clusters as readonly { readonly name: string }[]).map(({ name }) => name).sort();
}

/** Makes the service, whose change of traffic is what the grace is counted from. @returns when it had changed, in seconds */
async function moveTraffic(): Promise<number> {
  const body = { template: { containers: [{ image: "gcr.io/p/nothing" }] } };
  await operate(database.local, `POST run.googleapis.com/v2/${parent}/services?serviceId=users`, { body });
  const made = await rest(database.local, `GET run.googleapis.com/v2/${input.service}`);
  const { lastTransitionTime } = member(made.body, "terminalCondition");
  return Math.floor(Date.parse(String(lastTransitionTime)) / 1000);
}

/** Makes a service of the environment's own, of whose traffic one revision is to have all. @returns its name */
async function serve(id: string, containers: readonly object[]): Promise<string> {
  const revision = `${id}-1`;
  const traffic = [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision, percent: 100 }];
  const body = { labels: ownership.labels, template: { revision, containers }, traffic };
  await operate(database.local, `POST run.googleapis.com/v2/${parent}/services?serviceId=${id}`, { body });
  return `${parent}/services/${id}`;
}

const all = ["mydb", "mydb_g02", "mydb_g2", "mydb_g3", "mydb_g7", "mydb_old", "other"];
/** Five databases have been begun; of what the others hold nobody has been asked yet. */
const begun = { database: 5, spent: [] };
const planFor = async (run: NonNullable<StepCall["run"]>, action: "rebuild" | "up" = "rebuild") =>
  (await database.steps.ask("retire", { action: "plan", input, run: { action, begun, ...run } })).body.changes;

describe("retire", () => {
  it("plans to drop what does not serve afterwards, and says that rows are lost when a rebuild replaces them", async () => {
    const [first, third, gone] = [`${cluster}/databases/mydb`, `${cluster}/databases/mydb_g3`, second];
    expect(await planFor({ databaseGeneration: 2 })).toMatchObject([
      { action: "delete", resource: first, effects: { dataLoss: true, expectedSeconds: input.graceSeconds + 5 } },
      { action: "delete", resource: third, effects: { dataLoss: true } },
      {
        action: "delete",
        resource: gone,
        effects: { dataLoss: true, costPerDay: expect.closeTo(-0.128, 3), expectedSeconds: input.graceSeconds + 180 },
      },
    ]);
  });

  it("says that rows are lost whatever asks for it, and why, but of what is decided about already", async () => {
    const [first, third, gone] = [`${cluster}/databases/mydb`, `${cluster}/databases/mydb_g3`, second];
    const fields = [{ path: "rows", to: expect.stringContaining("no rebuild is known to have replaced it") }];
    expect(await planFor({ databaseGeneration: 2 }, "up")).toMatchObject(
      [first, third, gone].map((resource) => ({ resource, fields, effects: { dataLoss: true } })),
    );
    const spent = [{ cluster: 1, database: 1 }, { cluster: 2 }];
    expect(await planFor({ databaseGeneration: 2, begun: { database: 5, spent } }, "up")).toMatchObject([
      { resource: first, fields: [], effects: { dataLoss: false } },
      { resource: third, fields, effects: { dataLoss: true } },
      { resource: gone, fields: [], effects: { dataLoss: false } },
    ]);
  });

  it("says that rows are lost of whatever a service of its own answers from, spent or not, and of all where one does not tell", async () => {
    const [first, gone] = [`${cluster}/databases/mydb`, second];
    const spent = [{ cluster: 1, database: 1 }, { cluster: 1, database: 3 }, { cluster: 2 }];
    const lossesOf = async () => {
      const changes = await planFor({ databaseGeneration: 2, begun: { database: 5, spent } }, "up");
      const told = changes as unknown as readonly Change[];
      return told.filter(({ effects }) => effects.dataLoss).map(({ fields }) => String(fields[0]?.to));
    };
    expect(await lossesOf()).toEqual([]);
    const app = { name: "app", image: "gcr.io/p/nothing", env: [{ name: "DB_NAME", value: "mydb" }] };
    const proxy = { name: "alloydb-proxy", image: "gcr.io/p/nothing", args: [instance] };
    const service = await serve("renamed", [{ ...app, ports: [{ containerPort: 8080 }] }, proxy]);
    expect(await lossesOf()).toEqual([`${first} and all rows in it go, though ${service} answers from it`]);
    const other = await serve("by-hand", [{ image: "gcr.io/p/nothing" }]);
    const unclear = `though ${other} answers by a revision that does not say from which database`;
    expect((await lossesOf()).slice(1)).toEqual([
      expect.stringContaining(unclear),
      `${gone} and all rows in it go, ${unclear}`,
    ]);
    for (const name of [service, other]) await operate(database.local, `DELETE run.googleapis.com/v2/${name}`);
    expect(await lossesOf()).toEqual([]);
  });

  it("prices a cluster by the instances that are in it, whatever the present spec has", async () => {
    const at = `alloydb.googleapis.com/v1/${second}/instances`;
    const body = { instanceType: "PRIMARY", labels: ownership.labels, machineConfig: { cpuCount: 4 } };
    await operate(database.local, `POST ${at}?instanceId=primary`, { body: { ...body, availabilityType: "ZONAL" } });
    const changes = (await planFor({ databaseGeneration: 2 })) as unknown as readonly Change[];
    const cost = changes.find(({ resource }) => resource === second)?.effects.costPerDay;
    expect(cost).toBeCloseTo(-(0.128 + 4 * 24 * (0.085 + 8 * 0.0144)), 2);
    await operate(database.local, `DELETE ${at}/primary`);
  });

  it("plans to delete the cluster with its databases when a new one takes its place", async () => {
    expect(await planFor({ databaseGeneration: 1, clusterGeneration: 4 })).toMatchObject([
      { action: "delete", resource: cluster, effects: { dataLoss: true } },
      { action: "delete", resource: second, effects: { dataLoss: true } },
    ]);
    expect(await databases()).toEqual(all);
  });

  it("leaves a cluster in which somebody else has an instance, and says so in the plan", async () => {
    const at = `alloydb.googleapis.com/v1/${second}/instances`;
    const body = { instanceType: "PRIMARY", labels: { team: "analytics" }, machineConfig: { cpuCount: 2 } };
    await operate(database.local, `POST ${at}?instanceId=theirs`, { body });
    const kept = { action: "none", resource: second, fields: [{ to: expect.stringContaining("instances/theirs") }] };
    expect(await planFor({ databaseGeneration: 5, begun: { database: 0, spent: [] } })).toMatchObject([kept]);
    const run = { begun: { database: 0, spent: [] } };
    const { body: answer } = await database.steps.ask("retire", { input, outputs, run });
    expect(answer).toMatchObject({ state: "done", changes: [kept] });
    expect(await clusters()).toEqual([cluster, second, foreign]);
    await operate(database.local, `DELETE ${at}/theirs`);
  });

  it("waits until the requests that what served before may be answering have ended, by the service's clock", async () => {
    const now = (await moveTraffic()) + 10;
    const { body } = await database.steps.ask("retire", { input, outputs, run: { now, begun } });
    expect(body).toMatchObject({ state: "pending", reason: "mydb, mydb_g3, one-g2 may still be answering requests" });
    expect(body.retryAfterSeconds).toBe(graceSeconds - 10);
    expect([await databases(), await clusters()]).toEqual([all, [cluster, second, foreign]]);
  });

  it("drops nothing for a run that lost the lock meanwhile", async () => {
    const now = Math.floor(database.local.cloud.clock.now() / 1000) + 10 * graceSeconds;
    const fence = { bucket: `${testProject}-alloyrun`, object: "locks/staging.json", generation: "1" };
    const { body } = await database.steps.ask("retire", { input, outputs, run: { now, fence, begun } });
    expect(JSON.stringify(body)).toContain("LOCK_LOST");
    expect([await databases(), await clusters()]).toEqual([all, [cluster, second, foreign]]);
  });

  it("drops the databases, deletes the cluster, and leaves alone what is not a generation of its own", async () => {
    const began = database.local.cloud.clock.now();
    const { changes, reasons } = await database.steps.carryOut("retire", {
      input,
      outputs,
      run: { action: "rebuild", begun },
    });
    expect(changes).toEqual([
      `delete ${cluster}/databases/mydb`,
      `delete ${cluster}/databases/mydb_g3`,
      `delete ${second}`,
    ]);
    expect(reasons[0]).toContain("may still be answering requests");
    expect(database.local.cloud.clock.now() - began).toBeGreaterThan((graceSeconds - 60) * 1000);
    expect(await databases()).toEqual(["mydb_g02", "mydb_g2", "mydb_g7", "mydb_old", "other"]);
    expect(await clusters()).toEqual([cluster, foreign]);
  });

  it("takes no time when nothing is left, and has nothing of its own to remove", async () => {
    const again = await database.steps.ask("retire", { input, outputs });
    expect(again.body).toEqual({ state: "done", output: {}, changes: [] });
    expect(await planFor({ databaseGeneration: 2 })).toEqual([]);
    const removed = await database.steps.ask("retire", { action: "remove", input });
    expect(removed.body).toEqual({ state: "done", output: {}, changes: [] });
    expect(await databases()).toContain("mydb_g2");
  });
});
