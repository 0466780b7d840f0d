import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../local/json.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { invalidRequests } from "./support/journal.ts";
import { findChildren } from "./support/processes.ts";

jest.setTimeout(600_000);

const row = { status: 200, body: "Select Users: [{3 sasashun}]\n" };
const broken = { status: 500, body: "The users could not be read\n" };

describe("the answer of an environment", () => {
  let cloud: InstalledCloud;
  let environment: Environment;

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    environment = createEnvironment("proofs");
    await upTo(row);
  });

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

  it("comes out of PostgreSQL: without the server there is none, with it again there is", async () => {
    const servers = findChildren(/\bpostgres\b.* -D /);
    expect(servers).toHaveLength(1);
    for (const pid of servers) process.kill(pid, "SIGKILL");
    // A connection that stands may still be answered until its own process has noticed.
    for (let tries = 0; tries < 50 && (await cloud.read("proofs")).status === 200; tries += 1) await delay(100);
    expect(await cloud.read("proofs")).toEqual(broken);
    const cluster = `alloydb.googleapis.com/v1/projects/my-project/locations/${region}/clusters/proofs-cluster`;
    await cloud.ask(`POST ${cluster}/instances/proofs-primary:restart`, {});
    expect(await cloud.read("proofs")).toEqual(row);
  });

  it("goes through the proxy, which may connect by its role alone", async () => {
    await redeploy((template) => template);
    expect(await readOnceUp()).toEqual(row);
    await setRoles((bindings) => bindings.filter(({ role }) => role !== "roles/alloydb.client"));
    await redeploy((template) => template);
    expect(await readOnceUp(50)).toEqual(broken);
    const { run } = await upTo(row);
    expect(changesOf(run, "identity")).toContain("roles/alloydb.client");
  });

  it("goes through the network's egress: a revision without it does not reach the database", async () => {
    await redeploy(({ vpcAccess: _, ...template }) => template);
    expect(await cloud.read("proofs")).toEqual(broken);
    await upTo(row);
  });

  it("changes with a row of the seed", async () => {
    environment.write("seed/002_rename.sql", "UPDATE users SET name = 'kumanoryo' WHERE id = '3';\n");
    const { run } = await upTo({ status: 200, body: "Select Users: [{3 kumanoryo}]\n" });
    expect(changesOf(run, "image")).toBe("");
  });

  it("changes with a word of the application", async () => {
    environment.edit("app/server.ts", "Select Users", "Chosen Users");
    environment.configure({ service: { smoke: { expect: { contains: "Chosen Users" } } } });
    await upTo({ status: 200, body: "Chosen Users: [{3 kumanoryo}]\n" });
  });

  it("costs no request that the definitions of Google's APIs refuse", () => {
    expect(invalidRequests(cloud.local)).toEqual([]);
  });

  async function upTo(answer: { readonly status: number; readonly body: string }) {
    const result = await cloud.up(environment);
    expect(result.run.failures).toEqual([]);
    expect(result.code).toBe(0);
    expect(await cloud.read("proofs")).toEqual(answer);
    return result;
  }

  /** Without probes nothing keeps the first requests from coming before the proxy listens: the answer after those. */
  async function readOnceUp(limit = 2000) {
    let answer = await cloud.read("proofs");
    for (let reads = 1; answer.status !== 200 && reads < limit; reads += 1) answer = await cloud.read("proofs");
    return answer;
  }

  /** Makes a revision as somebody else would: another each time, with what the change gives, without probes, with all traffic. */
  async function redeploy(change: (template: JsonObject) => JsonObject): Promise<void> {
    const service = `run.googleapis.com/v2/projects/my-project/locations/${region}/services/proofs`;
    const { template } = await cloud.ask(`GET ${service}`);
    if (!isJsonObject(template) || !Array.isArray(template.containers)) throw new Error("the service has no template");
    const { revision: _, ...kept } = template;
    const containers = template.containers.map((container) => {
      if (!isJsonObject(container)) throw new Error("a container is no object");
      const { startupProbe: _probe, dependsOn: _order, ...rest } = container;
      return rest;
    });
    const traffic = [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }];
    const annotations = { "made-at": cloud.local.cloud.clock.timestamp() };
    const changed = change({ ...kept, annotations, containers });
    await cloud.ask(`PATCH ${service}?updateMask=template,traffic`, { template: changed, traffic });
  }

  async function setRoles(change: (bindings: readonly Binding[]) => readonly Binding[]): Promise<void> {
    const project = "cloudresourcemanager.googleapis.com/v3/projects/my-project";
    const options = { options: { requestedPolicyVersion: 3 } };
    const policy = await cloud.ask(`POST ${project}:getIamPolicy`, options);
    const bindings = change(policy.bindings as unknown as readonly Binding[]);
    await cloud.ask(`POST ${project}:setIamPolicy`, { policy: { ...policy, bindings } });
    await cloud.local.cloud.clock.advance(10 * 60_000);
  }
});

interface Binding {
  readonly role: string;
  readonly members: readonly string[];
}

/** The changes of one step as text; empty when it made none. */
function changesOf({ steps }: Awaited<ReturnType<InstalledCloud["up"]>>["run"], name: string): string {
  const changes = steps.find((step) => step.name === name)?.changes ?? [];
  return changes.map((change) => JSON.stringify(change)).join("\n");
}
