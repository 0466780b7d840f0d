import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createCompute } from "../../../local/compute/compute.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";
import { base, insertNetwork, insertSubnetwork, region, subnetworkPath } from "./fixture.ts";

const zone = `${base}/zones/${region}-a`;
const email = `machine@${testProject}.iam.gserviceaccount.com`;
const jane = "user:jane@example.com";
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createCompute, createIam] });
  const { cloud } = local;
  await rest(local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, {
    body: { accountId: "machine" },
  });
  await insertNetwork(local);
  await insertSubnetwork(local, "sub", "10.0.0.0/29");
  const networkInterfaces = [{ subnetwork: subnetworkPath("sub") }];
  const body = { name: "vm", machineType: `zones/${region}-a/machineTypes/e2-micro`, networkInterfaces };
  await operate(local, `POST ${zone}/instances`, { body });
  await operate(local, `POST ${zone}/instances/vm/stop`);
  cloud.access.setPolicy(`//cloudresourcemanager.googleapis.com/projects/${testProject}`, {
    bindings: [{ role: "roles/compute.instanceAdmin.v1", members: [jane] }],
  });
  await cloud.clock.advance(600_000);
}, 60_000);
afterAll(() => local.stop());

const set = (account: string) =>
  rest(local, `POST ${zone}/instances/vm/setServiceAccount`, { as: jane, body: { email: account, scopes: [] } });

describe("setServiceAccount", () => {
  it("is for those who may act as the account", async () => {
    const refused = await set(email);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("iam.serviceaccounts.actAs");
    expect((await set(`nobody@${testProject}.iam.gserviceaccount.com`)).status).toBe(403);
    local.cloud.access.setPolicy(`//iam.googleapis.com/projects/${testProject}/serviceAccounts/${email}`, {
      bindings: [{ role: "roles/iam.serviceAccountUser", members: [jane] }],
    });
    await local.cloud.clock.advance(600_000);
    expect((await set(email)).status).toBe(200);
    await local.cloud.clock.advance(600_000);
    const { body } = await rest(local, `GET ${zone}/instances/vm`);
    expect(body.serviceAccounts).toMatchObject([{ email }]);
  });
});
