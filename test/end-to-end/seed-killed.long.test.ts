import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type CrashCloud, settled, startCrashCloud } from "./resume/crash-cloud.ts";
import { askFor, environment, readRun, restartDatabases } from "./resume/perform.ts";
import { packEnvironment } from "./resume/undisturbed.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { installationSnapshot } from "./support/installation.ts";

jest.setTimeout(300_000);

const place = `projects/my-project/locations/${region}`;
const secret = `projects/my-project/secrets/alloyrun-${environment}-admin-password`;

/** The crash cases hold runs at calls of APIs; between two of them the seed talks to the database alone. */
describe("a seed that is killed in the middle of its SQL", () => {
  let directory: string;
  let cloud: CrashCloud;
  let written: Environment;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "alloyrun-test-"));
    chmodSync(directory, 0o711);
    cloud = await startCrashCloud({ state: join(directory, "state"), from: await installationSnapshot() });
    written = createEnvironment(environment);
    expect(await end((await up()) ?? "")).toMatchObject({ state: "succeeded", failures: [] });
  });

  afterAll(async () => {
    written?.remove();
    await cloud?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each([
    { victim: "seeds", table: "one", comment: "" },
    { victim: "databases", table: "two", comment: "" },
    { victim: "seeds", table: "three", comment: "-- alloyrun: no-transaction\n" },
  ] as const)("writes each row once all the same, when $victim are killed ($table)", async (one) => {
    const { victim, table, comment } = one;
    const file = `seed/9_${table}.sql`;
    const rows = `${comment}CREATE TABLE IF NOT EXISTS ${table} (id int PRIMARY KEY);\nINSERT INTO ${table} VALUES (1), (2) ON CONFLICT DO NOTHING;\n`;
    written.write(file, `${rows}SELECT pg_sleep(600);\n`);
    const first = await up();
    while ((await query("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")) !== "1") {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const pids = (await cloud.pids())[victim];
    for (const pid of pids) process.kill(pid, "SIGKILL");
    process.stderr.write(`killed ${pids.join(" ")} in the middle of ${file}\n`);
    expect(pids.length).toBe(1);
    if (victim === "databases") await restartDatabases(cloud);
    expect(await end(first ?? "")).toMatchObject({ state: "failed", failures: [{ step: "seed" }] });
    written.write(file, rows);
    expect(await end((await up()) ?? "")).toMatchObject({ state: "succeeded", failures: [] });
    expect(await query(`SELECT count(*) FROM ${table}`, environment)).toBe("2");
    expect((await settled(cloud, environment)).problems).toEqual([]);
  });

  async function up(): Promise<string | undefined> {
    const { spec, folders } = await packEnvironment(cloud, written);
    return askFor({ action: "up", spec, folders }, cloud).run();
  }

  async function end(run: string) {
    await cloud.end((await readRun(cloud, run)).execution);
    return await readRun(cloud, run);
  }

  /** The one value that a statement gives to the administrator. */
  async function query(sqlStatement: string, database = "postgres"): Promise<string | undefined> {
    const version = JSON.parse(await cloud.api(`GET secretmanager.googleapis.com/v1/${secret}/versions/latest:access`));
    const password = Buffer.from(String(version.payload.data), "base64").toString();
    const parent = `alloydb.googleapis.com/v1/${place}/clusters/-`;
    const { instances } = JSON.parse(await cloud.api(`GET ${parent}/instances`));
    const target = `POST alloydb.googleapis.com/v1/${instances[0].name}:executeSql`;
    const answer = await cloud.api(target, { database, user: "postgres", password, sqlStatement });
    return /"value":\s*"([^"]*)"/.exec(answer)?.[1];
  }
});
