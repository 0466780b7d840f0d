import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { PlanDocument } from "../../cli/view/plan-document.ts";
import type { RunView } from "../../functions/api.ts";
import { localUrl } from "../../local/run/local-url.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { type Load, startLoad } from "./support/load.ts";

jest.setTimeout(600_000);

const seeded = "Select Users: [{3 sasashun}]\n";
const written = "INSERT INTO users (id, name) VALUES ('9', 'late')";
const place = `projects/my-project/locations/${region}`;

describe("rebuilding while the environment is used", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  let other: Environment;
  const loads: Load[] = [];

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    // Equal ranges, each in a network of its own.
    environment = createEnvironment("levels", { database: { name: "mydb" } });
    other = createEnvironment("beside");
    expect((await cloud.up(environment)).run.state).toBe("succeeded");
    expect((await cloud.up(other)).run.state).toBe("succeeded");
  });

  afterAll(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    environment?.remove();
    other?.remove();
    await cloud?.stop();
  });

  it("makes a new revision alone at level app", async () => {
    const before = await servingOf("levels");
    const run = await rebuildUnderLoad("app");
    expect(changedSteps(run)).toEqual(["service", "traffic"]);
    const after = await servingOf("levels");
    expect(after.revision).not.toBe(before.revision);
    expect(after).toMatchObject({ database: before.database, instance: before.instance });
  });

  it("fills a database beside the old one at level data, and loses what was written meanwhile", async () => {
    await execute("mydb", written);
    const run = await rebuildUnderLoad("data");
    expect(changedSteps(run)).toEqual(["seed", "service", "traffic", "retire"]);
    expect(await servingOf("levels")).toMatchObject({ database: "mydb_g2" });
    expect(await databases()).toEqual(["mydb_g2"]);
    expect(run.plan?.effects.dataLoss).toBe(true);
  });

  it("keeps the old one answering when the new data cannot be made, and asks no more of who mends it than to ask again", async () => {
    const load = loadOf("levels");
    environment.write("seed/900_broken.sql", "SELECT * FROM nowhere;\n");
    const failing = await cloud.up(environment);
    expect(failing.run.state).toBe("failed");
    const failed = await rebuild("data");
    expect(failed).toMatchObject({ state: "failed", outcome: "kept-old", usualMinutes: expect.any(Number) });
    expect(await servingOf("levels")).toMatchObject({ database: "mydb_g2" });
    environment.write("seed/900_broken.sql", "SELECT 1;\n");
    expect((await cloud.up(environment)).run.failures).toEqual([]);
    expect(await databases()).toEqual(["mydb_g2"]);
    expect(await load.stop()).toMatchObject({ failed: [] });
  });

  it("makes cluster, instance and database anew at level database", async () => {
    const run = await rebuildUnderLoad("database");
    expect(changedSteps(run)).toEqual(["cluster", "instance", "seed", "service", "traffic", "retire"]);
    expect(await servingOf("levels")).toMatchObject({
      database: "mydb",
      instance: `${place}/clusters/levels-cluster-g2/instances/levels-primary`,
    });
    expect(await clusters()).toEqual(["beside-cluster", "levels-cluster-g2"]);
  });

  it("finds its rows again when somebody has deleted the service", async () => {
    await execute("mydb", written);
    await cloud.ask(`DELETE run.googleapis.com/v2/${place}/services/levels`);
    expect((await cloud.up(environment)).run.failures).toEqual([]);
    expect((await cloud.read("levels")).body).toContain("{9 late}");
    expect(await clusters()).toEqual(["beside-cluster", "levels-cluster-g2"]);
  });

  it("tells what an unfinished rebuild has left, and its cost, once the application was rebuilt, until `up` removes it", async () => {
    const target = ["--project", "my-project", "--region", region];
    const effect = { kind: "error", code: "INTERNAL" } as const;
    cloud.local.faults.add({ id: "stuck", on: "call", match: "*AlloyDBAdmin.CreateInstance", effect });
    expect(await rebuild("database")).toMatchObject({ state: "failed", outcome: "kept-old" });
    cloud.local.faults.clear();
    const beside = { level: "database", costPerDay: expect.closeTo(9.7, 0) };
    const unfinished = { ...beside, overtaken: true };
    const planned = async (level: string): Promise<PlanDocument> =>
      JSON.parse((await cloud.alloyrun("plan", environment.file, "--level", level, "--json")).stdout);
    const [ofApp, ofData] = [await planned("app"), await planned("data")];
    expect(ofApp).toMatchObject({ unfinished: beside });
    // One that takes every step has looked: it counts the cluster as it stands, without an instance, and removes it.
    expect(ofData).not.toHaveProperty("unfinished");
    expect(ofData.effects.costPerDay.before).toBeCloseTo(ofApp.effects.costPerDay.before - 9.61, 1);
    expect(ofApp.effects.costPerDay.after).toBe(ofApp.effects.costPerDay.before);
    expect(await rebuild("app")).toMatchObject({ failures: [], unfinished });
    expect(await clusters()).toContain("levels-cluster-g3");
    const status = () => cloud.alloyrun("status", "levels", ...target).then(({ stdout, stderr }) => stdout + stderr);
    expect(await status()).toContain("a rebuild at level database came to no end");
    expect((await cloud.up(environment)).run.failures).toEqual([]);
    expect(await status()).not.toContain("came to no end");
    expect(await clusters()).toEqual(["beside-cluster", "levels-cluster-g2"]);
  });

  it("builds the image afresh as well at level all", async () => {
    const run = await rebuildUnderLoad("all");
    expect(changedSteps(run)).toEqual(["image", "cluster", "instance", "seed", "service", "traffic", "retire"]);
    expect(await clusters()).toEqual(["beside-cluster", "levels-cluster-g4"]);
  });

  it.each(["app", "data", "all"])(
    "keeps the old one answering when what level %s makes does not answer as it should",
    async (level) => {
      const before = [await servingOf("levels"), await clusters(), await databases()];
      const load = loadOf("levels");
      environment.edit("app/server.ts", "Select Users", "No Users");
      expect((await cloud.up(environment)).run).toMatchObject({ state: "failed", failures: [{ step: "verify" }] });
      const run = await rebuild(level);
      expect(run).toMatchObject({ state: "failed", outcome: "kept-old", failures: [{ step: "verify" }] });
      environment.edit("app/server.ts", "No Users", "Select Users");
      expect((await cloud.up(environment)).run.failures).toEqual([]);
      expect([await servingOf("levels"), await clusters(), await databases()]).toEqual(before);
      expect(await load.stop()).toMatchObject({ failed: [] });
    },
  );

  it("makes the data anew after an attempt that failed", async () => {
    expect(await rebuild("data")).toMatchObject({ failures: [], outcome: "ready" });
    expect((await databases()).length).toBe(1);
  });

  it("is repeated by `up` without a change, and taken down whole", async () => {
    const { run } = await cloud.up(environment);
    expect(changedSteps(run)).toEqual([]);
    expect((await cloud.down("levels")).run.failures).toEqual([]);
    expect(await clusters()).toEqual(["beside-cluster"]);
    expect(await cloud.read("beside")).toEqual({ status: 200, body: seeded });
  });

  /** While it runs, nobody sees a request fail, of this environment or of the other. */
  async function rebuildUnderLoad(level: string): Promise<RunView> {
    const both = [loadOf("levels"), loadOf("beside")];
    const run = await rebuild(level);
    const reports = await Promise.all(both.map((load) => load.stop()));
    expect(run).toMatchObject({ failures: [], outcome: "ready" });
    expect(reports.map(({ failed }) => failed)).toEqual([[], []]);
    for (const { requests } of reports) expect(requests).toBeGreaterThan(20);
    return run;
  }

  async function rebuild(level: string): Promise<RunView> {
    const target = ["--project", "my-project", "--region", region, "--json"];
    const { stdout, stderr } = await cloud.alloyrun("rebuild", "levels", "--level", level, ...target);
    if (!stdout) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  function loadOf(service: string): Load {
    const url = localUrl(cloud.local.cloud, `${place}/services/${service}`) ?? "";
    const isExpected = (status: number, body: string) =>
      status === 200 && body.startsWith("Select Users: [{3 sasashun}");
    const load = startLoad(url, { lanes: 1, isExpected });
    loads.push(load);
    return load;
  }

  async function servingOf(name: string) {
    const service = (await cloud.ask(`GET run.googleapis.com/v2/${place}/services/${name}`)) as unknown as {
      readonly traffic: readonly { readonly revision: string }[];
    };
    const revision = service.traffic[0]?.revision ?? "";
    const { containers } = (await cloud.ask(
      `GET run.googleapis.com/v2/${place}/services/${name}/revisions/${revision}`,
    )) as unknown as {
      readonly containers: readonly {
        readonly args?: readonly string[];
        readonly env?: readonly { name: string; value: string }[];
      }[];
    };
    const database = containers[0]?.env?.find((variable) => variable.name === "DB_NAME")?.value;
    return { revision, database, instance: containers[1]?.args?.[0] };
  }

  async function clusters(): Promise<readonly string[]> {
    const { clusters: found } = (await cloud.ask(`GET alloydb.googleapis.com/v1/${place}/clusters`)) as unknown as {
      readonly clusters?: readonly { readonly name: string }[];
    };
    return (found ?? []).map(({ name }) => name.split("/").at(-1) ?? "").sort();
  }

  async function databases(): Promise<readonly string[]> {
    const rows = await execute("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'mydb%' ORDER BY 1");
    return rows.map(([name = ""]) => name);
  }

  async function execute(database: string, sqlStatement: string): Promise<readonly (readonly string[])[]> {
    const { instance = "" } = await servingOf("levels");
    const secret = "secretmanager.googleapis.com/v1/projects/my-project/secrets/alloyrun-levels-admin-password";
    const { payload } = (await cloud.ask(`GET ${secret}/versions/1:access`)) as unknown as {
      readonly payload: { readonly data: string };
    };
    const password = Buffer.from(payload.data, "base64").toString();
    const body = { database, user: "postgres", password, sqlStatement };
    const answer = (await cloud.ask(`POST alloydb.googleapis.com/v1/${instance}:executeSql`, body)) as unknown as {
      readonly sqlResults?: readonly { readonly rows?: readonly { readonly values: readonly { value: string }[] }[] }[];
    };
    return (answer.sqlResults?.at(-1)?.rows ?? []).map(({ values }) => values.map(({ value }) => value));
  }
});

function changedSteps({ steps }: RunView): readonly string[] {
  return steps.filter(({ changes }) => changes?.some(({ action }) => action !== "none")).map(({ name }) => name);
}
