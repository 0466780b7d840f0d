import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import { type Grant, missingGrants, type Policy } from "../../google/policy.ts";
import type { Target } from "../installation.ts";
import type { Finding } from "./finding.ts";

/** One of Google's own accounts in a project, which works for a service there. */
interface Agent {
  /** API that brings it; while that is off, it is not there. */
  readonly service: string;
  /** Address, `N` being the project's number. */
  readonly email: string;
  /** Role that it gets by itself, and that people take away by accident. */
  readonly role: string;
}

/**
 * Agents without whose roles an installation or an environment does not work.
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
  { service: "servicenetworking", email: "service-N@service-networking",     role: "roles/servicenetworking.serviceAgent" },
  { service: "vpcaccess",        email: "service-N@gcp-sa-vpcaccess",        role: "roles/vpcaccess.serviceAgent" },
  { service: "workflows",        email: "service-N@gcp-sa-workflows",        role: "roles/workflows.serviceAgent" },
];

/** The project, and which of its APIs are on. */
export interface AgentTarget extends Pick<Target, "project" | "projectNumber"> {
  readonly on: ReadonlySet<string>;
}

/** Looks whether Google's own accounts have the roles that they came with. */
export async function examineAgents(
  resourceManager: Pick<ResourceManagerClient, "getProjectPolicy">,
  { project, projectNumber, on }: AgentTarget,
): Promise<readonly Finding[]> {
  const policy = await resourceManager.getProjectPolicy(project);
  const present = agents.filter(({ service }) => on.has(`${service}.googleapis.com`));
  const findings = present.flatMap(({ service, email, role }): readonly Finding[] => {
    const address = `${email.replace("N", projectNumber)}.iam.gserviceaccount.com`;
    const member = `serviceAccount:${address}`;
    if (missingGrants(policy, [{ role, member }]).length === 0) return [];
    const make = `gcloud beta services identity create --service=${service}.googleapis.com --project=${project}`;
    const command = `${make} && ${bindCommand(project, { member, role })}`;
    return [{ check: "agents", resource: `projects/${project}`, problem: `${address} lacks ${role}`, command }];
  });
  return [...findings, ...examineBuilder(policy, { project, projectNumber, on })];
}

/**
 * The account that makes the machines of VPC connectors. Organisations take its basic role away; whether another one is
 * enough cannot be told, so it is missed only when it has none at all.
 */
function examineBuilder(policy: Policy, { project, projectNumber, on }: AgentTarget): readonly Finding[] {
  const address = `${projectNumber}@cloudservices.gserviceaccount.com`;
  const member = `serviceAccount:${address}`;
  const hasRole = policy.bindings?.some(({ members }) => members?.includes(member));
  if (!on.has("vpcaccess.googleapis.com") || hasRole) return [];
  const problem = `${address} has no role, without which no VPC connector is made`;
  const command = bindCommand(project, { member, role: "roles/editor" });
  return [{ check: "agents", resource: `projects/${project}`, problem, command }];
}

function bindCommand(project: string, { member, role }: Grant): string {
  return `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=${role} --condition=None`;
}
