// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createCompute } from "../../../../local/compute/compute.ts";
import { jsonResponse } from "../../../../local/http.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../local/json.ts";
import { createLogging } from "../../../../local/logging/logging.ts";
import type { LocalCloud } from "../../../../local/main.ts";
import { createSecretManager } from "../../../../local/secretmanager/secret-manager.ts";
import { createStorage } from "../../../../local/storage/storage.ts";
import { loadConnectors } from "../../../../local/workflows/connectors/connectors.ts";
import { runDefinition } from "../../../../local/workflows/run-definition.ts";
import { rest, testProject } from "../../../support/local-cloud.ts";
import { account, deploy, execute, location, outcomeOf, startWorkflowCloud } from "../workflow-cloud.ts";

let local: LocalCloud;
beforeAll(async () => {
  local = await startWorkflowCloud([createCompute, createSecretManager, createStorage, createLogging]);
}, 60_000);
afterAll(() => local.stop());

async function grant(...roles: readonly string[]): Promise<void> {
  const member = `serviceAccount:${account}`;
  const policy = { bindings: roles.map((role) => ({ role, members: [member] })) };
  await rest(local, `POST cloudresourcemanager.googleapis.com/v1/projects/${testProject}:setIamPolicy`, {
    body: { policy },
  });
  await local.cloud.clock.advance(600_000);
}

let count = 0;

/** The result of steps that end with a return, or the error's payload. */
async function run(steps: readonly JsonObject[], argument?: Json): Promise<Json> {
  count += 1;
  const { error } = await deploy(local, `calls-${count}`, JSON.stringify({ main: { params: ["args"], steps } }));
  if (error) return error;
  const name = await execute(
    local,
    `calls-${count}`,
    argument === undefined ? {} : { argument: JSON.stringify(argument) },
  );
  const ended = await outcomeOf(local, name);
  const failure = isJsonObject(ended.error) ? String(ended.error.payload) : "null";
  return JSON.parse(ended.state === "SUCCEEDED" ? String(ended.result) : failure) as Json;
}

const call = (method: string, args: JsonObject) => ({
  [method.replaceAll(".", "_")]: { call: `googleapis.${method}`, args, result: "result" },
});
const give = { give: { return: "${result}" } };

describe("a connector", () => {
  it("calls an API as the workflow's account, by the names of the discovery document", async () => {
    const create = call("secretmanager.v1.projects.secrets.create", {
      parent: `projects/${testProject}`,
      secretId: "token",
      body: { replication: { automatic: {} } },
    });
    expect(await run([create, give])).toMatchObject({
      code: 403,
      tags: ["HttpError"],
      body: { error: { status: "PERMISSION_DENIED" } },
    });
    await grant("roles/secretmanager.admin", "roles/compute.admin", "roles/storage.admin", "roles/workflows.admin");
    expect(await run([create, give])).toMatchObject({ name: expect.stringMatching(/\/secrets\/token$/) });
    const add = call("secretmanager.v1.projects.secrets.addVersionString", { secret_id: "token", data: "s3cret" });
    const read = call("secretmanager.v1.projects.secrets.versions.accessString", { secret_id: "token", version: 1 });
    expect(await run([add, read, give])).toBe("s3cret");
    const latest = call("secretmanager.v1.projects.secrets.versions.access", {
      name: `projects/${testProject}/secrets/token/versions/latest`,
    });
    expect(await run([latest, give])).toMatchObject({ payload: { data: Buffer.from("s3cret").toString("base64") } });
    const list = call("secretmanager.v1.projects.secrets.list", { parent: `projects/${testProject}`, pageSize: 1 });
    expect(await run([list, give])).toMatchObject({ totalSize: 1 });
  });

  it("waits for what it has started, or not", async () => {
    const body = { name: "wide", autoCreateSubnetworks: false };
    const insert = call("compute.v1.networks.insert", { project: testProject, body });
    const get = call("compute.v1.networks.get", { project: testProject, network: "wide" });
    expect(await run([insert, get, give])).toMatchObject({ name: "wide" });
    const remove = call("compute.v1.networks.delete", { project: testProject, network: "wide" });
    expect(await run([remove, give])).toMatchObject({ status: "DONE", operationType: "delete", progress: 100 });
    const impatient = call("compute.v1.networks.insert", {
      project: testProject,
      body,
      connector_params: { skip_polling: true },
    });
    expect(await run([impatient, give])).toMatchObject({ status: expect.stringMatching(/PENDING|RUNNING/) });
  });

  it("raises OperationError with what the operation failed with, and TimeoutError when it takes too long", async () => {
    const workflow = (sourceContents: string, connector_params = {}) =>
      call("workflows.v1.projects.locations.workflows.create", {
        parent: location,
        workflowId: `made-${count}`,
        body: { sourceContents, serviceAccount: account },
        connector_params,
      });
    await grant("roles/workflows.admin", "roles/iam.serviceAccountUser");
    expect(await run([workflow("- a: {return: '${missing}'}"), give])).toMatchObject({
      tags: ["OperationError"],
      operation: { done: true },
      error: { code: 3, message: expect.stringContaining("missing") },
    });
    expect(await run([workflow("- a: {return: 1}", { timeout: 1 }), give])).toMatchObject({ tags: ["TimeoutError"] });
    expect(await run([workflow("- a: {return: 1}"), give])).toMatchObject({
      done: true,
      response: { state: "ACTIVE" },
    });
  });

  it("runs another workflow and gives its result, or its failure", async () => {
    await grant("roles/workflows.admin");
    await deploy(
      local,
      "child",
      "main: {params: [args], steps: [{r: {switch: [{condition: '${args < 0}', raise: low}]}}, {give: {return: '${args * 2}'}}]}",
    );
    const runs = (argument: number) =>
      call("workflowexecutions.v1.projects.locations.workflows.executions.run", { workflow_id: "child", argument });
    expect(await run([runs(21), give])).toBe(42);
    expect(await run([runs(-1), give])).toMatchObject({
      tags: ["OperationError"],
      error: { payload: '"low"' },
      operation: { state: "FAILED" },
    });
    const all = {
      all: {
        call: "experimental.executions.map",
        args: { workflow_id: "child", arguments: [1, 2, 3] },
        result: "result",
      },
    };
    expect(await run([all, give])).toEqual([2, 4, 6]);
  });

  it("reads objects of Storage, whose names the caller encodes", async () => {
    await grant("roles/storage.admin");
    const bucket = call("storage.v1.buckets.insert", {
      project: testProject,
      body: { name: "connected-bucket", location: "US" },
    });
    expect(await run([bucket, give])).toMatchObject({ name: "connected-bucket" });
    await rest(
      local,
      "POST storage.googleapis.com/upload/storage/v1/b/connected-bucket/o?uploadType=media&name=a/b.json",
      { body: { n: 7 } },
    );
    const object = '${text.url_encode("a/b.json")}';
    expect(
      await run([call("storage.v1.objects.get", { bucket: "connected-bucket", object, alt: "media" }), give]),
    ).toEqual({ n: 7 });
    expect(
      await run([call("storage.v1.objects.list", { bucket: "connected-bucket", prefix: "a/" }), give]),
    ).toMatchObject({ items: [{ name: "a/b.json" }] });
    expect(await run([call("storage.v1.objects.delete", { bucket: "connected-bucket", object }), give])).toBeNull();
  });
});

