import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import { missingGrants } from "../../google/policy.ts";
import type { Target } from "../installation.ts";
import type { Finding } from "./finding.ts";

/** One of Google's own accounts in a project, which works for a service there. */
interface Agent {
  /** API that brings it. */
  readonly service: string;
  /** Address, `N` being the project's number. */
  readonly email: string;
  /** Role that it gets by itself, and that people take away by accident. */
  readonly role: string;
}

/**
 * Agents without whose roles an installation does not work.
 *
 * @see https://cloud.google.com/iam/docs/service-agents
 */
// biome-ignore format: a table
const agents: readonly Agent[] = [
  { service: "artifactregistry", email: "service-N@gcp-sa-artifactregistry", role: "roles/artifactregistry.serviceAgent" },
  { service: "cloudbuild",       email: "service-N@gcp-sa-cloudbuild",       role: "roles/cloudbuild.serviceAgent" },
  { service: "cloudfunctions",   email: "service-N@gcf-admin-robot",         role: "roles/cloudfunctions.serviceAgent" },
  { service: "cloudscheduler",   email: "service-N@gcp-sa-cloudscheduler",   role: "roles/cloudscheduler.serviceAgent" },
  { service: "pubsub",           email: "service-N@gcp-sa-pubsub",           role: "roles/pubsub.serviceAgent" },
  { service: "run",              email: "service-N@serverless-robot-prod",   role: "roles/run.serviceAgent" },
  { service: "workflows",        email: "service-N@gcp-sa-workflows",        role: "roles/workflows.serviceAgent" },
];

/** Looks whether Google's own accounts have the roles that they came with. */
export async function examineAgents(
  resourceManager: Pick<ResourceManagerClient, "getProjectPolicy">,
  { project, projectNumber }: Target,
): Promise<readonly Finding[]> {
  const policy = await resourceManager.getProjectPolicy(project);
  return agents.flatMap(({ service, email, role }) => {
    const address = `${email.replace("N", projectNumber)}.iam.gserviceaccount.com`;
    const member = `serviceAccount:${address}`;
    if (missingGrants(policy, [{ role, member }]).length === 0) return [];
    const make = `gcloud beta services identity create --service=${service}.googleapis.com --project=${project}`;
    const bind = `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=${role} --condition=None`;
    const problem = `${address} lacks ${role}`;
    return [{ check: "agents", resource: `projects/${project}`, problem, command: `${make} && ${bind}` }];
  });
}
