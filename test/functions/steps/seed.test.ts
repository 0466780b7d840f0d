import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { rest } from "../../support/local-cloud.ts";
import { StepRefused } from "../../support/steps.ts";
import { type Application, seedInput, startApplication } from "./application.ts";

jest.setTimeout(60_000);

const users = "CREATE TABLE users (id varchar(128), name varchar(128));\nINSERT INTO users VALUES ('3', 'sasashun');\n";
const broken = `${users}INSERT INTO users VALUES ('4', 'b', 'too many');\n`;
let application: Application;

beforeAll(async () => {
  application = await startApplication();
});
afterAll(() => application.stop());

/** What the database answers the application, by its own password. */
async function ask(database: string, sqlStatement: string): Promise<unknown> {
  const { local, outputs } = application;
  const { instance, applicationVersion } = outputs.instance ?? {};
  const secret = await rest(local, `GET secretmanager.googleapis.com/v1/${applicationVersion}:access`);
  const password = Buffer.from((secret.body.payload as { readonly data: string }).data, "base64").toString();
  const body = { database, user: "app", password, sqlStatement };
  const answer = await rest(local, `POST alloydb.googleapis.com/v1/${instance}:executeSql`, { body });
  return answer.body.sqlResults ?? answer.body.metadata;
}

async function executions(): Promise<number> {
  const { job } = seedInput("", "");
  const answer = await rest(application.local, `GET run.googleapis.com/v2/${job}`);
  return Number(answer.body.executionCount ?? 0);
}

async function seed(
  files: Record<string, string>,
  call: { readonly run?: { readonly id?: string; readonly databaseGeneration?: number } } = {},
) {
  const input = seedInput(application.runner, await application.upload(files));
  return application.steps.carryOut("seed", { input, outputs: application.outputs, ...call });
}

async function refused(seeding: Promise<unknown>): Promise<StepRefused> {
  const caught = await seeding.catch((error: unknown) => error);
  if (caught instanceof StepRefused) return caught;
  throw new Error(`expected a refusal, got ${JSON.stringify(caught)}`);
}

describe("seed", () => {
  it("fails with the exit code's meaning and the log when a statement fails, and keeps nothing", async () => {
    const { status, message } = await refused(seed({ "001.sql": broken }));
    expect(status).toBe(400);
    expect(message).toContain("exit code 12: a statement failed");
    expect(message).toContain("001.sql, statement 3, line 3");
    expect(message).toContain("google.rpc.DebugInfo");
    expect(JSON.stringify(await ask("mydb", "SELECT * FROM users"))).toContain("does not exist");
  });

  it("does not repeat a failed seed in the same run, but does in the next", async () => {
    const before = await executions();
    await refused(seed({ "001.sql": broken }));
    expect(await executions()).toBe(before);
    await refused(seed({ "001.sql": broken }, { run: { id: "r2" } }));
    expect(await executions()).toBe(before + 1);
  });

  it("fills the database once the seed is mended", async () => {
    const { output, changes } = await seed({ "001.sql": users }, { run: { id: "r3" } });
    expect(output).toMatchObject({ database: "mydb", checksum: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(changes).toEqual([`update ${seedInput("", "").job}`]);
    expect(JSON.stringify(await ask("mydb", "SELECT * FROM users"))).toContain("sasashun");
  });

  it("runs nothing the second time, in this run or another", async () => {
    const before = await executions();
    await expect(seed({ "001.sql": users })).resolves.toMatchObject({ changes: [] });
    await expect(seed({ "001.sql": users }, { run: { id: "r9" } })).resolves.toMatchObject({ changes: [] });
    expect(await executions()).toBe(before);
  });

  it("plans by what the job did last", async () => {
    const same = seedInput(application.runner, await application.upload({ "001.sql": users }));
    const plan = (input: object) => application.steps.ask("seed", { action: "plan", input });
    expect((await plan(same)).body.changes).toEqual([]);
    const other = { ...same, seed: { ...same.seed, object: "seeds/other.tgz" } };
    expect((await plan(other)).body.changes).toMatchObject([{ action: "update", fields: [{ path: "seed" }] }]);
  });

  it("applies what is new to the same database", async () => {
    await seed({ "001.sql": users, "002.sql": "INSERT INTO users VALUES ('4', 'b')" });
    expect(JSON.stringify(await ask("mydb", "SELECT count(*) FROM users"))).toContain('"2"');
  });

  it("names a file that has changed since it was applied", async () => {
    const { message } = await refused(seed({ "001.sql": `${users}-- later\n` }, { run: { id: "r4" } }));
    expect(message).toContain("exit code 13");
    expect(message).toContain("001.sql was applied before and has changed since");
  });

  it("fills a database of the next generation beside the first", async () => {
    const { output } = await seed({ "001.sql": users }, { run: { databaseGeneration: 2 } });
    expect(output.database).toBe("mydb_g2");
    expect(JSON.stringify(await ask("mydb_g2", "SELECT count(*) FROM users"))).toContain('"1"');
  });

  it("plans nothing for a database that was filled before another one, as it does nothing then", async () => {
    const input = seedInput(application.runner, await application.upload({ "001.sql": users }));
    const planIn = async (run: object) =>
      (await application.steps.ask("seed", { action: "plan", input, run })).body.changes;
    expect(await planIn({ databaseGeneration: 1 })).toEqual([]);
    expect((await seed({ "001.sql": users })).changes).toEqual([]);
    const of = (database: string) => [
      { action: "update", fields: [{ path: "database", from: "mydb_g2", to: database }] },
    ];
    expect(await planIn({ databaseGeneration: 3 })).toMatchObject(of("mydb_g3"));
    expect(await planIn({ databaseGeneration: 1, clusterGeneration: 2 })).toMatchObject(of("mydb"));
  });

  it("removes its job, once", async () => {
    const input = seedInput(application.runner, "seeds/x.tgz");
    const planned = await application.steps.planRemoval("seed", input);
    expect(planned).toMatchObject({ [`delete ${input.job}`]: { dataLoss: false, downtime: false } });
    await expect(application.steps.carryOut("seed", { action: "remove", input })).resolves.toMatchObject({
      changes: Object.keys(planned),
    });
    expect(await application.steps.planRemoval("seed", input)).toEqual({});
    await expect(application.steps.carryOut("seed", { action: "remove", input })).resolves.toMatchObject({
      changes: [],
    });
  });
});
