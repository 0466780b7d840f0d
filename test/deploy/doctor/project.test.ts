import { describe, expect, it } from "@jest/globals";
import { examineAgents } from "../../../deploy/doctor/agents.ts";
import { examineProject } from "../../../deploy/doctor/project.ts";
import { ApiError } from "../../../google/error.ts";
import type { Policy } from "../../../google/policy.ts";

const target = { project: "my-project", projectNumber: "12345", region: "us-central1" };
const agent = (name: string) => `serviceAccount:service-12345@${name}.iam.gserviceaccount.com`;

const complete: Policy = {
  bindings: [
    { role: "roles/artifactregistry.serviceAgent", members: [agent("gcp-sa-artifactregistry")] },
    { role: "roles/cloudbuild.serviceAgent", members: [agent("gcp-sa-cloudbuild")] },
    { role: "roles/cloudfunctions.serviceAgent", members: [agent("gcf-admin-robot")] },
    { role: "roles/cloudscheduler.serviceAgent", members: [agent("gcp-sa-cloudscheduler")] },
    { role: "roles/pubsub.serviceAgent", members: [agent("gcp-sa-pubsub")] },
    { role: "roles/run.serviceAgent", members: [agent("serverless-robot-prod")] },
    { role: "roles/workflows.serviceAgent", members: [agent("gcp-sa-workflows")] },
  ],
};

describe("examineProject", () => {
  const clients = (lifecycleState: string, billingInfo: () => Promise<{ readonly billingEnabled?: boolean }>) => ({
    resourceManager: { getProject: async () => ({ lifecycleState }) },
    billing: { getBillingInfo: billingInfo },
  });

  it("finds nothing wrong with a project that is alive and paid for", async () => {
    const paid = clients("ACTIVE", async () => ({ billingEnabled: true }));
    expect(await examineProject(paid, target)).toEqual([]);
  });

  it("tells that it is being deleted, and that nobody pays", async () => {
    const findings = await examineProject(
      clients("DELETE_REQUESTED", async () => ({})),
      target,
    );
    expect(findings.map(({ check, command }) => [check, command])).toEqual([
      ["project", "gcloud projects undelete my-project"],
      ["billing", "gcloud billing projects link my-project --billing-account=ACCOUNT_ID"],
    ]);
  });

  it("says nothing about billing where it may not be looked at", async () => {
    const disabled = { method: "m", resource: "r", code: "PERMISSION_DENIED", text: "", reason: "SERVICE_DISABLED" };
    const unknown = clients("ACTIVE", () => Promise.reject(new ApiError({ ...disabled, code: "PERMISSION_DENIED" })));
    expect(await examineProject(unknown, target)).toEqual([]);
  });
});

describe("examineAgents", () => {
  it("finds nothing where each has the role that it came with", async () => {
    expect(await examineAgents({ getProjectPolicy: async () => complete }, target)).toEqual([]);
  });

  it.each(complete.bindings ?? [])("misses $role", async ({ role, members = [] }) => {
    const policy = { bindings: complete.bindings?.filter((binding) => binding.role !== role) };
    const findings = await examineAgents({ getProjectPolicy: async () => policy }, target);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.command).toContain(`--member=${members[0]} --role=${role}`);
    expect(findings[0]?.command).toMatch(/^gcloud beta services identity create --service=[a-z]+\.googleapis\.com/);
  });
});