describe("deployment", () => {
  it.each([
    ["a connector of an API that is not served", "bigquery.v2.jobs.query", {}, 12],
    ["a method that is not served", "compute.v1.disks.insert", {}, 12],
    ["an API that is no connector", "alloydb.v1.projects.locations.clusters.get", {}, 3],
    ["a missing argument", "secretmanager.v1.projects.secrets.get", {}, 3],
    ["an argument of another method", "secretmanager.v1.projects.secrets.get", { name: "a", secretId: "b" }, 3],
  ])("refuses %s with its place", async (_, method, args, code) => {
    expect(await run([call(method, args), give])).toMatchObject({ code, message: expect.stringMatching(/line|step/) });
  });
});

/** Statuses in the order in which requests are answered; 200 from then on. */
async function answered(method: string, statuses: readonly number[], args: JsonObject = {}) {
  const asked: string[] = [];
  const steps = [call(method, { name: "projects/p/secrets/s", ...args }), give];
  const { outcome } = await runDefinition({
    source: JSON.stringify({ main: { steps } }),
    connectors: loadConnectors(),
    authorize: ({ type }) => `${type} token`,
    fetch({ method: verb, headers }) {
      asked.push(`${verb} ${headers.authorization}`);
      return jsonResponse(statuses[asked.length - 1] ?? 200, {});
    },
  });
  return { state: outcome.state, asked };
}

describe("retries", () => {
  const get = "secretmanager.v1.projects.secrets.get";
  const remove = "secretmanager.v1.projects.secrets.delete";

  it.each([
    ["a read that is refused for now", get, [503, 429, 502], 4, "SUCCEEDED"],
    ["a read that is wrong", get, [500], 1, "FAILED"],
    ["a change that is refused for now", remove, [503, 429], 3, "SUCCEEDED"],
    ["a change whose answer was lost", remove, [502], 1, "FAILED"],
    ["a read too often", get, [503, 503, 503, 503, 503, 503, 503], 6, "FAILED"],
  ])("come after %s", async (_, method, statuses, requests, state) => {
    const { asked, state: ended } = await answered(method, statuses);
    expect([asked.length, ended]).toEqual([requests, state]);
    expect(asked[0]).toMatch(/OAuth2 token$/);
  });

  it.each([
    { timeout: -1 },
    { timeout: 2000 },
    { timeout: "1" },
    { skip_polling: "yes" },
    { polling_policy: 3 },
    { other: 1 },
  ])("do not hide wrong parameters: %j", async (connector_params) => {
    expect(await answered(get, [], { connector_params })).toEqual({ state: "FAILED", asked: [] });
  });
});
