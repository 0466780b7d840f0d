import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { RunView } from "../../functions/api.ts";
import { argumentsOfProcesses, findCanaries, formsOf } from "./support/canaries.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { storedPasswords } from "./support/passwords.ts";

jest.setTimeout(600_000);

/** Looks different in each form that it may be carried in. */
const canary = 'canary "of" the\\user/4711+ä&%?';
const environmentName = "canary";
const seed = "CREATE TABLE users (id varchar(128), name varchar(128));\nINSERT INTO users VALUES ('3', 'sasashun');\n";

/** A full life with failures, in which generated passwords and a secret of the user's are where they belong, and nowhere else. */
describe("secrets of an environment", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  const seen = new Set<string>();
  let canaries: string[] = [];

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    const services = "serviceusage.googleapis.com/v1/projects/my-project/services";
    await cloud.ask(`POST ${services}/secretmanager.googleapis.com:enable`, {});
    await cloud.local.cloud.clock.advance(10 * 60_000);
    const secrets = "secretmanager.googleapis.com/v1/projects/my-project/secrets";
    await cloud.ask(`POST ${secrets}?secretId=canary`, { replication: { automatic: {} } });
    await cloud.ask(`POST ${secrets}/canary:addVersion`, { payload: { data: Buffer.from(canary).toString("base64") } });
    environment = createEnvironment(environmentName, {
      service: { secrets: { CANARY: { secret: "canary", version: 1 } } },
    });
  });

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

  it("stay there when the seed fails", async () => {
    environment.write("seed/001_users.sql", seed.replace("INSERT INTO users", "INSERT INTO userz"));
    const { run } = await watched(() => cloud.up(environment));
    expect(run.failures.map(({ step }) => step)).toEqual(["seed"]);
    environment.write("seed/001_users.sql", seed);
    expect(await leaks()).toEqual([]);
  });

  it("stay there when a revision crashes", async () => {
    environment.edit("app/server.ts", /$/, '\nthrow new Error("crashed before it listened");\n');
    const { run } = await watched(() => cloud.up(environment));
    expect(run.failures.map(({ step }) => step)).toEqual(["service"]);
    environment.edit("app/server.ts", /\nthrow new Error.*\n/, "");
    expect(await leaks()).toEqual([]);
  });

  it("stay there when the environment serves, and when its data is built anew", async () => {
    const { run } = await watched(() => cloud.up(environment));
    expect(run).toMatchObject({ state: "succeeded", failures: [] });
    expect(await cloud.read(environmentName)).toMatchObject({ status: 200 });
    const rebuilt = await watched(() => ask({ action: "rebuild", level: "data", environment: environmentName }));
    expect(rebuilt).toMatchObject({ state: "succeeded", failures: [] });
    expect(canaries.length).toBeGreaterThanOrEqual(3);
    expect(await leaks()).toEqual([]);
  });

  it("stay there when a removal fails, and when one does not", async () => {
    const refusal = { kind: "error", code: "INTERNAL" } as const;
    cloud.local.faults.add({ id: "stuck", on: "call", match: "*AlloyDBAdmin.DeleteCluster", effect: refusal });
    const failed = await watched(() => cloud.down(environmentName));
    expect(failed.run.state).toBe("failed");
    expect(await leaks()).toEqual([]);
    cloud.local.faults.clear();
    const { run } = await watched(() => cloud.down(environmentName));
    expect(run.failures).toEqual([]);
    expect(await leaks()).toEqual([]);
  });

  it("would be found in whatever form", () => {
    expect(formsOf(canary).length).toBeGreaterThan(8);
    const carried = Buffer.from(`{"data":${JSON.stringify(canary)}}`).toString("base64");
    cloud.local.cloud.logs.write({
      project: "my-project",
      log: "test",
      resource: { type: "global", labels: {} },
      text: carried,
    });
    expect(findCanaries(cloud, [canary], [])).toEqual(["logs"]);
  });

  /** Sees the arguments of processes that are there for a moment only. */
  async function watched<Result>(work: () => Promise<Result>): Promise<Result> {
    const look = setInterval(() => {
      for (const args of argumentsOfProcesses()) seen.add(args);
    }, 100);
    try {
      return await work();
    } finally {
      clearInterval(look);
    }
  }

  /** A removal takes the passwords with it, so they are remembered. */
  async function leaks(): Promise<string[]> {
    canaries = [...new Set([...canaries, ...storedPasswords(cloud.local)])];
    expect(canaries).toContain(canary);
    return findCanaries(cloud, canaries, [...seen]);
  }

  async function ask(body: object): Promise<RunView> {
    const { projectNumber } = cloud.local.cloud.projects.ensure("my-project");
    const door = `${cloud.local.url}/alloyrun-request-${projectNumber}.${region}.run.app`;
    const headers = { authorization: "Bearer owner", "content-type": "application/json" };
    const asked = await fetch(`${door}/v1/requests`, { method: "POST", headers, body: JSON.stringify(body) });
    const { run } = (await asked.json()) as { readonly run: string };
    for (;;) {
      const view = (await (await fetch(`${door}/v1/runs/${run}`, { headers })).json()) as RunView;
      if (view.state !== "queued" && view.state !== "running") return view;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
});
