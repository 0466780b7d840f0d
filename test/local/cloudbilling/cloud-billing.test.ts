import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createCloudBilling } from "../../../local/cloudbilling/cloud-billing.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const info = `cloudbilling.googleapis.com/v1/projects/${testProject}/billingInfo`;
const name = `projects/${testProject}/billingInfo`;
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createCloudBilling, createResourceManager] });
});
afterAll(() => local.stop());

describe("a project's billing", () => {
  it("is paid by somebody from the start", async () => {
    const { body } = await rest(local, `GET ${info}`);
    expect(body).toMatchObject({ name, projectId: testProject, billingEnabled: true });
    expect(body.billingAccountName).toMatch(/^billingAccounts\//);
  });

  it("can be given up, and be taken over by another account", async () => {
    const given = await rest(local, `PUT ${info}`, { body: { billingAccountName: "" } });
    expect(given.body).toEqual({ name, projectId: testProject });
    expect((await rest(local, `GET ${info}`)).body).toEqual({ name, projectId: testProject });
    const account = "billingAccounts/012345-6789AB-CDEF01";
    await rest(local, `PUT ${info}`, { body: { billingAccountName: account } });
    const { body } = await rest(local, `GET ${info}`);
    expect(body).toMatchObject({ billingAccountName: account, billingEnabled: true });
  });

  it("takes no account by another name", async () => {
    const refused = await rest(local, `PUT ${info}`, { body: { billingAccountName: "billingAccounts/mine" } });
    expect(refused.status).toBe(400);
    expect(errorOf(refused)).toMatchObject({ status: "INVALID_ARGUMENT" });
  });

  it("is told to who may see the project only", async () => {
    expect((await rest(local, `GET ${info}`, { as: "user:jane@example.com" })).status).toBe(403);
  });
});
