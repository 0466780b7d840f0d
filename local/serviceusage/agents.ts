/** A service agent of a project. */
export interface AgentAccount {
  readonly email: string;
  /** The role that it gets on the project when it comes into being. */
  readonly role: string | undefined;
}

/**
 * Service agents that come into being when a service is enabled: e-mail with `N` for the project's number. The first
 * of a service is the one that `generateServiceIdentity` answers.
 *
 * @see https://cloud.google.com/iam/docs/service-agents
 */
// biome-ignore format: a table
const agents: Readonly<Record<string, readonly string[]>> = {
  "alloydb.googleapis.com":           ["service-N@gcp-sa-alloydb.iam.gserviceaccount.com"],
  "artifactregistry.googleapis.com":  ["service-N@gcp-sa-artifactregistry.iam.gserviceaccount.com"],
  "cloudbuild.googleapis.com":        ["service-N@gcp-sa-cloudbuild.iam.gserviceaccount.com"],
  "cloudfunctions.googleapis.com":    ["service-N@gcf-admin-robot.iam.gserviceaccount.com"],
  "cloudkms.googleapis.com":          ["service-N@gcp-sa-cloudkms.iam.gserviceaccount.com"],
  "cloudscheduler.googleapis.com":    ["service-N@gcp-sa-cloudscheduler.iam.gserviceaccount.com"],
  "cloudtasks.googleapis.com":        ["service-N@gcp-sa-cloudtasks.iam.gserviceaccount.com"],
  "compute.googleapis.com":           ["service-N@compute-system.iam.gserviceaccount.com", "N@cloudservices.gserviceaccount.com"],
  "container.googleapis.com":         ["service-N@container-engine-robot.iam.gserviceaccount.com"],
  "eventarc.googleapis.com":          ["service-N@gcp-sa-eventarc.iam.gserviceaccount.com"],
  "iap.googleapis.com":               ["service-N@gcp-sa-iap.iam.gserviceaccount.com"],
  "pubsub.googleapis.com":            ["service-N@gcp-sa-pubsub.iam.gserviceaccount.com"],
  "redis.googleapis.com":             ["service-N@cloud-redis.iam.gserviceaccount.com"],
  "run.googleapis.com":               ["service-N@serverless-robot-prod.iam.gserviceaccount.com"],
  "secretmanager.googleapis.com":     ["service-N@gcp-sa-secretmanager.iam.gserviceaccount.com"],
  "servicenetworking.googleapis.com": ["service-N@service-networking.iam.gserviceaccount.com"],
  "sqladmin.googleapis.com":          ["service-N@gcp-sa-cloud-sql.iam.gserviceaccount.com"],
  "storage.googleapis.com":           ["service-N@gs-project-accounts.iam.gserviceaccount.com"],
  "vpcaccess.googleapis.com":         ["service-N@gcp-sa-vpcaccess.iam.gserviceaccount.com", "N@cloudservices.gserviceaccount.com"],
  "workflows.googleapis.com":         ["service-N@gcp-sa-workflows.iam.gserviceaccount.com"],
};

/**
 * The roles that agents get by themselves; where there is none, the agent's rights are nobody's to grant or its role
 * concerns no service that is served here.
 */
// biome-ignore format: a table
const roles: Readonly<Record<string, string>> = {
  "gcp-sa-alloydb":          "roles/alloydb.serviceAgent",
  "gcp-sa-artifactregistry": "roles/artifactregistry.serviceAgent",
  "gcp-sa-cloudbuild":       "roles/cloudbuild.serviceAgent",
  "gcf-admin-robot":         "roles/cloudfunctions.serviceAgent",
  "gcp-sa-cloudscheduler":   "roles/cloudscheduler.serviceAgent",
  "compute-system":          "roles/compute.serviceAgent",
  "gcp-sa-eventarc":         "roles/eventarc.serviceAgent",
  "gcp-sa-pubsub":           "roles/pubsub.serviceAgent",
  "serverless-robot-prod":   "roles/run.serviceAgent",
  "service-networking":      "roles/servicenetworking.serviceAgent",
  "gcp-sa-vpcaccess":        "roles/vpcaccess.serviceAgent",
  "gcp-sa-workflows":        "roles/workflows.serviceAgent",
  "cloudservices":           "roles/editor",
};

/** A service's agents in the project of that number. */
export function agentsOf(service: string, projectNumber: string): readonly AgentAccount[] {
  return (agents[service] ?? []).map((template) => ({
    email: template.replace("N", projectNumber),
    role: roles[/@([^.]+)/.exec(template)?.[1] ?? ""],
  }));
}
