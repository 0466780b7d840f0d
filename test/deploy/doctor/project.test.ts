import { describe, expect, it } from "@jest/globals";
import { examineAgents } from "../../../deploy/doctor/agents.ts";
import { environmentApis } from "../../../deploy/doctor/apis.ts";
import { examineProject } from "../../../deploy/doctor/project.ts";
import { installationApis } from "../../../deploy/installation.ts";
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
    { role: "roles/servicenetworking.serviceAgent", members: [agent("service-networking")] },
    { role: "roles/vpcaccess.serviceAgent", members: [agent("gcp-sa-vpcaccess")] },
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
  const on = new Set([...installationApis, ...environmentApis]);
  const builder = {
    role: "roles/compute.instanceAdmin.v1",
    members: ["serviceAccount:12345@cloudservices.gserviceaccount.com"],
  };
  const whole = { bindings: [...(complete.bindings ?? []), builder] };
  const examineIn = (policy: Policy, apis: ReadonlySet<string> = on) =>
    examineAgents({ getProjectPolicy: async () => policy }, { ...target, on: apis });

  it("finds nothing where each has the role that it came with", async () => {
    expect(await examineIn(whole)).toEqual([]);
  });

  it("misses nothing of an API that is off, for its account comes with it", async () => {
    expect(await examineIn({}, new Set())).toEqual([]);
    const findings = await examineIn({}, new Set(["pubsub.googleapis.com"]));
    expect(findings.map(({ problem }) => problem)).toEqual([
      "service-12345@gcp-sa-pubsub.iam.gserviceaccount.com lacks roles/pubsub.serviceAgent",
    ]);
  });

  it("misses any role of the account that makes the machines of connectors", async () => {
    const [finding, ...others] = await examineIn(complete);
    expect(others).toEqual([]);
    expect(finding?.command).toBe(
      `gcloud projects add-iam-policy-binding my-project --member=${builder.members[0]} --role=roles/editor --condition=None`,
    );
  });

  it.each(complete.bindings ?? [])("misses $role", async ({ role, members = [] }) => {
    const findings = await examineIn({ bindings: whole.bindings.filter((binding) => binding.role !== role) });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.command).toContain(`--member=${members[0]} --role=${role}`);
    expect(findings[0]?.command).toMatch(/^gcloud beta services identity create --service=[a-z]+\.googleapis\.com/);
  });
});
