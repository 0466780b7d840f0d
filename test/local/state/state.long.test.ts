import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { create as createTar } from "tar";
import type { JsonObject } from "../../../local/json.ts";
import { allOperations, computeDone, demand, done } from "../../support/kept-calls.ts";
import { type KeptCloud, makeStateDirectory, startKeptCloud } from "../../support/kept-cloud.ts";
import { rest, testProject } from "../../support/local-cloud.ts";
import { crashAgain } from "./crash.ts";
import { processesBelow } from "./processes.ts";

const region = "asia-northeast1";
const place = `projects/${testProject}/locations/${region}`;
const network = `projects/${testProject}/global/networks/my-vpc`;
const alloydb = "alloydb.googleapis.com";
const cluster = `${place}/clusters/main`;
const password = "s3cret-Password";

let state: ReturnType<typeof makeStateDirectory>;
let local: KeptCloud;

beforeEach(async () => {
  state = makeStateDirectory();
  local = await startKeptCloud(state.path);
});

afterEach(async () => {
  await local.stop();
  expect(processesBelow(state.path)).toEqual([]);
  state.remove();
});

async function killAndStart(): Promise<void> {
  await local.kill();
  local = await startKeptCloud(state.path);
}

async function advance(seconds: number): Promise<void> {
  await demand(local, "POST _local/clock/advance", { seconds });
}

async function projectNumber(): Promise<string> {
  const page = `GET cloudresourcemanager.googleapis.com/v1/projects/${testProject}`;
  return String((await demand(local, page)).projectNumber);
}

describe("a local cloud that is killed under load", () => {
  it.each(["one", "two", "three"])(
    "has lost nothing that it acknowledged, has nothing half, and ends what it had begun (seed %s)",
    async (seed) => {
      const { findings, unfinished } = await crashAgain({ seed, rounds: 8, callers: 12 });
      expect(findings).toEqual([]);
      expect(unfinished).toEqual([]);
    },
    240_000,
  );
});

describe("databases of a local cloud that is killed", () => {
  async function makeDatabases(): Promise<void> {
    const compute = `POST compute.googleapis.com/compute/v1/projects/${testProject}/global`;
    await computeDone(
      local,
      await demand(local, `${compute}/networks`, { name: "my-vpc", autoCreateSubnetworks: false }),
    );
    const kind = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 24 };
    const range = { name: "range", ...kind, address: "192.168.200.0", network };
    await computeDone(local, await demand(local, `${compute}/addresses`, range));
    const host = "servicenetworking.googleapis.com";
    const numbered = network.replace(testProject, await projectNumber());
    const connection = { network: numbered, reservedPeeringRanges: ["range"] };
    await done(local, host, await demand(local, `POST ${host}/v1/services/${host}/connections`, connection));
    await advance(300);
    const body = { networkConfig: { network }, initialUser: { password } };
    await done(local, alloydb, await demand(local, `POST ${alloydb}/v1/${place}/clusters?clusterId=main`, body));
    await makeInstance("primary", { instanceType: "PRIMARY", availabilityType: "ZONAL" });
    await makeInstance("pool", { instanceType: "READ_POOL", readPoolConfig: { nodeCount: 1 } });
  }

  async function makeInstance(id: string, body: object): Promise<void> {
    const target = `POST ${alloydb}/v1/${cluster}/instances?instanceId=${id}`;
    await done(local, alloydb, await demand(local, target, { ...body, machineConfig: { cpuCount: 2 } }));
  }

  /** The values of the first row. */
  async function sql(sqlStatement: string, { instance = "primary", url = local.url } = {}): Promise<unknown[]> {
    const login = { database: "postgres", user: "postgres", password };
    const target = `POST ${alloydb}/v1/${cluster}/instances/${instance}:executeSql`;
    const { sqlResults = [] } = (await demand({ url }, target, { ...login, sqlStatement })) as {
      readonly sqlResults?: readonly { readonly rows?: readonly { readonly values: readonly JsonObject[] }[] }[];
    };
    return (sqlResults[0]?.rows?.[0]?.values ?? []).map(({ value }) => value);
  }

  async function addressOf(): Promise<unknown> {
    return (await demand(local, `GET ${alloydb}/v1/${cluster}/instances/primary/connectionInfo`)).ipAddress;
  }

  /** Writes row after row until nobody answers; gives the last number that was acknowledged. */
  async function writeUntilKilled(rows: number): Promise<number> {
    let acknowledged = 0;
    const [{ n }] = [{ n: Number((await sql("SELECT coalesce(max(n), 0) FROM t"))[0]) }];
    for (let row = n + 1; ; row += 1) {
      try {
        await sql(`INSERT INTO t VALUES (${row})`);
        acknowledged = row;
        if (row === n + rows) void local.kill();
      } catch {
        return acknowledged;
      }
    }
  }

  it("have every row that was committed, at the same addresses, for the read pool too", async () => {
    await makeDatabases();
    await sql("CREATE TABLE t (n int)");
    const address = await addressOf();
    for (const rows of [7, 23, 40]) {
      const last = await writeUntilKilled(rows);
      await local.kill();
      local = await startKeptCloud(state.path);
      const [count, most] = await sql("SELECT count(*), max(n) FROM t");
      expect(Number(most)).toBeGreaterThanOrEqual(last);
      expect(Number(count)).toBe(Number(most));
      expect(await addressOf()).toBe(address);
      while (Number((await sql("SELECT max(n) FROM t", { instance: "pool" }))[0]) < Number(most));
    }
  }, 120_000);

  it("go on being made when they were being made", async () => {
    await makeDatabases();
    await demand(local, `DELETE ${alloydb}/v1/${cluster}/instances/pool`);
    await killAndStart();
    const [deletion] = (await allOperations(local)).filter(({ kind }) => kind === "instances.delete");
    await done(local, alloydb, deletion ?? {});
    const target = `POST ${alloydb}/v1/${cluster}/instances?instanceId=second`;
    const pool = { instanceType: "READ_POOL", readPoolConfig: { nodeCount: 1 }, machineConfig: { cpuCount: 2 } };
    const operation = await demand(local, target, pool);
    await killAndStart();
    expect(await done(local, alloydb, operation)).toMatchObject({ state: "READY" });
    await sql("CREATE TABLE made (n int)");
    while ((await sql("SELECT to_regclass('made')", { instance: "second" }))[0] !== "made");
  }, 120_000);

  it("are in a snapshot, from which two begin that go apart", async () => {
    await makeDatabases();
    await sql("CREATE TABLE t (n int)");
    await sql("INSERT INTO t VALUES (1)");
    const snapshot = `${state.path}-snapshot`;
    await demand(local, "POST _local/snapshot", { directory: snapshot });
    await sql("INSERT INTO t VALUES (2)");
    const forks = [
      await startKeptCloud(`${state.path}-one`, { from: snapshot }),
      await startKeptCloud(`${state.path}-two`, { from: snapshot }),
    ];
    for (const [index, { url }] of forks.entries()) await sql(`INSERT INTO t VALUES (${10 + index})`, { url });
    const sums = await Promise.all([local, ...forks].map(({ url }) => sql("SELECT sum(n) FROM t", { url })));
    for (const fork of forks) await fork.stop();
    expect(sums).toEqual([["3"], ["11"], ["12"]]);
  }, 120_000);
});

