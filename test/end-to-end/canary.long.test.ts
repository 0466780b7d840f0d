import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { apis } from "../../local/apis.ts";
import { type Beside, findCanaries, formsOf, readOfProcesses } from "./support/canaries.ts";
import { type Door, findDoor, until } from "./support/door.ts";
import { createEnvironment, type Environment } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { storedPasswords } from "./support/passwords.ts";
import { createReceiver } from "./support/receiver.ts";

jest.setTimeout(900_000);

/** Looks different in each form that it may be carried in, and is of this process alone. */
const canary = `canary "of" the\\user/${randomUUID()}+ä&%?`;
const hookSecret = `signs what goes out/${randomUUID()}+`;
const environmentName = "canary";
const bob = "user:bob@example.com";
const seed = "CREATE TABLE users (id varchar(128), name varchar(128));\nINSERT INTO users VALUES ('3', 'sasashun');\n";

/** The only processes that are given secrets by their environment: the application, and the job that seeds its database. */
const knowing = [`K_SERVICE=${environmentName}`, `CLOUD_RUN_JOB=${environmentName}-seed`];
const mayKnow = (environment: string) => environment.split(" ").some((variable) => knowing.includes(variable));

/** A full life with failures, in which generated passwords, keys and secrets of the user's are where they belong, and nowhere else. */
describe("secrets of an environment", () => {
  const receiver = createReceiver();
  const temporary = mkdtempSync(join(tmpdir(), "alloyrun-canary-"));
  let cloud: InstalledCloud;
  let door: Door;
  let environment: Environment;
  const seen = new Set<string>();
  const leaked = new Set<string>();
  let canaries: string[] = [];

  beforeAll(async () => {
    await receiver.open();
    cloud = await startInstalledCloud({
      ...{ apis: [...apis, receiver.api], deploy: ["--hook"], env: { TMPDIR: temporary } },
    });
    const services = "serviceusage.googleapis.com/v1/projects/my-project/services";
    await cloud.ask(`POST ${services}/secretmanager.googleapis.com:enable`, {});
    await cloud.local.cloud.clock.advance(10 * 60_000);
    await addSecret("canary", canary);
    await addSecret("alloyrun-hook-events", hookSecret);
    door = await findDoor(cloud);
    await door.allow(bob);
    environment = createEnvironment(environmentName, {
      service: { secrets: { CANARY: { secret: "canary", version: 1 } } },
      policy: { approval: { when: ["data-loss"], approvers: [bob, "user:eve@example.com"] } },
      notify: { webhook: { url: receiver.url, secret: { secret: "alloyrun-hook-events", version: 1 } } },
    });
  });

  afterAll(async () => {
    environment?.remove();
    await receiver.close();
    await cloud?.stop();
    rmSync(temporary, { recursive: true, force: true });
  });

  it("stay there when the seed fails", async () => {
    environment.write("seed/001_users.sql", seed.replace("INSERT INTO users", "INSERT INTO userz"));
    const { run } = await watched(() => cloud.up(environment));
    expect(run.failures.map(({ step }) => step)).toEqual(["seed"]);
    environment.write("seed/001_users.sql", seed);
    expect(leaks()).toEqual([]);
  });

  it("stay there when a revision crashes", async () => {
    environment.edit("app/server.ts", /$/, '\nthrow new Error("crashed before it listened");\n');
    const { run } = await watched(() => cloud.up(environment));
    expect(run.failures.map(({ step }) => step)).toEqual(["service"]);
    environment.edit("app/server.ts", /\nthrow new Error.*\n/, "");
    expect(leaks()).toEqual([]);
  });

  it("are in the environment of the application, which is where one would be found", async () => {
    const { run } = await watched(() => cloud.up(environment));
    expect(run).toMatchObject({ state: "succeeded", failures: [] });
    expect(await cloud.read(environmentName)).toMatchObject({ status: 200 });
    expect(findCanaries(cloud, [canary], { mayKnow: () => false })).toEqual(["environment of processes"]);
    expect(leaks()).toEqual([]);
  });

  it("stay there when data is built anew by the leave of somebody who was sent a link", async () => {
    const rebuilt = await watched(async () => {
      const run = await door.request({ action: "rebuild", level: "data", environment: environmentName });
      await until(async () => receiver.taken.some(({ body }) => body.includes("/a#")));
      await door.approve(bob, run);
      return door.ended(run);
    });
    expect(rebuilt).toMatchObject({ state: "succeeded", failures: [] });
    const kept = cloud.local.cloud.store.collection("secretmanager.payloads").list();
    expect([...new Set(kept.map(([name]) => name.split("/")[3]))].sort()).toEqual([
      ...["alloyrun-canary-admin-password", "alloyrun-canary-application-password"],
      ...["alloyrun-hook-events", "alloyrun-link-key", "canary"],
    ]);
    expect(canaries).toEqual(expect.arrayContaining([canary, hookSecret]));
    expect(leaks()).toEqual([]);
  });

  it("stay there when a removal fails, and when one does not", async () => {
    const refusal = { kind: "error", code: "INTERNAL" } as const;
    cloud.local.faults.add({ id: "stuck", on: "call", match: "*AlloyDBAdmin.DeleteCluster", effect: refusal });
    const failed = await watched(() => remove());
    expect(failed.state).toBe("failed");
    expect(leaks()).toEqual([]);
    cloud.local.faults.clear();
    const run = await watched(() => remove());
    expect(run.failures).toEqual([]);
    expect(leaks()).toEqual([]);
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
    expect(findCanaries(cloud, [canary])).toEqual(["logs"]);
  });

  /**
   * Looks everywhere while something is under way, too, and at what is there for a moment only. A whole look takes a while,
   * in which the cloud stands still: it has ten times as long to itself before the next one.
   */
  async function watched<Result>(work: () => Promise<Result>): Promise<Result> {
    const glance = setInterval(() => {
      for (const args of readOfProcesses("cmdline")) seen.add(args);
    }, 100);
    let look: NodeJS.Timeout | undefined;
    const lookIn = (ms: number) => {
      look = setTimeout(() => {
        const began = performance.now();
        for (const place of find()) leaked.add(`${place}, for a while`);
        lookIn(10 * (performance.now() - began));
      }, ms);
    };
    lookIn(1000);
    try {
      return await work();
    } finally {
      clearInterval(glance);
      clearTimeout(look);
    }
  }

  function leaks(): string[] {
    const found = find();
    expect(canaries).toContain(canary);
    return [...new Set([...leaked, ...found])];
  }

  /** A removal takes the passwords with it, so they are remembered. */
  function find(): string[] {
    canaries = [...new Set([...canaries, ...storedPasswords(cloud.local)])];
    const webhook = receiver.taken.map(({ headers, body }) => `${JSON.stringify(headers)} ${body}`);
    const told: Beside["told"] = { "arguments of processes": [...seen], "what the webhook took": webhook };
    return findCanaries(cloud, canaries, { told, mayKnow, folders: [temporary] });
  }

  async function remove() {
    const run = await door.request({ action: "down", environment: environmentName });
    await door.approve(bob, run);
    return door.ended(run);
  }

  async function addSecret(secret: string, value: string): Promise<void> {
    const secrets = "secretmanager.googleapis.com/v1/projects/my-project/secrets";
    await cloud.ask(`POST ${secrets}?secretId=${secret}`, { replication: { automatic: {} } });
    const data = Buffer.from(value).toString("base64");
    await cloud.ask(`POST ${secrets}/${secret}:addVersion`, { payload: { data } });
  }
});
