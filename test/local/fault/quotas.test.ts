import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { createServiceNetworking } from "../../../local/servicenetworking/service-networking.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";

const secrets = `secretmanager.googleapis.com/v1/projects/${testProject}/secrets`;
const networks = `compute.googleapis.com/compute/v1/projects/${testProject}/global/networks`;
const clusters = `alloydb.googleapis.com/v1/projects/${testProject}/locations/us-central1/clusters`;
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({
    apis: [createAlloyDb, createCompute, createIam, createSecretManager, createServiceNetworking],
  });
}, 60_000);
afterEach(() => local.faults.clear());
afterAll(() => local.stop());

const insertNetwork = (name: string) =>
  operate(local, `POST ${networks}`, { body: { name, autoCreateSubnetworks: false } });

describe("a quota of requests a minute", () => {
  it("refuses what is too much with 429 and what Google tells with it, and is refilled on the clock", async () => {
    local.faults.addRate({
      project: "*",
      match: "secretmanager.googleapis.com",
      perMinute: 2,
      metric: "Read requests",
    });
    const list = () => rest(local, `GET ${secrets}`);
    expect([(await list()).status, (await list()).status]).toEqual([200, 200]);
    const refused = await list();
    const number = local.cloud.projects.find(testProject)?.projectNumber;
    expect(refused.status).toBe(429);
    expect(errorOf(refused)).toMatchObject({
      status: "RESOURCE_EXHAUSTED",
      message: `Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'secretmanager.googleapis.com' for consumer 'project_number:${number}'.`,
      details: [
        {
          reason: "RATE_LIMIT_EXCEEDED",
          metadata: { service: "secretmanager.googleapis.com", quota_limit_value: "2" },
        },
        { violations: [{ subject: `project:${number}` }] },
      ],
    });
    await local.cloud.clock.advance(60_000);
    expect((await list()).status).toBe(200);
  });

  it("is 403 rateLimitExceeded at Compute", async () => {
    local.faults.addRate({ project: "*", match: "google.cloud.compute.v1.*", perMinute: 0, metric: "Queries" });
    const refused = await rest(local, `GET ${networks}`);
    expect(refused.status).toBe(403);
    expect(errorOf(refused)).toMatchObject({ errors: [{ reason: "rateLimitExceeded" }] });
  });

  it("is each project's own", async () => {
    local.faults.addRate({ project: "other-*", match: "*", perMinute: 0, metric: "Requests" });
    expect((await rest(local, `GET ${secrets}`)).status).toBe(200);
  });
});

describe("a quota of resources", () => {
  it("ends Compute's operation in QUOTA_EXCEEDED, and what was asked for is not there", async () => {
    local.faults.addLimit({ project: testProject, metric: "NETWORKS", limit: 1 });
    expect(await insertNetwork("within")).not.toHaveProperty("error");
    expect(await insertNetwork("beyond")).toMatchObject({
      httpErrorStatusCode: 403,
      error: { errors: [{ code: "QUOTA_EXCEEDED", message: "Quota 'NETWORKS' exceeded.  Limit: 1.0 globally." }] },
    });
    expect((await rest(local, `GET ${networks}/beyond`)).status).toBe(404);
    expect((await rest(local, `GET ${networks}/within`)).status).toBe(200);
  });

  it("is shown by Compute with what is used of it, as far as it is planned", async () => {
    const project = async () => (await rest(local, `GET ${networks.replace("/global/networks", "")}`)).body;
    expect(await project()).not.toHaveProperty("quotas");
    local.faults.addLimit({ project: testProject, metric: "NETWORKS", limit: 3 });
    expect(await project()).toMatchObject({ quotas: [{ metric: "NETWORKS", limit: 3, usage: 1 }] });
  });

  it("refuses AlloyDB's call with QuotaFailure, by region", async () => {
    local.faults.addLimit({ project: "*", metric: "ClustersPerProjectPerRegion", limit: 0 });
    const network = `projects/${testProject}/global/networks/within`;
    const body = { networkConfig: { network }, initialUser: { password: "secret-word" } };
    const refused = await rest(local, `POST ${clusters}?clusterId=one`, { body });
    expect(refused.status).toBe(429);
    expect(errorOf(refused)).toMatchObject({
      message: "Quota limit 'ClustersPerProjectPerRegion' has been exceeded. Limit: 0 in region us-central1.",
      details: [{ "@type": "type.googleapis.com/google.rpc.QuotaFailure" }],
    });
  });

  it("counts service accounts by project", async () => {
    local.faults.addLimit({ project: "*", metric: "ServiceAccountsPerProject", limit: 1 });
    const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
    const answers = [
      await rest(local, `POST ${accounts}`, { body: { accountId: "first-one" } }),
      await rest(local, `POST ${accounts}`, { body: { accountId: "second-one" } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 429]);
  });
});
