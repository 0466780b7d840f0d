import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createCompute } from "../../../local/compute/compute.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { createVpcAccess } from "../../../local/vpcaccess/vpc-access.ts";
import { type Fixture, parent, project, runner, startFixture } from "./fixture.ts";

const compute = `compute.googleapis.com/compute/v1/projects/${project}`;
const place = `projects/${project}/locations/asia-northeast1`;
const subnet = `projects/${project}/regions/asia-northeast1/subnetworks/direct`;
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture([createCompute, createVpcAccess, createSecretManager]);
  const { clock } = fixture.local.cloud;
  const make = async (path: string, body: object) => {
    expect((await fixture.call("POST", `${compute}/${path}`, body)).status).toBe(200);
    await clock.advance(300_000);
  };
  await make("global/networks", { name: "net", autoCreateSubnetworks: false });
  const network = `projects/${project}/global/networks/net`;
  for (const [name, ipCidrRange] of [
    ["connect", "10.8.0.0/28"],
    ["direct", "10.9.0.0/26"],
  ] as const) {
    await make("regions/asia-northeast1/subnetworks", {
      name,
      ipCidrRange,
      network,
      privateIpGoogleAccess: name === "connect",
    });
  }
  await fixture.operate("POST", `vpcaccess.googleapis.com/v1/${place}/connectors?connectorId=conn`, {
    subnet: { name: "connect" },
    minInstances: 2,
    maxInstances: 3,
    machineType: "f1-micro",
  });
  const { cloud } = fixture.local;
  const loopback = cloud.fabric.allocate("database");
  cloud.fabric.attach({ network, privateAddress: "10.7.0.2", loopback });
});

afterAll(() => fixture.stop());

const printer = `
  import { createServer } from "node:http";
  createServer((_, response) => response.end([process.env.HOST, process.env.HTTPS_PROXY, process.env.SECRET].join(" "))).listen(8080);`;

async function deploy(id: string, more: object, env: object[] = []): Promise<string> {
  const image = fixture.push(id, printer);
  const container = { image, env: [{ name: "HOST", value: "10.7.0.2" }, ...env] };
  const operation = await fixture.operate("POST", `${parent}/services?serviceId=${id}`, {
    template: { serviceAccount: runner, containers: [container], ...more },
  });
  if (operation.error) return String(operation.error.message);
  const { uri } = operation.response as { uri: string };
  const headers = { authorization: "Bearer owner" };
  return (
    await fixture.local.cloud.fetch({ method: "GET", url: new URL(uri), headers, body: Buffer.alloc(0) })
  ).body.toString();
}

describe("vpcAccess", () => {
  it("decides where a private address leads to", async () => {
    const [loopback] = fixture.local.cloud.fabric.translation(`projects/${project}/global/networks/net`);
    expect(await deploy("inside", { vpcAccess: { connector: "conn" } })).toContain(
      `${loopback?.loopback} http://127.0.0.1:`,
    );
    expect(await deploy("outside", {})).toMatch(/^127\.255\.255\.254 http:\/\/127\.0\.0\.1:/);
  });

  it("puts Google's APIs out of reach behind a subnet without Private Google Access", async () => {
    const direct = { networkInterfaces: [{ network: "net", subnetwork: "direct" }] };
    expect(await deploy("private", { vpcAccess: { ...direct, egress: "PRIVATE_RANGES_ONLY" } })).toContain(
      " http://127.0.0.1:",
    );
    expect(await deploy("all", { vpcAccess: { ...direct, egress: "ALL_TRAFFIC" } })).toContain(
      " http://127.255.255.254:",
    );
  });

  it("fails a revision whose connector or subnet is not there", async () => {
    expect(await deploy("lost", { vpcAccess: { connector: "none" } })).toMatch(/VPC connector .*none does not exist/);
    expect(await deploy("astray", { vpcAccess: { networkInterfaces: [{ subnetwork: "none" }] } })).toMatch(
      /VPC subnetwork .*none does not exist/,
    );
  });

  it("holds addresses in the subnet while a service is attached and for an hour or two after", async () => {
    const holds = () =>
      fixture.local.cloud.store.collection<{ count: number; releaseTime?: string }>("run.addressHolds").get(subnet);
    expect(holds()).toMatchObject({ count: 2 });
    await fixture.operate("DELETE", `${parent}/services/private`);
    expect(holds()).toMatchObject({ count: 1 });
    await fixture.operate("DELETE", `${parent}/services/all`);
    expect(holds()).toMatchObject({ count: 0, releaseTime: expect.any(String) });
    await fixture.local.cloud.clock.advance(3 * 3600_000);
    expect(holds()).toBeUndefined();
  });
});

