import type { CloudBillingClient } from "../../google/clients/cloud-billing.ts";
import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import { present } from "../change.ts";
import type { Target } from "../installation.ts";
import type { Finding } from "./finding.ts";

/** Looks whether the project is alive, and paid for as far as one may see that. */
export async function examineProject(
  {
    resourceManager,
    billing,
  }: {
    readonly resourceManager: Pick<ResourceManagerClient, "getProject">;
    readonly billing: CloudBillingClient;
  },
  { project }: Pick<Target, "project">,
): Promise<readonly Finding[]> {
  const resource = `projects/${project}`;
  const [{ lifecycleState }, paid] = await Promise.all([
    resourceManager.getProject(project),
    present(billing.getBillingInfo(project)),
  ]);
  const findings: Finding[] = [];
  if (lifecycleState !== undefined && lifecycleState !== "ACTIVE") {
    const problem = `it is ${lifecycleState}`;
    findings.push({ check: "project", resource, problem, command: `gcloud projects undelete ${project}` });
  }
  // Absent is what Cloud Billing answers where its API is not enabled; then nobody can tell.
  if (paid && paid.billingEnabled !== true) {
    findings.push({
      check: "billing",
      resource,
      problem: "no billing account pays for it, so nothing that costs money can be made",
      command: `gcloud billing projects link ${project} --billing-account=ACCOUNT_ID`,
    });
  }
  return findings;
}