describe("workloads of a local cloud that is killed", () => {
  const image = `${region}-docker.pkg.dev/${testProject}/apps/app`;
  const run = "run.googleapis.com";

  /** A service that answers, and as a job a task that takes its time. */
  const main = `
    if (process.env.CLOUD_RUN_JOB) {
      console.log("task " + process.env.CLOUD_RUN_TASK_INDEX + " begins");
      setTimeout(() => process.exit(0), process.env.CLOUD_RUN_TASK_INDEX === "0" ? 0 : 2000);
    } else {
      require("node:http").createServer((_, response) => response.end("here")).listen(process.env.PORT);
    }`;

  async function prepareBuilds(): Promise<string> {
    const host = "artifactregistry.googleapis.com";
    const repository = `POST ${host}/v1/${place}/repositories?repositoryId=apps`;
    await done(local, host, await demand(local, repository, { format: "DOCKER" }));
    await demand(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, { name: "sources" });
    const account = { accountId: "builder" };
    await demand(local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, account);
    await demand(local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, { accountId: "runner" });
    await advance(120);
    const email = `builder@${testProject}.iam.gserviceaccount.com`;
    const roles = ["storage.objectViewer", "artifactregistry.writer", "logging.logWriter"];
    const bindings = roles.map((role) => ({ role: `roles/${role}`, members: [`serviceAccount:${email}`] }));
    const policy = `POST cloudresourcemanager.googleapis.com/v1/projects/${testProject}:setIamPolicy`;
    await demand(local, policy, { policy: { bindings } });
    await advance(600);
    await upload();
    return email;
  }

  async function upload(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "alloyrun-source-"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "app", scripts: { start: "node main.cjs" } }));
    writeFileSync(join(folder, "main.cjs"), main);
    const file = `${folder}.tgz`;
    await createTar({ gzip: true, cwd: folder, file, portable: true }, ["."]);
    await put("app.tgz", readFileSync(file));
    rmSync(folder, { recursive: true });
    rmSync(file);
  }

  async function put(name: string, content: Uint8Array): Promise<void> {
    const url = `${local.url}/storage.googleapis.com/upload/storage/v1/b/sources/o?uploadType=media&name=${name}`;
    const headers = { authorization: "Bearer owner" };
    const { status } = await fetch(url, { method: "POST", headers, body: Buffer.from(content) });
    expect(status).toBe(200);
  }

  function startBuild(email: string): Promise<JsonObject> {
    return demand(local, `POST cloudbuild.googleapis.com/v1/${place}/builds`, {
      source: { storageSource: { bucket: "sources", object: "app.tgz" } },
      steps: [{ name: "gcr.io/k8s-skaffold/pack", entrypoint: "pack", args: ["build", image] }],
      images: [image],
      options: { logging: "CLOUD_LOGGING_ONLY" },
      serviceAccount: `projects/${testProject}/serviceAccounts/${email}`,
    });
  }

  async function logLines(): Promise<string[]> {
    const body = {
      resourceNames: [`projects/${testProject}`],
      filter: 'resource.type="cloud_run_job"',
      pageSize: 1000,
    };
    const { entries = [] } = (await demand(local, "POST logging.googleapis.com/v2/entries:list", body)) as {
      readonly entries?: readonly JsonObject[];
    };
    return entries.map(({ textPayload }) => String(textPayload)).filter((line) => line.startsWith("task "));
  }

  /** What a service answers under its real name, which the port stands for as a proxy. */
  function fetchSite(uri: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const host = new URL(uri).host;
      request({ host: "127.0.0.1", port: local.port, path: `http://${host}/`, headers: { host } }, (response) => {
        let text = "";
        response
          .on("data", (chunk) => {
            text += chunk;
          })
          .on("end", () => resolve(text));
      })
        .on("error", reject)
        .end();
    });
  }

  it("come back: a function that was being built and deployed", async () => {
    await prepareBuilds();
    const code = `require("@google-cloud/functions-framework").http("hello", (_, response) => response.send("hello"));`;
    const manifest = JSON.stringify({
      main: "index.js",
      dependencies: { "@google-cloud/functions-framework": "^5.0.0" },
    });
    const zip = zipSync({ "index.js": strToU8(code), "package.json": strToU8(manifest) });
    await put("hello.zip", zip);
    const functions = "cloudfunctions.googleapis.com";
    const operation = await demand(local, `POST ${functions}/v2/${place}/functions?functionId=hello`, {
      buildConfig: {
        ...{ runtime: "nodejs24", entryPoint: "hello" },
        source: { storageSource: { bucket: "sources", object: "hello.zip" } },
      },
      serviceConfig: { serviceAccountEmail: `runner@${testProject}.iam.gserviceaccount.com` },
      environment: "GEN_2",
    });
    for (const turns of [1, 40]) {
      for (let turn = 0; turn < turns; turn += 1) await demand(local, `GET ${functions}/v2/${String(operation.name)}`);
      await killAndStart();
    }
    for (;;) {
      const { done: isDone, error, response } = await demand(local, `GET ${functions}/v2/${String(operation.name)}`);
      if (!isDone) continue;
      expect({ error, response }).toMatchObject({ response: { state: "ACTIVE" } });
      break;
    }
  }, 120_000);

  it("come back: a build, a task that ran, and a service that is kept warm", async () => {
    const email = await prepareBuilds();
    const build = await startBuild(email);
    await killAndStart();
    expect(await done(local, "cloudbuild.googleapis.com", build)).toMatchObject({ status: "SUCCESS" });

    const serviceAccount = `runner@${testProject}.iam.gserviceaccount.com`;
    const containers = [{ image }];
    const template = { serviceAccount, containers, scaling: { minInstanceCount: 1 } };
    const service = { template, invokerIamDisabled: true };
    const deployed = await demand(local, `POST ${run}/v2/${place}/services?serviceId=app`, service);
    await killAndStart();
    const { uri } = await done(local, run, deployed);
    await killAndStart();
    expect(await fetchSite(String(uri))).toBe("here");

    const orphans = processesBelow(state.path);
    expect(orphans.length).toBeGreaterThan(2);
    killGuard();
    await killAndStart();
    expect(processesBelow(state.path).filter((pid) => orphans.includes(pid))).toEqual([]);
    expect(await fetchSite(String(uri))).toBe("here");

    const job = { template: { taskCount: 2, template: { serviceAccount, containers } } };
    await done(local, run, await demand(local, `POST ${run}/v2/${place}/jobs?jobId=job`, job));
    const running = await demand(local, `POST ${run}/v2/${place}/jobs/job:run`);
    const isUnderWay = async () => {
      const { tasks = [] } = (await demand(
        local,
        `GET ${run}/v2/${String(running.metadata && (running.metadata as JsonObject).name)}/tasks`,
      )) as { readonly tasks?: readonly JsonObject[] };
      return tasks.some(({ completionTime }) => completionTime) && (await logLines()).includes("task 1 begins");
    };
    while (!(await isUnderWay()));
    await killAndStart();
    expect(await done(local, run, running)).toMatchObject({ succeededCount: 2 });
    const begun = (await logLines()).sort();
    expect(begun).toEqual(["task 0 begins", "task 1 begins", "task 1 begins"]);
  }, 180_000);

  /** The first whom the register names is who would end the others. */
  function killGuard(): void {
    const notes = readFileSync(join(state.path, "processes.jsonl"), "utf8").trim().split("\n");
    const { pid } = JSON.parse(notes[0] ?? "") as { readonly pid: number };
    process.kill(pid, "SIGKILL");
  }

  it("leave no port taken when their guard is killed too", async () => {
    const { port } = local;
    killGuard();
    await killAndStart();
    expect(local.port).toBe(port);
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.destroy();
    expect((await rest(local, "GET _local/health")).status).toBe(200);
  });
});