describe("secrets", () => {
  const secret = { name: "SECRET", valueSource: { secretKeyRef: { secret: "key", version: "1" } } };
  const secrets = `secretmanager.googleapis.com/v1/projects/${project}/secrets`;

  it("must be readable by the service account when a revision is made, and the same service is repaired then", async () => {
    await fixture.call("POST", `${secrets}?secretId=key`, { replication: { automatic: {} } });
    await fixture.call("POST", `${secrets}/key:addVersion`, {
      payload: { data: Buffer.from("s3cret").toString("base64") },
    });
    const refused = await deploy("reads", {}, [secret]);
    expect(refused).toMatch(
      /^Revision 'reads-00001-[a-z]{3}' is not ready and cannot serve traffic\. .*env\[1\]\.value_from\.secret_key_ref\.name: Permission denied on secret: projects\/\d+\/secrets\/key\/versions\/1 for Revision service account runner@/,
    );
    const { body: service } = await fixture.call("GET", `${parent}/services/reads`);
    expect(service).toMatchObject({ terminalCondition: { reason: "SECRETS_ACCESS_CHECK_FAILED" } });

    const bindings = [{ role: "roles/secretmanager.secretAccessor", members: [`serviceAccount:${runner}`] }];
    await fixture.call("POST", `${secrets}/key:setIamPolicy`, { policy: { bindings } });
    await fixture.local.cloud.clock.advance(600_000);
    const again = await fixture.operate("PATCH", `${parent}/services/reads`, { template: service.template });
    expect(again.response).toMatchObject({ latestReadyRevision: expect.stringMatching(/reads-00001-/) });
    const { uri } = again.response as { uri: string };
    const headers = { authorization: "Bearer owner" };
    const answer = await fixture.local.cloud.fetch({
      method: "GET",
      url: new URL(uri),
      headers,
      body: Buffer.alloc(0),
    });
    expect(answer.body.toString()).toMatch(/ s3cret$/);
    expect(JSON.stringify(fixture.local.cloud.store.collection("run.revisions").list())).not.toContain("s3cret");
  });

  it("are read again at each start, by whoever may read them then", async () => {
    const grant = async (members: readonly string[]) => {
      const bindings = [{ role: "roles/secretmanager.secretAccessor", members }];
      await fixture.call("POST", `${secrets}/key:setIamPolicy`, { policy: { bindings } });
      await fixture.local.cloud.clock.advance(600_000);
    };
    const visit = async (uri: string, path: string) => {
      const headers = { authorization: "Bearer owner" };
      const url = new URL(path, uri);
      return await fixture.local.cloud.fetch({ method: "GET", url, headers, body: Buffer.alloc(0) });
    };
    const image = fixture.push("mortal", mortal);
    const template = { serviceAccount: runner, containers: [{ image, env: [secret] }] };
    const job = { template: { template: { ...template, maxRetries: 0 } } };
    await grant([`serviceAccount:${runner}`]);
    const made = await fixture.operate("POST", `${parent}/services?serviceId=mortal`, { template });
    await fixture.operate("POST", `${parent}/jobs?jobId=mortal`, job);
    const { uri } = made.response as { uri: string };
    expect((await visit(uri, "/")).body.toString()).toBe("s3cret");

    await grant([]);
    expect((await visit(uri, "/")).body.toString()).toBe("s3cret");
    expect((await visit(uri, "/end")).status).toBe(503);
    let refused = await visit(uri, "/");
    // That the instance is over is known moments after its connections are.
    while (refused.body.includes("malformed")) refused = await visit(uri, "/");
    expect(refused.status).toBe(503);
    expect(refused.body.toString()).toContain("could not start");
    const denial = /Permission denied on secret: projects\/\d+\/secrets\/key\/versions\/1/;
    expect(fixture.printed()).toContainEqual(expect.stringMatching(denial));
    const { error } = await fixture.operate("POST", `${parent}/jobs/mortal:run`, {});
    expect(error).toBeDefined();
    const { body } = await fixture.call("GET", `${parent}/jobs/mortal/executions`);
    const [execution] = body.executions as readonly { name: string; failedCount: number }[];
    expect(execution?.failedCount).toBe(1);
    const tasks = await fixture.call("GET", `run.googleapis.com/v2/${execution?.name}/tasks`);
    expect(JSON.stringify(tasks.body)).toMatch(denial);
  });
});

/** Answers with its secret, and ends when it is asked to. */
const mortal = `
  import { createServer } from "node:http";
  createServer((request, response) => request.url === "/end" ? process.exit(1) : response.end(process.env.SECRET)).listen(8080);`;
