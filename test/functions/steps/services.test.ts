import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createCompute } from "../../../local/compute/compute.ts";
import { createIam } from "../../../local/iam/iam.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createServiceUsage } from "../../../local/serviceusage/service-usage.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { rest, testProject } from "../../support/local-cloud.ts";
import { type Steps, startSteps } from "../../support/steps.ts";

const input = { project: testProject, services: ["compute.googleapis.com", "iam.googleapis.com"] };
let local: LocalCloud;
let steps: Steps;

beforeAll(async () => {
  const apis = [createCompute, createIam, createResourceManager, createServiceUsage, createStorage];
  local = await startLocalCloud({ project: testProject, offline: true, apis });
  for (const id of ["cloudresourcemanager", "serviceusage", "storage"]) {
    local.cloud.projects.setUsable(testProject, `${id}.googleapis.com`, true);
  }
  steps = await startSteps(local, testProject, ["services"]);
}, 30_000);

afterAll(async () => {
  await steps.stop();
  await local.stop();
});

describe("services", () => {
  it("plans the APIs that are not enabled", async () => {
    const { body } = await steps.ask("services", { action: "plan", input });
    expect(body.changes).toMatchObject(
      input.services.map((id) => ({ action: "update", resource: `projects/${testProject}/services/${id}` })),
    );
  });

  it("goes on only when every API answers, which is after it was enabled", async () => {
    const { output, changes } = await steps.carryOut("services", { input });
    expect(changes).toHaveLength(2);
    const project = await rest(local, `GET cloudresourcemanager.googleapis.com/v1/projects/${testProject}`);
    expect(output).toEqual({ projectNumber: project.body.projectNumber });
    const networks = await rest(local, `GET compute.googleapis.com/compute/v1/projects/${testProject}/global/networks`);
    expect(networks.status).toBe(200);
  });

  it("says what it waits for while an enabled API does not answer yet", async () => {
    await steps.carryOut("services", { input });
    local.cloud.projects.setUsable(testProject, "compute.googleapis.com", false);
    const { status, body } = await steps.ask("services", { input });
    expect([status, body.state]).toEqual([200, "pending"]);
    expect(body.reason).toEqual(expect.stringContaining("compute.googleapis.com"));
    local.cloud.projects.setUsable(testProject, "compute.googleapis.com", true);
  });

  it("changes nothing the second time and disables nothing at the end", async () => {
    expect((await steps.carryOut("services", { input })).changes).toEqual([]);
    await steps.carryOut("services", { action: "remove", input });
    expect((await steps.carryOut("services", { input })).changes).toEqual([]);
  });
});
